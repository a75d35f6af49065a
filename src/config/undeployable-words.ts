/** What is said of an app that this version can plan and write files for, and not deploy. */
export interface UndeployableWords {
  /** One sentence. */
  readonly message: string;
  readonly hint: string;
}

/** Of an app on Vercel. The same words before anything is planned and when it is to be deployed. */
export function undeployableWords(app: string): UndeployableWords {
  return {
    message: `${app} runs on Vercel, which this version can plan for and not deploy to.`,
    hint: "Run it on Fly with flyApp({ stack: nextjs() }) and output: 'standalone' in next.config; or let Vercel deploy it, and take it out of the config.",
  };
}

import { z } from 'zod';

/** Something that happened in the Actions of the local GitHub, as its control API tells it. */
export type ActionsNews = RunNews | JobNews | StepNews | LogNews | EventNews;

/** A run of a GitHub workflow came to be, or changed. */
export interface RunNews {
  readonly kind: 'run';
  readonly run: {
    readonly id: number;
    readonly path: string;
    readonly workflowName: string;
    readonly title: string;
    readonly number: number;
    readonly attempt: number;
    readonly status: string;
    readonly conclusion: string | null;
    readonly messages: readonly string[];
  };
}

/** A job of it. */
export interface JobNews {
  readonly kind: 'job';
  readonly job: {
    readonly id: number;
    readonly runId: number;
    readonly name: string;
    readonly status: string;
    readonly conclusion: string | null;
    readonly why: string;
  };
}

/** A step of a job. */
export interface StepNews {
  readonly kind: 'step';
  readonly runId: number;
  readonly jobId: number;
  readonly step: { readonly name: string; readonly status: string; readonly conclusion: string | null };
}

/** A line that a step printed. */
export interface LogNews {
  readonly kind: 'log';
  readonly runId: number;
  readonly jobId: number;
  readonly text: string;
}

/** An event, and what it came to for each GitHub workflow that might have run. */
export interface EventNews {
  readonly kind: 'event';
  readonly repository: string;
  readonly event: string;
  readonly action: string | null;
  readonly ref: string | null;
  readonly sha: string | null;
  /** What it is about besides: `#42 ada:typo → main`. */
  readonly about: string | null;
  readonly verdicts: readonly {
    readonly path: string;
    readonly runId: number | null;
    readonly why: string;
  }[];
}

const status = z.string();
const conclusion = z.string().nullable();

const newsSchema = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('run'),
    run: z.looseObject({
      id: z.number(),
      path: z.string(),
      workflowName: z.string(),
      title: z.string(),
      number: z.number(),
      attempt: z.number(),
      status,
      conclusion,
      messages: z.array(z.string()),
    }),
  }),
  z.looseObject({
    kind: z.literal('job'),
    job: z.looseObject({
      id: z.number(),
      runId: z.number(),
      name: z.string(),
      status,
      conclusion,
      why: z.string(),
    }),
  }),
  z.looseObject({
    kind: z.literal('step'),
    runId: z.number(),
    jobId: z.number(),
    step: z.looseObject({ name: z.string(), status, conclusion }),
  }),
  z.looseObject({ kind: z.literal('log'), runId: z.number(), jobId: z.number(), text: z.string() }),
  z.looseObject({
    kind: z.literal('event'),
    repository: z.string(),
    event: z.string(),
    action: z.string().nullable(),
    ref: z.string().nullable(),
    sha: z.string().nullable(),
    about: z.string().nullable(),
    verdicts: z.array(z.looseObject({ path: z.string(), runId: z.number().nullable(), why: z.string() })),
  }),
]);

/** Reads one line of the stream; null for what another version tells besides. */
export function readNews(line: string): ActionsNews | null {
  const parsed = newsSchema.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : null;
}

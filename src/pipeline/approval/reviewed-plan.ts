import { ToolError } from '../../diagnostics/tool-error.ts';

/** What the reviewers of a GitHub environment were asked before a deployment, and when they let it in. */
export interface ReviewedPlan {
  /** The hash of the plan that they saw. */
  readonly plan: string;
  /** How many approvals the run had before: those of earlier attempts were of other plans. */
  readonly reviewsBefore: number;
  /** The second in which the job behind the review began, milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What `gates` asks reviewers about, as the job that deploys is told it. Pure. */
export function askedText(plan: string, reviewsBefore: number): string {
  return `${plan}/${reviewsBefore}`;
}

const REVIEWED = /^([0-9a-f]{64})\/(\d{1,4})@(\d{10,11})$/;

const SECOND_MS = 1000;

/** Reads `<plan>/<reviews before>@<seconds since the Unix epoch>`, as the jobs before say it. Throws CLI_USAGE. Pure. */
export function readReviewedPlan(text: string): ReviewedPlan {
  const [, plan = '', before = '', seconds = ''] = REVIEWED.exec(text) ?? [];
  if (plan !== '') return { plan, reviewsBefore: Number(before), at: Number(seconds) * SECOND_MS };
  throw new ToolError('CLI_USAGE', `--reviewed "${text}" is not what the jobs before it say.`, {
    hint: 'Only generated GitHub workflows set it, from the jobs Gates and Approval: glidepath generate',
  });
}

import type { WorkflowJob, WorkflowStep } from '../read/workflow.ts';

/** Commands that change what people see. Those of Glidepath itself prove first what the rules ask for, and are not among them. */
export const DEPLOY_COMMAND: RegExp =
  /\b(?:fly|flyctl)\s+(?:[^\n|;&]*\s)?deploy\b|\bvercel\s+(?:deploy\b|promote\b|[^\n|;&]*--prod\b)/;

/** Actions that do the same. */
const DEPLOY_ACTIONS = new Set(['superfly/fly-pr-review-apps', 'amondnet/vercel-action']);

/** The step with which a job deploys by itself; null where it does not. */
export function deployStep(job: WorkflowJob): WorkflowStep | null {
  return job.steps.find(isDeploy) ?? null;
}

/** Whether the job deploys, by itself or by Glidepath. */
export function isDeployJob(job: WorkflowJob): boolean {
  return deploySteps(job).length > 0;
}

/** The steps with which a job deploys, by itself or by Glidepath. */
export function deploySteps({ steps }: WorkflowJob): readonly WorkflowStep[] {
  return steps.filter(
    (step) => isDeploy(step) || /\bglidepath\S*\s+(deploy|promote)\b/.test(step.run?.text ?? ''),
  );
}

/** Names of what people rely on. */
export const PRODUCTION_NAME: RegExp =
  /^(prod|production|live)$|^(prod|production|live)[-_/]|[-_/](prod|production|live)$/i;

function isDeploy({ run, uses }: WorkflowStep): boolean {
  return DEPLOY_COMMAND.test(run?.text ?? '') || DEPLOY_ACTIONS.has(uses?.repository ?? '');
}

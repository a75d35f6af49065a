import type { RunStatus } from '../../engine/events.ts';
import type { HostDeploymentState } from '../../providers/code-host.ts';
import type { DeploymentPlan, Plan } from '../../plan/plan.ts';
import type { RunModel } from '../views/run/run-model.ts';
import { formatDuration } from '../views/text/time.ts';

/** What is told of a run on GitHub, wherever it is told. */
export interface RunFacts {
  readonly plan: Plan;
  readonly action: Action;
  readonly model: RunModel;
  /** As people know it: `staging`, `review/pr-42`. */
  readonly environment: string;
  readonly commit: string;
  /** Null while nothing is built. */
  readonly release: string | null;
  /** What was live before; null where nothing was. */
  readonly before: string | null;
  /** App → its public address. */
  readonly urls: Readonly<Record<string, string>>;
  /** The page of the run of GitHub Actions; null elsewhere. */
  readonly runUrl: string | null;
  /** The page of the repository. */
  readonly repositoryUrl: string | null;
  readonly by: string;
  /** What is left to do, a sentence each, and commands that bring data back. */
  readonly notes: readonly string[];
}

/** The address that is shown where there is room for one. */
export function mainUrl({ urls }: Pick<RunFacts, 'urls'>): string | null {
  return Object.values(urls)[0] ?? null;
}

/** What a run does with its environment; nothing of it is live once it was destroyed. */
type Action = DeploymentPlan['action'];

/** How a deployment on GitHub stands while its run stands so. */
export function stateOf(
  { status, steps }: Pick<RunModel, 'status' | 'steps'>,
  action: Action,
): HostDeploymentState {
  switch (status) {
    case 'queued':
      return 'queued';
    case 'running':
      return 'in_progress';
    case 'succeeded':
      // The pull request offers no "View deployment" of one that is inactive.
      return action === 'destroy' ? 'inactive' : 'success';
    case 'failed':
    case 'cancelled':
      // Half done: whoever comes next has to see it.
      return steps.some((step) => step.status === 'undo-failed') ? 'error' : 'failure';
    case 'interrupted':
      return 'error';
    case 'waiting':
    case 'superseded':
      return 'inactive';
    default:
      return status satisfies never;
  }
}

/** How a run stands, in a few words for a status of 140 characters. */
export function statusWords(
  facts: Pick<RunFacts, 'model' | 'release'> & { readonly action: Action },
): string {
  const { model, release, action } = facts;
  const took =
    model.startedAt === null || model.finishedAt === null
      ? ''
      : ` in ${formatDuration(model.finishedAt - model.startedAt)}`;
  switch (model.status) {
    case 'queued':
      return 'Waits for its turn';
    case 'running':
      return runningWords(model);
    case 'succeeded':
      return action === 'destroy' ? `Removed${took}` : `${release ?? 'It'} is live${took}`;
    case 'failed': {
      const stuck = model.steps.filter((step) => step.status === 'undo-failed').map(({ title }) => title);
      if (stuck.length > 0) return `Failed, NOT restored: ${stuck.join(', ')}`;
      return model.error === null ? 'Failed' : `${model.error.code}: ${model.error.message}`;
    }
    case 'cancelled':
      return 'Cancelled; its changes were undone';
    case 'interrupted':
      return `Stopped at ${currentTitle(model) ?? 'its beginning'}; the next run resumes it or rolls it back`;
    case 'waiting':
      return `Waits: ${currentTitle(model) ?? 'for an approval'}`;
    case 'superseded':
      return 'A newer run took its place';
    default:
      return model.status satisfies never;
  }
}

function runningWords(model: RunModel): string {
  const done = model.steps.filter(({ status }) => status === 'succeeded').length;
  const title = currentTitle(model);
  if (model.isUndoing) return `Puts back what ran before${title === null ? '' : `: ${title}`}`;
  return `${done}/${model.steps.length} ${title ?? ''}`.trim();
}

function currentTitle({ steps }: RunModel): string | null {
  const current = steps.filter(({ status }) => ['running', 'waiting', 'undoing'].includes(status));
  return current.length === 0 ? null : current.map(({ title }) => title).join(', ');
}

/** How an environment stands after a run, or while it goes on. */
export type Outcome = RunStatus | 'removed';

/** What a run made of its environment. */
export function outcomeOf(status: RunStatus, action: Action): Outcome {
  return status === 'succeeded' && action === 'destroy' ? 'removed' : status;
}

/** How a run ended, as a word with a sign. */
export function outcomeWords(outcome: Outcome): string {
  const words: Record<Outcome, string> = {
    queued: '⏳ queued',
    running: '🔄 in progress',
    waiting: '⏸ waits for an approval',
    interrupted: '⚠️ interrupted',
    succeeded: '✅ live',
    removed: '🗑 removed',
    failed: '❌ failed',
    cancelled: '⊘ cancelled',
    superseded: '⊘ superseded',
  };
  return words[outcome];
}

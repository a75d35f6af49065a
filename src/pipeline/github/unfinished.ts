import type { HostDeploymentState, HostWorkflowRun } from '../../providers/code-host.ts';
import type { ActionsJob, DeploymentPayload } from './deployment-payload.ts';

/** A deployment on GitHub with what is known of it. */
export interface FoundDeployment {
  readonly id: number;
  readonly environment: string;
  readonly creator: string;
  readonly payload: DeploymentPayload;
  /** The newest status; `queued` where there is none yet. */
  readonly state: HostDeploymentState;
  readonly description: string;
  readonly logUrl: string | null;
  /** When it came to its state, milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Ended, one way or another: nobody works on it any more. */
const TERMINAL: ReadonlySet<HostDeploymentState> = new Set(['success', 'failure', 'error', 'inactive']);

/** Whether a status says that nobody works on it any more. */
export function isTerminal(state: HostDeploymentState): boolean {
  return TERMINAL.has(state);
}

/**
 * A run outside GitHub Actions says something at least every two minutes while it lives; five times that, and its process
 * is taken for dead.
 */
export const HEARTBEAT_MS: number = 2 * 60_000;
export const STALE_MS: number = 5 * HEARTBEAT_MS;

/** Who asks whether a deployment is still worked on. */
export interface Asker {
  /** Null outside GitHub Actions. */
  readonly actions: ActionsJob | null;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Whether the process behind a deployment that has not ended is still there. `workflowRun` is the run that its payload
 * names, null where GitHub does not have it (any more). Pure.
 */
export function isAlive(
  { payload, at }: Pick<FoundDeployment, 'payload' | 'at'>,
  workflowRun: HostWorkflowRun | null,
  asker: Asker,
): boolean {
  const { actions } = payload;
  if (actions === null) return asker.now - at < STALE_MS;
  const own = asker.actions;
  // The steps of a job run one after the other: what an earlier one of this very job left is dead.
  if (own !== null && own.run === actions.run && own.attempt === actions.attempt && own.job === actions.job)
    return false;
  if (workflowRun === null || workflowRun.status === 'completed') return false;
  // Run again since: the attempt that it belongs to has ended.
  return workflowRun.attempt === actions.attempt;
}

/**
 * The deployments that ended without having come to an end, newest first: what they changed is there, half done. Only those
 * after the last one that succeeded count, for it has brought everything to its own release. `found` is of one
 * environment (and one pull request), newest first. Pure.
 */
export function unfinishedOf(found: readonly FoundDeployment[]): readonly FoundDeployment[] {
  const last = found.findIndex(({ state, payload }) => state === 'success' && payload.apps === null);
  const since = last === -1 ? found : found.slice(0, last);
  return since.filter(({ state }) => state === 'error');
}

/** What the next run does about a deployment that a dead one left half done. */
export type TakeOver =
  /** It is the same: goes on under the same id, and what was done is found done. */
  | { readonly kind: 'resume'; readonly run: string }
  /** It brings everything of it along, or goes back by itself: it begins anew, over what is there. */
  | { readonly kind: 'over' }
  /** What ran before is put back first. */
  | { readonly kind: 'undo' };

/** The run that begins, as far as that is decided by it. */
export interface NextRun {
  readonly action: DeploymentPayload['action'];
  readonly commit: string;
  readonly apps: readonly string[] | null;
  /** The digests of a promotion or rollback; null where it builds its own. */
  readonly digests: Readonly<Record<string, string>> | null;
}

/**
 * Decides what is done about the newest deployment that was left half done. `descends`: whether the commit of the next run
 * contains the one that was left. `hasLive`: whether there is a release that could be put back. Pure.
 */
export function takeOver(
  left: DeploymentPayload,
  next: NextRun,
  known: { readonly descends: boolean; readonly hasLive: boolean },
): TakeOver {
  const isWhole = next.apps === null && (next.action === 'deploy' || next.action === 'promote');
  if (isWhole && left.action === next.action && left.commit === next.commit && isSameBuild(left, next))
    return { kind: 'resume', run: left.run };
  if (isWhole && known.descends) return { kind: 'over' };
  // It is the way back itself, whatever is there.
  if (next.action === 'rollback' && next.apps === null) return { kind: 'over' };
  if (next.action === 'destroy') return { kind: 'over' };
  // Before a first deployment there was nothing that could be put back.
  return known.hasLive ? { kind: 'undo' } : { kind: 'over' };
}

function isSameBuild(left: DeploymentPayload, next: NextRun): boolean {
  if (next.digests === null || left.digests === null) return true;
  return JSON.stringify(sorted(left.digests)) === JSON.stringify(sorted(next.digests));
}

function sorted(record: Readonly<Record<string, string>>): readonly [string, string][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

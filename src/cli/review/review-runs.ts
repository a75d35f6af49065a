import type { RunStatus } from '../../engine/events.ts';
import type { Workbench } from '../workbench.ts';

/** Runs of one review app that have not ended; more than ever queue. */
const OPEN_RUNS_MAX = 100;

/** Every state of a run that has not ended. */
export const UNFINISHED: readonly RunStatus[] = ['queued', 'running', 'waiting', 'interrupted'];

/**
 * Asks runs to stop. What they have done is undone by whoever holds them, or, where their process died, by the next run
 * of the same environment before it begins. Says how many were asked.
 */
export async function cancelRuns(
  { engine }: Workbench,
  lockKey: string,
  statuses: readonly RunStatus[],
  by: string,
): Promise<number> {
  const runs = await engine.list({ lockKey, statuses, limit: OPEN_RUNS_MAX });
  for (const run of runs) await engine.cancel(run.id, by);
  return runs.length;
}

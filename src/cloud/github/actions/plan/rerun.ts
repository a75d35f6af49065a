import type { Frame, JobState, RunState, TrackedInstance } from '../model/run-state.ts';
import type { Job } from '../model/workflow.ts';
import { ancestorsOf, frameOf, jobStateOf, resultOf } from './frame-facts.ts';

/** What is run again. */
export interface RerunOptions {
  /** Everything; what failed, with all that needs it; or single jobs, by the id of their instance, likewise. */
  readonly which: 'all' | 'failed' | { readonly jobs: readonly string[] };
  /** Who pressed the button. The rights are still those of the actor of the event. */
  readonly by: string;
}

/**
 * The same run once more: same commit, same ref, attempt + 1. What is not run again keeps its result and its outputs.
 * docs: re-running-workflows-and-jobs.
 */
export function rerun(state: RunState, { which, by }: RerunOptions): RunState {
  const context = { ...state.context, runAttempt: state.context.runAttempt + 1, triggeringActor: by };
  const again = { ...state, context, cancelled: false };
  const root = frameOf(state, '');
  if (which === 'all') return { ...again, frames: { '': { ...root, jobs: {}, cancelled: false } } };
  const isAgain =
    which === 'failed'
      ? ({ at }: TrackedInstance): boolean => at.state !== 'ended' || isBad(at.result)
      : ({ instance: { id } }: TrackedInstance): boolean =>
          which.jobs.some((job) => job === id || job.startsWith(`${id}/`));
  const frames = new Map(Object.entries(state.frames));
  for (const frame of Object.values(state.frames)) {
    // Of a call that is run again as a whole nothing is kept, nor of what it called.
    if (!frames.has(frame.id)) continue;
    const { jobs, dropped } = keptJobs(frame, isAgain, which === 'failed');
    frames.set(frame.id, { ...frame, cancelled: false, jobs });
    for (const id of dropped) {
      for (const name of frames.keys()) if (name === id || name.startsWith(`${id}/`)) frames.delete(name);
    }
  }
  return { ...again, frames: Object.fromEntries(frames) };
}

function keptJobs(
  frame: Frame,
  isAgain: (tracked: TrackedInstance) => boolean,
  withEnded: boolean,
): { jobs: Frame['jobs']; dropped: readonly string[] } {
  const isOwnAgain = (job: Job): boolean => {
    const at = jobStateOf(frame, job);
    if (!at.decided) return true;
    return at.instances.some(isAgain) || (withEnded && isBad(resultOf(at)));
  };
  const again = frame.workflow.jobs.filter(isOwnAgain);
  const below = frame.workflow.jobs.filter((job) =>
    ancestorsOf(frame, job).some((ancestor) => again.includes(ancestor)),
  );
  const kept = frame.workflow.jobs.map((job): [string, JobState] => {
    const at = jobStateOf(frame, job);
    if (below.includes(job)) return [job.id, { decided: false, kept: [] }];
    if (!again.includes(job) || !at.decided) return [job.id, at];
    return [job.id, { decided: false, kept: at.instances.filter((tracked) => !isAgain(tracked)) }];
  });
  const dropped = below.flatMap((job) => {
    const at = jobStateOf(frame, job);
    return at.decided ? at.instances.map(({ instance }) => instance.id) : [];
  });
  return { jobs: Object.fromEntries(kept), dropped };
}

function isBad(result: string | undefined): boolean {
  return result === 'failure' || result === 'cancelled';
}

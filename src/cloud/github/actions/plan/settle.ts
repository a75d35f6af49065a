import type { InstanceState, JobInstance, JobResult, RunState, TrackedInstance } from '../model/run-state.ts';
import { callInputs, newFrame } from './call-frame.ts';
import { frameOf, jobOf, jobStateOf, withFrame, withJob } from './frame-facts.ts';
import { instanceScope } from './job-scope.ts';

/** How an instance ended, as its runner or its scheduler tells. */
export interface InstanceEnd {
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
  readonly why: string;
}

/** An instance, or undefined when the run has none of that id. */
export function findInstance(state: RunState, id: string): TrackedInstance | undefined {
  for (const frame of Object.values(state.frames)) {
    for (const job of Object.values(frame.jobs)) {
      const found = job.decided ? job.instances.find(({ instance }) => instance.id === id) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** An instance begins: a runner has it; of a call, its groups are held, and its jobs are there from now on. */
export function beginInstance(state: RunState, id: string): RunState {
  const { instance, at } = tracked(state, id);
  if (at.state !== 'ready') return state;
  const begun = withInstance(state, instance, { state: 'begun' });
  const frame = frameOf(begun, instance.frame);
  const job = jobOf(frame, instance.jobId);
  if (job?.kind !== 'call') return begun;
  const inputs = callInputs(begun, job, instanceScope(begun, instance));
  return withFrame(begun, newFrame(begun, { instance, job, inputs }));
}

/** An instance ended, whether it begun or not. One that has ended already stays as it is. */
export function endInstance(state: RunState, id: string, end: InstanceEnd): RunState {
  const { instance, at } = tracked(state, id);
  return at.state === 'ended' ? state : withInstance(state, instance, { state: 'ended', ...end });
}

/** The whole run is cancelled: what has not begun does not, except where an `if` says always() or cancelled(). */
export function cancelRun(state: RunState): RunState {
  return { ...state, cancelled: true };
}

/** A call that begun is cancelled by itself (its concurrency group): the jobs in it are, the run goes on. */
export function cancelCall(state: RunState, id: string): RunState {
  const frame = state.frames[id];
  return frame === undefined ? state : withFrame(state, { ...frame, cancelled: true });
}

function tracked(state: RunState, id: string): TrackedInstance {
  const found = findInstance(state, id);
  if (found === undefined) throw new Error(`the run has no instance ${id}`);
  return found;
}

function withInstance(state: RunState, instance: JobInstance, at: InstanceState): RunState {
  const frame = frameOf(state, instance.frame);
  const job = jobOf(frame, instance.jobId);
  const before = job === undefined ? undefined : jobStateOf(frame, job);
  if (job === undefined || before?.decided !== true) throw new Error(`${instance.id} is not decided`);
  const instances = before.instances.map((one) => (one.instance.id === instance.id ? { ...one, at } : one));
  return withJob(state, frame.id, job.id, { ...before, instances });
}

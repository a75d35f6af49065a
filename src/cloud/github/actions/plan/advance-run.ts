// A run as a graph of jobs, decided step by step and never by the clock:
//
//   undecided ──needs ended──► skipped | failed to be evaluated | instances
//   instance: held (max-parallel) ─► ready ─► begun ─► ended
//
// A call that begun has a frame of its own, whose jobs go the same way; it ends when they all have.
import { condition } from '../expressions/condition.ts';
import type { Scope } from '../model/run-context.ts';
import type {
  Frame,
  InstanceState,
  JobInstance,
  JobState,
  RunConclusion,
  RunState,
  TrackedInstance,
} from '../model/run-state.ts';
import type { Advance, EndedJob } from '../model/verdicts.ts';
import type { Job } from '../model/workflow.ts';
import { callEnd } from './call-frame.ts';
import { plainCheckName } from './check-name.ts';
import {
  frameOf,
  frameScope,
  isCancelled,
  jobOf,
  jobStateOf,
  needsOf,
  resultOf,
  statusOf,
  withContexts,
  withFrame,
  withJob,
} from './frame-facts.ts';
import { expandJob } from './job-instances.ts';

interface Progress {
  state: RunState;
  readonly ready: JobInstance[];
  readonly ended: EndedJob[];
}

/** Decides every job whose needs have ended, until nothing more changes. */
export function advanceRun(before: RunState): Advance {
  const progress: Progress = { state: before, ready: [], ended: [] };
  for (;;) {
    const { state } = progress;
    // Inner frames first: what they end may end the call around them.
    for (const id of Object.keys(state.frames).toReversed()) advanceFrame(progress, id);
    if (progress.state === state) takeBack(progress);
    if (progress.state === state) break;
  }
  const { state, ready, ended } = progress;
  return { state, ready, ended, cancel: cancelledOf(state), conclusion: conclusionOf(state) };
}

/** What became ready a moment ago and is stopped by what followed from it was never there: it ends at once. */
function takeBack(progress: Progress): void {
  const stopped = cancelledOf(progress.state);
  for (const instance of progress.ready.filter(({ id }) => stopped.includes(id))) {
    progress.ready.splice(progress.ready.indexOf(instance), 1);
    const frame = frameOf(progress.state, instance.frame);
    const at = frame.jobs[instance.jobId];
    if (at?.decided !== true) continue;
    const ended = endBefore(progress, instance);
    const instances = at.instances.map((one) =>
      one.instance.id === instance.id ? { ...one, at: ended } : one,
    );
    progress.state = withJob(progress.state, frame.id, instance.jobId, { ...at, instances });
  }
}

/** An instance that is cancelled before it began. */
function endBefore(progress: Progress, instance: JobInstance): InstanceState {
  const { id, checkName, frame, jobId } = instance;
  const why = 'it was cancelled before it began';
  progress.ended.push({ frame, jobId, id, checkName, result: 'cancelled', why });
  return { state: 'ended', result: 'cancelled', outputs: {}, why };
}

/** The instances that are ready and have not begun: what a scheduler that was away takes up again. */
export function readyInstances(state: RunState): readonly JobInstance[] {
  return trackedOf(state).flatMap(({ instance, at }) => (at.state === 'ready' ? [instance] : []));
}

/** The jobs of a call are there once it has begun; what an earlier attempt left of them waits until then. */
function isBegun(state: RunState, { caller }: Frame): boolean {
  if (caller === undefined) return true;
  const jobs = Object.values(frameOf(state, caller.frame).jobs);
  return jobs.some(
    (job) =>
      job.decided &&
      job.instances.some(({ instance, at }) => instance.id === caller.instance && at.state === 'begun'),
  );
}

function advanceFrame(progress: Progress, id: string): void {
  if (!isBegun(progress.state, frameOf(progress.state, id))) return;
  for (const job of frameOf(progress.state, id).workflow.jobs) {
    const frame = frameOf(progress.state, id);
    const at = jobStateOf(frame, job);
    const isOpen = job.needs.some((need) => {
      const needed = jobOf(frame, need);
      return needed !== undefined && resultOf(jobStateOf(frame, needed)) === undefined;
    });
    if (!at.decided && !isOpen) decide(progress, frame, job);
    else if (at.decided && resultOf(at) === undefined) goOn(progress, frame, job, at);
  }
}

function decide(progress: Progress, frame: Frame, job: Job): void {
  const { state } = progress;
  const before = jobStateOf(frame, job);
  const scope = jobIfScope(state, frame, job);
  const end = (result: 'skipped' | 'failure', why: string): void => {
    const checkName = frame.checkPrefix + plainCheckName(job, scope);
    progress.ended.push({
      frame: frame.id,
      jobId: job.id,
      id: instanceId(frame, job),
      checkName,
      result,
      why,
    });
    const ended = {
      decided: true,
      instances: [],
      failFast: false,
      maxParallel: 0,
      ended: { result, why },
    } as const;
    progress.state = withJob(progress.state, frame.id, job.id, ended);
  };
  try {
    if (!condition(job.if, 'job-if', scope)) return end('skipped', whySkipped(job, scope));
    const { instances, failFast, maxParallel } = expandJob(state, frame, job, scope);
    const kept = before.decided ? [] : before.kept;
    const tracked = instances.map(
      (instance): TrackedInstance =>
        kept.find((one) => one.instance.id === instance.id) ?? { instance, at: { state: 'held' } },
    );
    const decided = { decided: true, instances: tracked, failFast, maxParallel } as const;
    progress.state = withJob(progress.state, frame.id, job.id, decided);
  } catch (error) {
    end('failure', `The template is not valid. ${(error as Error).message}`);
  }
}

/** Lets held instances become ready, ends those that are not to run any more, and calls whose jobs have ended. */
function goOn(progress: Progress, frame: Frame, job: Job, at: Extract<JobState, { decided: true }>): void {
  const stops = isStopped(progress.state, frame, job, at);
  let free =
    at.maxParallel === 0 ? at.instances.length : at.maxParallel - at.instances.filter(isActive).length;
  let hasChanged = false;
  const instances = at.instances.map((tracked): TrackedInstance => {
    const next = nextOf(progress, tracked, stops, free);
    if (next === tracked.at) return tracked;
    if (next.state === 'ready') {
      free -= 1;
      progress.ready.push(tracked.instance);
    }
    hasChanged = true;
    return { ...tracked, at: next };
  });
  if (hasChanged) progress.state = withJob(progress.state, frame.id, job.id, { ...at, instances });
}

function nextOf(progress: Progress, tracked: TrackedInstance, stops: boolean, free: number): InstanceState {
  const { instance, at } = tracked;
  if (at.state === 'held' && stops) return endBefore(progress, instance);
  if (at.state === 'held' && free > 0) return { state: 'ready' };
  if (at.state !== 'begun' || instance.kind !== 'call') return at;
  const frame = frameOf(progress.state, instance.id);
  if (stops && !frame.cancelled) progress.state = withFrame(progress.state, { ...frame, cancelled: true });
  const end = callEnd(progress.state, frame);
  return end === undefined ? at : { state: 'ended', ...end };
}

/** Whether what has not ended of a job is to be cancelled: by fail-fast, or with the run, unless its `if` says always(). */
function isStopped(
  state: RunState,
  frame: Frame,
  job: Job,
  at: Extract<JobState, { decided: true }>,
): boolean {
  const hasFailed = at.instances.some(
    ({ instance, at: own }) => own.state === 'ended' && own.result === 'failure' && !instance.continueOnError,
  );
  if (at.failFast && hasFailed) return true;
  if (!isCancelled(state, frame)) return false;
  try {
    return !condition(job.if, 'job-if', jobIfScope(state, frame, job));
  } catch {
    return true;
  }
}

function cancelledOf(state: RunState): readonly string[] {
  return Object.values(state.frames).flatMap((frame) =>
    frame.workflow.jobs.flatMap((job) => {
      const at = jobStateOf(frame, job);
      if (!at.decided || resultOf(at) !== undefined || !isStopped(state, frame, job, at)) return [];
      return at.instances
        .filter(
          ({ instance, at: own }) =>
            own.state === 'ready' || (own.state === 'begun' && instance.kind === 'steps'),
        )
        .map(({ instance }) => instance.id);
    }),
  );
}

function conclusionOf(state: RunState): RunConclusion | undefined {
  const frame = frameOf(state, '');
  const results = frame.workflow.jobs.map((job) => resultOf(jobStateOf(frame, job)));
  if (results.includes(undefined)) return undefined;
  if (state.cancelled && (results.includes('cancelled') || results.includes('skipped'))) return 'cancelled';
  return (['failure', 'cancelled', 'success'] as const).find((one) => results.includes(one)) ?? 'skipped';
}

function jobIfScope(state: RunState, frame: Frame, job: Job): Scope {
  const scope = withContexts(frameScope(state, frame), { needs: needsOf(frame, job) });
  return { ...scope, status: statusOf(state, frame, job) };
}

function whySkipped(job: Job, { status, contexts }: Scope): string {
  const needs = (contexts.needs ?? {}) as Readonly<Record<string, { result: string }>>;
  const bad = Object.entries(needs).filter(([, { result }]) => result !== 'success');
  if (status?.cancelled === true) return 'the run was cancelled';
  if (bad.length > 0 && status?.success === false) {
    return `it needs ${bad.map(([id, { result }]) => `${id} (${result})`).join(', ')}`;
  }
  if (status?.success === false) return 'a job before those it needs did not succeed';
  return `its if is false: ${job.if?.value.trim() ?? 'success()'}`;
}

function instanceId(frame: Frame, job: Job): string {
  return frame.id === '' ? job.id : `${frame.id}/${job.id}`;
}

function isActive({ at }: TrackedInstance): boolean {
  return at.state === 'ready' || at.state === 'begun';
}

function trackedOf(state: RunState): readonly TrackedInstance[] {
  return Object.values(state.frames).flatMap((frame) =>
    Object.values(frame.jobs).flatMap((job) => (job.decided ? job.instances : [])),
  );
}

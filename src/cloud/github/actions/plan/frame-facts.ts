import type { Json } from '../../../../util/json.ts';
import type { Scope, StatusFacts } from '../model/run-context.ts';
import type { Frame, JobResult, JobState, RunState, TrackedInstance } from '../model/run-state.ts';
import type { JsonObject } from '../model/source.ts';
import type { Job, Workflow } from '../model/workflow.ts';
import { githubContext } from './github-context.ts';

/** The workflow of the run itself. */
export function rootOf(state: RunState): Workflow {
  return frameOf(state, '').workflow;
}

/** A frame that is there. */
export function frameOf(state: RunState, id: string): Frame {
  const frame = state.frames[id];
  if (frame === undefined) throw new Error(`the run has no frame ${id}`);
  return frame;
}

/** A job by its id, without regard to case, as `needs` names it. */
export function jobOf(frame: Frame, id: string): Job | undefined {
  return frame.workflow.jobs.find((job) => job.id.toLowerCase() === id.toLowerCase());
}

/** How far a job is. */
export function jobStateOf(frame: Frame, job: Job): JobState {
  return frame.jobs[job.id] ?? { decided: false, kept: [] };
}

/** How a job ended, all cells of its matrix together; undefined while it has not. */
export function resultOf(state: JobState): JobResult | undefined {
  if (!state.decided) return undefined;
  if (state.ended !== undefined) return state.ended.result;
  const results = state.instances.map(endOf);
  if (results.includes(undefined)) return undefined;
  for (const worst of ['failure', 'cancelled', 'success'] as const) if (results.includes(worst)) return worst;
  return 'skipped';
}

/** The outputs of a job: those of a later cell of its matrix go over those of an earlier, unless they are empty. */
export function outputsOf(state: JobState): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  if (!state.decided) return outputs;
  for (const { at } of state.instances) {
    if (at.state !== 'ended') continue;
    for (const [name, value] of Object.entries(at.outputs)) {
      if (value !== '' || !(name in outputs)) outputs[name] = value;
    }
  }
  return outputs;
}

/** Whether a frame is being cancelled: itself, one around it, or the whole run. */
export function isCancelled(state: RunState, frame: Frame): boolean {
  if (state.cancelled || frame.cancelled) return true;
  return frame.caller !== undefined && isCancelled(state, frameOf(state, frame.caller.frame));
}

/** What `success()` and the others say of a job: they look at all its ancestors, not at its `needs` alone. */
export function statusOf(state: RunState, frame: Frame, job: Job): StatusFacts {
  const results = ancestorsOf(frame, job).map((ancestor) => resultOf(jobStateOf(frame, ancestor)));
  const cancelled = isCancelled(state, frame);
  return {
    success: !cancelled && results.every((result) => result === 'success'),
    failure: !cancelled && results.includes('failure'),
    cancelled,
  };
}

/** The jobs that a job needs, and those that these need, and so on. */
export function ancestorsOf(frame: Frame, job: Job): readonly Job[] {
  const found = new Map<string, Job>();
  const visit = (ids: readonly string[]): void => {
    for (const id of ids) {
      const needed = jobOf(frame, id);
      if (needed === undefined || found.has(needed.id)) continue;
      found.set(needed.id, needed);
      visit(needed.needs);
    }
  };
  visit(job.needs);
  return [...found.values()];
}

/** The context `needs`: only of the jobs that are named. */
export function needsOf(frame: Frame, job: Job): JsonObject {
  return Object.fromEntries(
    job.needs.flatMap((id) => {
      const needed = jobOf(frame, id);
      if (needed === undefined) return [];
      const state = jobStateOf(frame, needed);
      const entry: Json = { result: resultOf(state) ?? 'skipped', outputs: outputsOf(state) };
      return [[needed.id, entry] as const];
    }),
  );
}

/** What everything in a frame sees. */
export function frameScope(state: RunState, frame: Frame): Scope {
  return {
    contexts: {
      github: githubContext(state.context, rootOf(state)),
      inputs: frame.inputs,
      vars: state.context.vars,
    },
  };
}

/** A scope with more contexts in it. */
export function withContexts(scope: Scope, contexts: Scope['contexts']): Scope {
  return { ...scope, contexts: { ...scope.contexts, ...contexts } };
}

/** A state with one job of a frame changed. */
export function withJob(state: RunState, frameId: string, jobId: string, job: JobState): RunState {
  const frame = frameOf(state, frameId);
  return withFrame(state, { ...frame, jobs: { ...frame.jobs, [jobId]: job } });
}

/** A state with one frame changed or added. */
export function withFrame(state: RunState, frame: Frame): RunState {
  return { ...state, frames: { ...state.frames, [frame.id]: frame } };
}

/** What a job that may fail counts as. */
function endOf({ instance, at }: TrackedInstance): JobResult | undefined {
  if (at.state !== 'ended') return undefined;
  return at.result === 'failure' && instance.continueOnError ? 'success' : at.result;
}

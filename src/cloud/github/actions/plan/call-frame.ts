import type { Json } from '../../../../util/json.ts';
import { ExpressionError, evaluate, evaluateText } from '../expressions/evaluate.ts';
import type { Scope } from '../model/run-context.ts';
import type { Frame, JobInstance, JobResult, RunState } from '../model/run-state.ts';
import type { JsonObject } from '../model/source.ts';
import type { InputDeclaration } from '../model/trigger.ts';
import type { CallJob, Workflow } from '../model/workflow.ts';
import { frameScope, jobStateOf, outputsOf, resultOf, withContexts } from './frame-facts.ts';
import { calledPath } from './link-workflows.ts';

/** The workflow that a job calls. */
export function calleeOf(state: RunState, job: CallJob): Workflow {
  const callee = state.called[calledPath(job)];
  if (callee === undefined) throw new Error(`the run does not know ${calledPath(job)}`);
  return callee;
}

/** The inputs of a called workflow: what is given, and the defaults. Throws an Error when one is not of its type. */
export function callInputs(state: RunState, job: CallJob, scope: Scope): JsonObject {
  const declared = calleeOf(state, job).call?.inputs ?? [];
  return Object.fromEntries(declared.map((input) => [input.name, inputOf(input, job, scope)]));
}

function inputOf(input: InputDeclaration, job: CallJob, scope: Scope): Json {
  const [, given] = Object.entries(job.with).find(([name]) => isSame(name, input.name)) ?? [];
  if (given === undefined) {
    if (input.default !== undefined) return evaluate(input.default, 'call-input-default', scope);
    return { boolean: false, number: 0, string: '', choice: '', environment: '' }[input.type];
  }
  const value = evaluate(given, 'call-with', scope);
  if (input.type === 'string') return value === null ? '' : evaluateText(given, 'call-with', scope);
  if (typeof value === input.type) return value;
  throw new ExpressionError(
    `Unexpected value '${JSON.stringify(value)}': the input ${input.name} is a ${input.type}`,
    given,
    input.name,
  );
}

/** The frame of a call that begins. The instances of an earlier attempt stay in it, as far as they were kept. */
export function newFrame(
  state: RunState,
  { instance, job, inputs }: { instance: JobInstance; job: CallJob; inputs: JsonObject },
): Frame {
  const before = state.frames[instance.id];
  return {
    id: instance.id,
    workflow: calleeOf(state, job),
    caller: { instance: instance.id, frame: instance.frame },
    cancelled: false,
    inputs,
    permissionLimit: instance.permissions,
    checkPrefix: `${instance.checkName} / `,
    jobs: before?.jobs ?? {},
  };
}

/** How a called workflow ended, with its outputs; undefined while a job of it has not. */
export function callEnd(
  state: RunState,
  frame: Frame,
): { result: JobResult; outputs: Record<string, string>; why: string } | undefined {
  const states = frame.workflow.jobs.map((job) => [job.id, jobStateOf(frame, job)] as const);
  const results = states.map(([, job]) => resultOf(job));
  if (results.includes(undefined)) return undefined;
  const worst = (['failure', 'cancelled', 'success'] as const).find((one) => results.includes(one));
  const jobs = Object.fromEntries(
    states.map(([id, job]) => [id, { result: resultOf(job) ?? 'skipped', outputs: outputsOf(job) }]),
  );
  const scope = withContexts(frameScope(state, frame), { jobs });
  const outputs = Object.entries(frame.workflow.call?.outputs ?? {}).map(([name, source]) => [
    name,
    evaluateText(source, 'call-output', scope),
  ]);
  const result = worst ?? 'skipped';
  return {
    result,
    outputs: Object.fromEntries(outputs) as Record<string, string>,
    why: `the jobs of ${frame.workflow.path} ended: ${result}`,
  };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

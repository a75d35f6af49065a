import type { Scope } from '../model/run-context.ts';
import type { Step } from '../model/workflow.ts';
import { condition } from '../expressions/condition.ts';
import { evaluate, evaluateText, ExpressionError } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import { runScript } from './run-script.ts';
import { ShellError } from './shell-command.ts';
import { stepEnvironment } from './step-environment.ts';
import type { StepCall, StepEnd, StepOrder } from './step-call.ts';
import { makeStepFiles } from './step-files.ts';
import { stepName } from './step-name.ts';
import { takeOver } from './take-over.ts';
import { useAction } from './use-action.ts';

const MINUTE_MS = 60_000;

/** Carries a step out when its `if` holds, and writes into the frame how it ended. */
export async function performStep(order: StepOrder): Promise<StepEnd> {
  const { session, frame, step, output } = order;
  const end = await attempt(order);
  if (end.conclusion === 'failure') frame.failed = true;
  if (step.id !== undefined) {
    const outputs = Object.fromEntries(end.outputs);
    frame.steps.set(step.id, { outputs, outcome: end.outcome, conclusion: end.conclusion });
  }
  if (end.outcome === 'skipped' && session.host.cancel.aborted) output.say('Skipped: the run was cancelled');
  return end;
}

type Attempt = StepEnd & { readonly outputs: ReadonlyMap<string, string> };
const NOTHING: ReadonlyMap<string, string> = new Map();

async function attempt(order: StepOrder): Promise<Attempt> {
  const { session, frame, step, output } = order;
  let scope = session.scopeOf(frame, session.envOf(frame));
  try {
    const stepEnv = textsOf(step.env, scope);
    const env = session.envOf(frame, stepEnv);
    scope = session.scopeOf(frame, env);
    if (!condition(step.if, 'step-if', scope))
      return { outcome: 'skipped', conclusion: 'skipped', outputs: NOTHING };
    const files = makeStepFiles(session.places.commands);
    try {
      return await timed(order, { stepEnv, scope, files });
    } finally {
      files.remove();
    }
  } catch (error) {
    if (!isOfTheStep(error)) throw error;
    output.error(messageOf(error));
    return { outcome: 'failure', conclusion: 'failure', outputs: NOTHING };
  }
}

/** Carries it out within its time, and stops it when the job is cancelled and its `if` no longer holds. */
async function timed(order: StepOrder, on: Pick<StepCall, 'stepEnv' | 'scope' | 'files'>): Promise<Attempt> {
  const { session, frame, step, output } = order;
  const { clock, cancel: jobCancel } = session.host;
  const stop = new AbortController();
  const done = new AbortController();
  let timedOut = false;
  // GitHub counts whole minutes and drops the rest: 0.5 is no limit (docs: workflow-syntax, "must be a positive integer").
  const minutes =
    step.timeoutMinutes === undefined
      ? 0
      : Math.trunc(Number(evaluate(step.timeoutMinutes, 'step', on.scope)));
  if (minutes > 0)
    clock.sleep(minutes * MINUTE_MS, done.signal).then(
      () => {
        timedOut = true;
        output.error(`The action '${stepName(step, on.scope)}' has timed out after ${minutes} minutes.`);
        stop.abort();
      },
      // It ended in time.
      () => undefined,
    );
  const onCancel = (): void => {
    const now = session.scopeOf(frame, session.envOf(frame, on.stepEnv));
    if (!condition(step.if, 'step-if', now)) stop.abort();
  };
  const onOuter = (): void => stop.abort();
  jobCancel.addEventListener('abort', onCancel, { once: true });
  order.cancel?.addEventListener('abort', onOuter, { once: true });
  try {
    const outputs = new Map<string, string>();
    const ok = await carryOut(order, { ...on, outputs, cancel: stop.signal });
    const wasCancelled = stop.signal.aborted && !timedOut;
    if (wasCancelled) output.error('The operation was canceled.');
    const outcome = wasCancelled ? 'cancelled' : ok && !timedOut ? 'success' : 'failure';
    const goesOn =
      outcome === 'failure' &&
      step.continueOnError !== undefined &&
      evaluate(step.continueOnError, 'step', on.scope) === true;
    return { outcome, conclusion: goesOn ? 'success' : outcome, outputs };
  } finally {
    done.abort();
    jobCancel.removeEventListener('abort', onCancel);
    order.cancel?.removeEventListener('abort', onOuter);
  }
}

async function carryOut(
  order: StepOrder,
  on: Pick<StepCall, 'stepEnv' | 'scope' | 'files' | 'outputs' | 'cancel'>,
): Promise<boolean> {
  const { session, frame, step, output, number } = order;
  const env = stepEnvironment(session, { frame, env: on.stepEnv, action: step.key, files: on.files });
  const call: StepCall = { ...on, session, frame, env, output, number, perform: performStep };
  let ok: boolean;
  try {
    ok = step.kind === 'run' ? await runScript(call, step) : await useAction(call, step);
  } catch (error) {
    if (!isOfTheStep(error)) throw error;
    output.error(messageOf(error));
    ok = false;
  }
  return takeOver(call) && ok && output.refusal === null;
}

function textsOf(sources: Step['env'], scope: Scope): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, evaluateText(source, 'step', scope)]),
  );
}

function isOfTheStep(error: unknown): error is Error {
  return error instanceof ExpressionError || error instanceof ActionFailure || error instanceof ShellError;
}

function messageOf(error: Error): string {
  if (!(error instanceof ExpressionError)) return error.message;
  const { line, column } = error.at;
  return `The template is not valid (line ${line}, column ${column}): ${error.message}`;
}

import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';
import type { RunEnd } from './end-run.ts';
import { finishRun, interruptRun } from './end-run.ts';
import type { StoredError } from './events.ts';
import type { GraphNode, StepContext, StepExecutors } from './graph.ts';
import { retryDelayMs } from './retry-delay.ts';
import { runAttempt } from './run-attempt.ts';
import type { RunHalt } from './run-halt.ts';
import { haltReason } from './run-halt.ts';
import type { RunLedger } from './run-ledger.ts';
import { createStepContext } from './step-context.ts';
import type { StepTransition } from './step-transition.ts';
import { toStoredError, withUndoFailures } from './stored-error.ts';
import { undoOrder } from './undo-order.ts';

/** What putting a run back needs. */
export interface UndoRunOptions {
  readonly ledger: RunLedger;
  readonly executors: StepExecutors;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: (line: string) => string;
  /** Aborted: the undo that runs settles, and the rest is left to a resume. */
  readonly interrupt: AbortSignal;
}

/** How the run will end, kept in the journal while it is put back. */
export interface UndoGoal {
  readonly status: 'failed' | 'cancelled';
  readonly cause: StoredError | null;
}

/**
 * Settles what is left open (steps that a crash cut off, waits) and stores why and to which end the run is put back.
 * From here on it only goes backwards, whoever carries it on.
 */
export async function beginUndo(options: UndoRunOptions, halt: RunHalt): Promise<UndoGoal> {
  const { ledger } = options;
  const because = haltReason(halt);
  const goal: UndoGoal =
    halt.kind === 'failed' ? { status: 'failed', cause: halt.error } : { status: 'cancelled', cause: null };
  const left = [...ledger.steps.values()]
    .filter((row) => row.status === 'running' || row.status === 'waiting')
    .sort((a, b) => (a.startedOrder ?? 0) - (b.startedOrder ?? 0));
  for (const row of left) if (row.status === 'running') await abandonStep(options, ledger.node(row.stepId));
  const stops = left.map(({ stepId }): StepTransition => {
    const message = `Step "${stepId}" was given up because ${because}.`;
    return {
      kind: 'stop',
      step: stepId,
      error: { code: 'RUN_STEP_STOPPED', message, hint: null, output: [] },
    };
  });
  const isAnythingToUndo = undoOrder(ledger.graph, ledger.steps).length > 0;
  await ledger.commit(stops, () => [
    { table: 'run', set: { undoStatus: goal.status, error: goal.cause } },
    ...(isAnythingToUndo ? [{ table: 'event', body: { type: 'run.undo-started', because } } as const] : []),
  ]);
  return goal;
}

/** Undoes what is to be undone, one step after the other, and ends the run. An undo that fails does not stop the rest. */
export async function undoRun(options: UndoRunOptions, goal: UndoGoal): Promise<RunEnd> {
  const { ledger } = options;
  let settled: StepTransition[] = [];
  for (const step of undoOrder(ledger.graph, ledger.steps)) {
    if (options.interrupt.aborted) break;
    const { now } = await ledger.commit([...settled, { kind: 'undo', step }]);
    settled = [await undoStep(options, ledger.node(step), now)];
  }
  if (settled.length > 0) await ledger.commit(settled);
  if (undoOrder(ledger.graph, ledger.steps).length > 0) {
    await interruptRun(ledger);
    return 'interrupted';
  }
  const failures = [...ledger.steps.values()].flatMap((row) =>
    row.status === 'undo-failed' && row.error !== null ? [{ step: row.stepId, error: row.error }] : [],
  );
  await finishRun(
    ledger,
    failures.length > 0 ? 'failed' : goal.status,
    withUndoFailures(goal.cause, failures),
  );
  return 'finished';
}

/** Only a crash leaves a step running here. What its executor cannot end is told, and holds nothing up. */
async function abandonStep(options: UndoRunOptions, node: GraphNode): Promise<void> {
  const { ledger, redact } = options;
  const executor = options.executors[node.action.kind];
  if (executor?.abandon === undefined) return;
  const outcome = await tryCall(options, node, {
    attempt: ledger.step(node.id).attempt,
    what: `ending what step "${node.id}" left running`,
    call: async (context) => executor.abandon?.(context),
  });
  ledger.journal.lost.throwIfAborted();
  if (outcome.kind !== 'succeeded')
    ledger.journal.log(
      node.id,
      `What it left running could not be ended: ${toStoredError(outcome.error, redact).message}`,
    );
}

async function undoStep(options: UndoRunOptions, node: GraphNode, since: number): Promise<StepTransition> {
  const { ledger, clock, random, redact } = options;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryCall(options, node, {
      attempt,
      what: `undoing step "${node.id}"`,
      call: async (context) => {
        const executor = options.executors[node.action.kind];
        if (executor?.undo === undefined) throw new Error(`This version cannot undo "${node.action.kind}".`);
        await executor.undo(context);
      },
    });
    ledger.journal.lost.throwIfAborted();
    if (outcome.kind === 'succeeded') return { kind: 'undone', step: node.id, since };
    const isRepeatable = outcome.error instanceof ToolError && outcome.error.retry === 'safe';
    const error = toStoredError(outcome.error, redact);
    if (!isRepeatable || attempt >= node.retry.attempts) return { kind: 'undo-fail', step: node.id, error };
    ledger.journal.log(node.id, `Undo failed and will be retried: ${error.message}`);
    await clock.sleep(retryDelayMs(node.retry, attempt, random), ledger.journal.lost);
  }
}

/** An undo is never told of a cancel or a failure, only of its own time-out and of a lost lease. */
async function tryCall(
  options: UndoRunOptions,
  node: GraphNode,
  { attempt, what, call }: { attempt: number; what: string; call: (context: StepContext) => Promise<void> },
) {
  const { ledger, clock } = options;
  const { journal } = ledger;
  const stop = new AbortController();
  const onLost = () => stop.abort(journal.lost.reason);
  journal.lost.addEventListener('abort', onLost);
  const { context, revoke } = createStepContext({
    journal,
    node,
    input: ledger.input,
    outputs: ledger.outputs(),
    attempt,
    signal: stop.signal,
  });
  const outcome = await runAttempt({
    what,
    run: () => call(context),
    stop,
    timeoutMs: node.timeoutMs,
    clock,
  });
  revoke();
  journal.lost.removeEventListener('abort', onLost);
  return outcome;
}

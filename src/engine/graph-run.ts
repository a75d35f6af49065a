import { ToolError } from '../diagnostics/tool-error.ts';
import { assert } from '../util/assert.ts';
import type { Json } from '../util/json.ts';
import type { RunEnd } from './end-run.ts';
import { finishRun, interruptRun, suspendRun } from './end-run.ts';
import type { StepStatus } from './events.ts';
import type { GraphNode } from './graph.ts';
import type { DecisionRow, JournalStore } from './journal-store.ts';
import { Latch } from './latch.ts';
import { endedWaits, nextSteps } from './next-steps.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { AttemptOutcome } from './run-attempt.ts';
import { runAttempt } from './run-attempt.ts';
import type { RunHalt } from './run-halt.ts';
import { haltReason, runHalt } from './run-halt.ts';
import { createStepContext } from './step-context.ts';
import type { StepTransition } from './step-transition.ts';
import { toStoredError } from './stored-error.ts';
import type { UndoGoal, UndoRunOptions } from './undo-run.ts';
import { beginUndo, undoRun } from './undo-run.ts';

/** Waits up to this are sat out; longer ones give the process free. Opening a run again costs about as much. */
const HOLD_MS_MAX = 2000;

/** What running a graph needs. */
export interface GraphRunOptions extends UndoRunOptions {
  readonly store: JournalStore;
  /** Set when the run was already being put back. */
  readonly undoGoal: UndoGoal | null;
}

/** A step that this process runs now. */
interface Flight {
  readonly stop: AbortController;
  readonly landed: Promise<void>;
}

interface Landing {
  readonly node: GraphNode;
  readonly outcome: AttemptOutcome<Json>;
}

/**
 * Runs a claimed run's graph until it ends or has to wait. One loop: what settled is turned into transitions, what can
 * begin now is added, all of it is stored in one transaction, and only then anything is started. After a failure or a
 * cancel nothing starts any more, the running steps are told and waited for, and what was done is put back.
 */
export class GraphRun {
  readonly #options: GraphRunOptions;
  readonly #latch: Latch;
  readonly #flights = new Map<string, Flight>();
  readonly #landings: Landing[] = [];
  /** When a step that may be tried again is, by this process's clock. */
  readonly #retryAt = new Map<string, number>();
  #decisions: readonly DecisionRow[] = [];
  #signals = 0;

  constructor(options: GraphRunOptions) {
    this.#options = options;
    this.#latch = new Latch(options.clock);
  }

  /** Looks again: a decision, a cancel or a lost lease may have come in. */
  readonly wake = (): void => this.#latch.set();

  async toEnd(): Promise<RunEnd> {
    const { ledger, interrupt, undoGoal } = this.#options;
    if (undoGoal !== null) return undoRun(this.#options, undoGoal);
    interrupt.addEventListener('abort', this.wake);
    try {
      for (;;) {
        ledger.journal.lost.throwIfAborted();
        await this.#readDecisions();
        while (await this.#step());
        const halt = this.#halt();
        if (halt !== null) this.#stopFlights(halt);
        const end = this.#flights.size + this.#landings.length > 0 ? null : await this.#rest(halt);
        if (end !== null) return end;
        await this.#latch.wait(this.#msToNext());
      }
    } finally {
      interrupt.removeEventListener('abort', this.wake);
    }
  }

  /** Tells every running step to stop, and resolves when all have settled. Nothing of them is stored. */
  async abandon(reason: unknown): Promise<void> {
    const flights = [...this.#flights.values()];
    for (const flight of flights) flight.stop.abort(reason);
    await Promise.all(flights.map((flight) => flight.landed));
  }

  #halt(): RunHalt | null {
    const { ledger } = this.#options;
    return runHalt(ledger.steps, ledger.journal.isCancelRequested);
  }

  #goesOn(): boolean {
    return this.#halt() === null && !this.#options.interrupt.aborted;
  }

  async #readDecisions(): Promise<void> {
    const { ledger, store } = this.#options;
    const { signals } = ledger.journal;
    if (signals === this.#signals) return;
    this.#decisions = await store.decisions(ledger.journal.runId);
    this.#signals = signals;
  }

  /** Stores what happened and what begins, then starts it. True: a wait began, and may be over already. */
  async #step(): Promise<boolean> {
    const { ledger, clock } = this.#options;
    for (const [step, at] of this.#retryAt) if (at <= clock.now()) this.#retryAt.delete(step);
    const transitions = this.#landings.splice(0).map((landing) => this.#settlement(landing));
    if (this.#goesOn()) {
      const waited = { graph: ledger.graph, steps: ledger.steps, decisions: this.#decisions };
      transitions.push(...endedWaits({ ...waited, now: ledger.journal.now() }));
    }
    const upcoming = new Map(transitions.map(({ step, kind }) => [step, STATUS_AFTER[kind]]));
    if (this.#goesOn() && !transitions.some(({ kind }) => kind === 'fail')) {
      const busy = new Set([...this.#flights.keys(), ...this.#retryAt.keys()]);
      transitions.push(...nextSteps({ graph: ledger.graph, steps: ledger.steps, upcoming, busy }));
    }
    if (transitions.length === 0) return false;
    await ledger.commit(transitions);
    for (const { kind, step } of transitions) if (kind === 'start') this.#launch(ledger.node(step));
    return transitions.some(({ kind }) => kind === 'await');
  }

  #settlement({ node, outcome }: Landing): StepTransition {
    const { ledger, random, redact, clock } = this.#options;
    const step = node.id;
    if (outcome.kind === 'succeeded') return { kind: 'succeed', step, result: outcome.result };
    const error = toStoredError(outcome.error, redact);
    if (outcome.kind === 'timed-out') return { kind: 'fail', step, error };
    const halt = this.#halt();
    if (halt !== null) {
      const message = `Step "${step}" was stopped because ${haltReason(halt)}.`;
      const output = [error.message, ...error.output];
      return { kind: 'stop', step, error: { code: 'RUN_STEP_STOPPED', message, hint: null, output } };
    }
    const failures = ledger.step(step).failures + 1;
    const isRepeatable = outcome.error instanceof ToolError && outcome.error.retry === 'safe';
    if (!isRepeatable || failures >= node.retry.attempts) return { kind: 'fail', step, error };
    const delayMs = retryDelayMs(node.retry, failures, random);
    this.#retryAt.set(step, clock.now() + delayMs);
    return { kind: 'retry', step, delayMs, error };
  }

  #launch(node: GraphNode): void {
    const stop = new AbortController();
    this.#flights.set(node.id, { stop, landed: this.#fly(node, stop) });
  }

  async #fly(node: GraphNode, stop: AbortController): Promise<void> {
    const { ledger, executors, clock } = this.#options;
    const { context, revoke } = createStepContext({
      journal: ledger.journal,
      node,
      input: ledger.input,
      outputs: ledger.outputs(),
      attempt: ledger.step(node.id).attempt,
      signal: stop.signal,
    });
    const outcome = await runAttempt({
      what: `step "${node.id}"`,
      run: async () => {
        const executor = executors[node.action.kind];
        if (executor === undefined) throw new Error(`This version cannot do "${node.action.kind}".`);
        return jsonOf(await executor.execute(context));
      },
      stop,
      timeoutMs: node.timeoutMs,
      clock,
    });
    revoke();
    this.#flights.delete(node.id);
    this.#landings.push({ node, outcome });
    this.#latch.set();
  }

  #stopFlights(halt: RunHalt): void {
    for (const [step, { stop }] of this.#flights) {
      if (stop.signal.aborted) continue;
      stop.abort(new ToolError('RUN_STEP_STOPPED', `Step "${step}" is stopped because ${haltReason(halt)}.`));
    }
  }

  /** Nothing runs: ends the execution, or returns null when there is something to sit out. */
  async #rest(halt: RunHalt | null): Promise<RunEnd | null> {
    const { ledger, interrupt } = this.#options;
    const isDone = ledger.graph.nodes.every((node) => ledger.step(node.id).status === 'succeeded');
    if (halt === null && isDone) {
      if (await finishRun(ledger, 'succeeded', null)) return 'finished';
      this.wake();
      return null;
    }
    if (interrupt.aborted) {
      await interruptRun(ledger);
      return 'interrupted';
    }
    if (halt !== null) return undoRun(this.#options, await beginUndo(this.#options, halt));
    const ms = this.#msToNext();
    if (this.#retryAt.size > 0 || (ms !== null && ms <= HOLD_MS_MAX)) return null;
    assert(
      [...ledger.steps.values()].some((row) => row.status === 'waiting'),
      'a run that is not done runs, waits, or has halted',
    );
    await suspendRun(ledger, ms === null ? null : ledger.journal.now() + ms, this.#signals);
    return 'waiting';
  }

  /** Milliseconds to the next timer or try; null when only something from outside can move the run. */
  #msToNext(): number | null {
    const { ledger, clock } = this.#options;
    if (!this.#goesOn()) return null;
    const waits = [...ledger.steps.values()].flatMap((row) =>
      row.status === 'waiting' && row.dueAt !== null ? [row.dueAt - ledger.journal.now()] : [],
    );
    const tries = [...this.#retryAt.values()].map((at) => at - clock.now());
    return waits.length + tries.length === 0 ? null : Math.max(0, Math.min(...waits, ...tries));
  }
}

const STATUS_AFTER: Readonly<Record<StepTransition['kind'], StepStatus>> = {
  start: 'running',
  retry: 'running',
  succeed: 'succeeded',
  fail: 'failed',
  stop: 'cancelled',
  await: 'waiting',
  undo: 'undoing',
  undone: 'undone',
  'undo-fail': 'undo-failed',
};

/** What the journal would give back: a result that JSON cannot hold fails the step here and not at the write. */
function jsonOf(value: Json | undefined): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}

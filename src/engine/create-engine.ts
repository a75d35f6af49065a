import { assert } from '../util/assert.ts';
import type { Clock } from '../util/clock.ts';
import type { CarryOutDeps } from './carry-out.ts';
import type { Engine, RunRecord, StepRecord, SubmitOptions } from './engine.ts';
import type { RunEvent, RunStatus } from './events.ts';
import { allEvents, followEvents } from './follow-events.ts';
import type { StepExecutors } from './graph.ts';
import { Hints, controlTopic, eventsTopic, lockTopic } from './hints.ts';
import type { JournalStore } from './journal-store.ts';
import { cancelRun, decideApproval, resumeRun, submitRun } from './run-commands.ts';
import { pendingStep } from './step-transition.ts';
import { unknownRun, workRun } from './work-run.ts';

/**
 * How long a run stays with a process that does not say anything. A busy machine may stall a process for a second or
 * two (measured under load), and a person who started a run again after a crash should not wait longer than this.
 */
const LEASE_MS = 5000;
/** How often other processes' changes are looked for: below what a person notices, and 10 µs each. */
const POLL_MS = 75;
/** Runs listed when no limit is given: a screenful or two. */
const LIST_LIMIT = 50;

/** What an engine is made of. */
export interface EngineOptions {
  readonly store: JournalStore;
  readonly executors: StepExecutors;
  readonly clock: Clock;
  /** In [0, 1), for the jitter of retries. */
  readonly random: () => number;
  /** Names this process to people: `host:pid`. */
  readonly workerId: string;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** Takes secrets out of every line and error before it is stored. */
  readonly redact?: (line: string) => string;
}

/** The engine of one process over a journal that it may share with others. */
export function createEngine(options: EngineOptions): Engine {
  return new EmbeddedEngine(options);
}

class EmbeddedEngine implements Engine {
  readonly #deps: CarryOutDeps & { readonly workerId: string };
  readonly #closing = new AbortController();
  readonly #works = new Set<Promise<void>>();

  constructor(options: EngineOptions) {
    this.#deps = {
      ...options,
      hints: new Hints(options.clock),
      leaseMs: options.leaseMs ?? LEASE_MS,
      pollMs: options.pollMs ?? POLL_MS,
      redact: options.redact ?? ((line) => line),
    };
  }

  submit(options: SubmitOptions): Promise<RunRecord> {
    return submitRun(this.#deps.store, options, this.#deps.leaseMs);
  }

  get(id: string): Promise<RunRecord | null> {
    return this.#deps.store.run(id);
  }

  list(
    filter: { lockKey?: string; limit?: number; statuses?: readonly RunStatus[] } = {},
  ): Promise<RunRecord[]> {
    const { lockKey = null, statuses = null, limit = LIST_LIMIT } = filter;
    return this.#deps.store.runs({ lockKey, statuses, limit });
  }

  async steps(id: string): Promise<StepRecord[]> {
    const record = await this.#record(id);
    const rows = new Map((await this.#deps.store.steps(id)).map((row) => [row.stepId, row]));
    return record.graph.nodes.map((node) => {
      const row = rows.get(node.id) ?? pendingStep(node.id);
      const { status, attempt, startedAt, finishedAt, error } = row;
      return { id: node.id, status, attempt, startedAt, finishedAt, error, result: row.result ?? null };
    });
  }

  async events(id: string, afterSeq = 0): Promise<RunEvent[]> {
    return allEvents(this.#deps.store, id, afterSeq);
  }

  follow(id: string, options: { afterSeq?: number; signal?: AbortSignal } = {}): AsyncIterable<RunEvent> {
    const { afterSeq = 0, signal } = options;
    return followEvents({ ...this.#deps, runId: id, afterSeq, signal: this.#orClosing(signal) });
  }

  async approve(id: string, step: string, decision: 'approved' | 'rejected', by: string): Promise<void> {
    await decideApproval(this.#deps.store, id, { stepId: step, decision, by });
    await this.#notify(id);
  }

  async cancel(id: string, by: string): Promise<void> {
    await cancelRun(this.#deps.store, id, by);
    await this.#notify(id);
  }

  async resume(id: string): Promise<void> {
    await resumeRun(this.#deps.store, id, this.#deps.leaseMs);
    await this.#notify(id);
  }

  async work(id: string, options: { signal: AbortSignal; untilWaiting?: boolean }): Promise<RunRecord> {
    assert(!this.#closing.signal.aborted, 'a closed engine works on nothing');
    const signal = this.#orClosing(options.signal);
    const work = workRun(this.#deps, id, { signal, untilWaiting: options.untilWaiting ?? false });
    this.#works.add(work);
    try {
      await work;
      return await this.#record(id);
    } finally {
      this.#works.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#works);
    await this.#deps.store.close();
  }

  #orClosing(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  async #record(id: string): Promise<RunRecord> {
    const record = await this.#deps.store.run(id);
    if (record === null) throw unknownRun(id);
    return record;
  }

  async #notify(id: string): Promise<void> {
    const found = await this.#deps.store.peek({ id });
    if (found === null) return;
    this.#deps.hints.notify(controlTopic(id), eventsTopic(id), lockTopic(found.state.lockKey));
  }
}

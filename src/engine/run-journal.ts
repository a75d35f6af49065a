import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';
import type { Json } from '../util/json.ts';
import type { Hints } from './hints.ts';
import { eventsTopic } from './hints.ts';
import type { Decide, JournalStore, JournalWrite, OnceRow, Snapshot } from './journal-store.ts';

/** How long lines of output may wait to be written together. A crash loses at most these. */
const LOG_FLUSH_MS = 50;
/** Longer lines are cut: a line is for people, and a stray binary must not fill the journal. */
const LOG_LINE_CHARS_MAX = 8192;
/** Tries of a write while another process keeps the store locked; each waits for the store's own busy time-out (5 s). */
const BUSY_ATTEMPTS = 6;

/** What a run's journal is made of. */
export interface RunJournalOptions {
  readonly store: JournalStore;
  readonly clock: Clock;
  readonly hints: Hints;
  readonly redact: (line: string) => string;
  /** As claimed: the run's state and the store's time. */
  readonly claim: Snapshot;
  readonly once: readonly OnceRow[];
}

/**
 * One process's hold on one run. Everything written goes through the fence of its claim: once another process has
 * claimed the run, nothing is stored any more, `lost` aborts, and every write fails with RUN_LEASE_LOST.
 */
export class RunJournal {
  readonly runId: string;
  readonly #options: RunJournalOptions;
  readonly #fence: number;
  readonly #recorded = new Map<string, Json>();
  readonly #recording = new Map<string, Promise<Json>>();
  readonly #lost = new AbortController();
  #lines: JournalWrite[] = [];
  #isFlushDue = false;
  #isCancelRequested: boolean;
  #signals: number;
  #clockAhead = 0;

  constructor(options: RunJournalOptions) {
    this.#options = options;
    const { state } = options.claim;
    this.runId = state.id;
    this.#fence = state.fence;
    this.#isCancelRequested = state.cancelRequested;
    this.#signals = state.signals;
    this.#observe(options.claim);
    for (const row of options.once) this.#recorded.set(onceId(row.stepId, row.key), row.value);
  }

  /** Aborts with RUN_LEASE_LOST when another process has the run. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get isCancelRequested(): boolean {
    return this.#isCancelRequested;
  }

  /** How many decisions the run had when it was last read. */
  get signals(): number {
    return this.#signals;
  }

  /** The store's time, by this process's clock since the last read. */
  now(): number {
    return this.#options.clock.now() - this.#clockAhead;
  }

  /** Writes under the fence, in one transaction, together with the lines that wait. */
  async write(decide: Decide): Promise<Snapshot> {
    const lines = this.#lines;
    this.#lines = [];
    const snapshot = await this.#transact((state, now) => [...lines, ...decide(state, now)]);
    this.#options.hints.notify(eventsTopic(this.runId));
    return snapshot;
  }

  /** Reads the run again; fails with RUN_LEASE_LOST when it is not held any more. */
  async refresh(): Promise<Snapshot> {
    const found = await this.#options.store.peek({ id: this.runId });
    if (found === null || !this.#isHeld(found)) throw this.lose();
    this.#observe(found);
    return found;
  }

  /** Gives the run up. Returns the error that everything of it fails with from now on. */
  lose(cause?: unknown): unknown {
    if (!this.#lost.signal.aborted) this.#lost.abort(leaseLost(this.runId, cause));
    return this.#lost.signal.reason;
  }

  /** Queues lines of output of a step; they are written with the next transition, or soon. */
  log(step: string, text: string): void {
    for (const line of text.split('\n')) {
      const cut = this.#options.redact(line).slice(0, LOG_LINE_CHARS_MAX);
      this.#lines.push({ table: 'event', body: { type: 'step.output', step, line: cut } });
    }
    if (!this.#isFlushDue) void this.#flushSoon();
  }

  /** What `once` recorded under the key. */
  recorded(step: string, key: string): Json | undefined {
    return this.#recorded.get(onceId(step, key));
  }

  /** Does `fn` unless its result is recorded; looks at the fence before, and records under it after. */
  async once<T extends Json>(step: string, key: string, fn: () => Promise<T>): Promise<T> {
    const id = onceId(step, key);
    if (this.#recorded.has(id)) return this.#recorded.get(id) as T;
    const inFlight = this.#recording.get(id);
    if (inFlight !== undefined) return (await inFlight) as T;
    const recording = this.#record(step, key, fn);
    this.#recording.set(id, recording);
    try {
      return await recording;
    } finally {
      this.#recording.delete(id);
    }
  }

  async #record<T extends Json>(stepId: string, key: string, fn: () => Promise<T>): Promise<T> {
    await this.refresh();
    const value = await fn();
    const stored = (value as T | undefined) ?? null;
    await this.write(() => [{ table: 'once', row: { stepId, key, value: stored } }]);
    this.#recorded.set(onceId(stepId, key), stored);
    return value;
  }

  async #transact(decide: Decide): Promise<Snapshot> {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const written = await this.#options.store.transact({ id: this.runId }, (state, now) => {
          if (!this.#isHeld({ state, now })) throw this.lose();
          return decide(state, now);
        });
        if (written === null) throw this.lose();
        this.#observe(written);
        return written;
      } catch (error) {
        const isBusy = error instanceof ToolError && error.code === 'STORE_BUSY';
        if (!isBusy || attempt === BUSY_ATTEMPTS) throw error;
      }
    }
  }

  #isHeld({ state }: Snapshot): boolean {
    return state.fence === this.#fence && state.status === 'running';
  }

  #observe({ state, now }: Snapshot): void {
    this.#isCancelRequested = state.cancelRequested;
    this.#signals = state.signals;
    this.#clockAhead = this.#options.clock.now() - now;
  }

  /** A failure to write lines is left to the next transition, which fails in the same way and is waited for. */
  async #flushSoon(): Promise<void> {
    this.#isFlushDue = true;
    try {
      await this.#options.clock.sleep(LOG_FLUSH_MS, this.#lost.signal);
      this.#isFlushDue = false;
      if (this.#lines.length > 0) await this.write(() => []);
    } catch {
      this.#isFlushDue = false;
    }
  }
}

/** A key that no step id and once key can make ambiguous. */
function onceId(step: string, key: string): string {
  return JSON.stringify([step, key]);
}

function leaseLost(runId: string, cause: unknown): ToolError {
  return new ToolError('RUN_LEASE_LOST', `Run "${runId}" was taken over by another process.`, {
    hint: `glidepath run show ${runId}`,
    cause,
  });
}

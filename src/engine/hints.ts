import type { Clock } from '../util/clock.ts';

/**
 * Wakes what polls, at once, when the change was made by this very process. Only a hint: every wait also ends by
 * itself, since other processes change the journal without telling.
 */
export class Hints {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes everybody who waits for one of the topics. */
  notify(...topics: readonly string[]): void {
    for (const topic of topics) {
      for (const wake of this.#listeners.get(topic) ?? []) wake();
    }
  }

  /** Resolves on a hint for one of the topics, after `ms`, or when the signal aborts; never rejects. */
  async wait(topics: readonly string[], ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const stop = new AbortController();
    const wake = () => stop.abort();
    for (const topic of topics) this.#add(topic, wake);
    signal?.addEventListener('abort', wake);
    await this.#clock.sleep(ms, stop.signal).catch(() => undefined);
    signal?.removeEventListener('abort', wake);
    for (const topic of topics) this.#remove(topic, wake);
  }

  #add(topic: string, wake: () => void): void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(wake));
  }

  #remove(topic: string, wake: () => void): void {
    const listeners = this.#listeners.get(topic);
    listeners?.delete(wake);
    if (listeners?.size === 0) this.#listeners.delete(topic);
  }
}

/** Something new is in the events of the run. */
export const eventsTopic = (runId: string): string => `events ${runId}`;
/** Somebody asked something of the run: cancel, a decision. */
export const controlTopic = (runId: string): string => `control ${runId}`;
/** The lock may have passed on. */
export const lockTopic = (lockKey: string): string => `lock ${lockKey}`;

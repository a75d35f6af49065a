import type { Clock } from '../../src/util/clock.ts';

/** The clock of someone who looks, sleeps and looks again: it sleeps until the test wants it to look. */
export class LookClock implements Clock {
  #wake: (() => void) | null = null;
  #onSleep: (() => void) | null = null;

  now(): number {
    return Date.now();
  }

  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      this.#wake = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#onSleep?.();
    });
  }

  /** Lets it look once, and resolves when it has. */
  async look(): Promise<void> {
    await this.asleep();
    this.wake();
    await this.asleep();
  }

  /** Lets it look, whatever comes of it. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Resolves when it sleeps: what it began to look at before, it has seen. */
  async asleep(): Promise<void> {
    if (this.#wake === null) await new Promise<void>((resolve) => (this.#onSleep = resolve));
    this.#onSleep = null;
  }
}

import type { Clock } from '../util/clock.ts';

/** Lets one loop sleep until something happens, without missing what happens while it is busy. */
export class Latch {
  readonly #clock: Clock;
  #isSet = false;
  #wake: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the current wait, or the next one before it begins. */
  set(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /** Resolves once set, or after `ms` (null: never by itself), and is unset again. */
  async wait(ms: number | null): Promise<void> {
    if (!this.#isSet) await this.#sleep(ms);
    this.#isSet = false;
  }

  async #sleep(ms: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = new AbortController();
    this.#wake = resolve;
    if (ms !== null) void this.#clock.sleep(ms, timer.signal).then(resolve, resolve);
    await promise;
    this.#wake = null;
    timer.abort();
  }
}

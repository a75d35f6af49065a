import type { Clock } from '../../../util/clock.ts';

/** Calls back when nobody stopped it for a while. */
export class IdleTimer {
  readonly #clock: Clock;
  readonly #whenIdle: (disarmed: AbortSignal) => Promise<void>;
  #armed: AbortController | null = null;

  /** `whenIdle` sees by the signal whether it is still wanted; when it fails, the next time of idling calls it again. */
  constructor(clock: Clock, whenIdle: (disarmed: AbortSignal) => Promise<void>) {
    this.#clock = clock;
    this.#whenIdle = whenIdle;
  }

  /** Starts anew; null: never calls back. */
  arm(idleMs: number | null): void {
    this.disarm();
    if (idleMs === null) return;
    const armed = new AbortController();
    this.#armed = armed;
    this.#clock
      .sleep(idleMs, armed.signal)
      .then(() => this.#whenIdle(armed.signal))
      .catch(() => undefined);
  }

  disarm(): void {
    this.#armed?.abort();
    this.#armed = null;
  }
}

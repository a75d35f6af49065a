import type { Clock } from '../../util/clock.ts';
import { createCallGate, type CallGate } from '../http/call-gate.ts';

/** Asked after a failure: the milliseconds after which it is tried again, or nothing. */
type OnFailed = (error: unknown, info: { readonly args: readonly unknown[] }) => Promise<number | undefined>;
type Job = (...args: never[]) => unknown;

/** What a limiter holds its jobs to. */
interface Limits {
  readonly clock: Clock;
  /** Jobs at once. */
  readonly width: number;
  /** From the beginning of one job to that of the next. */
  readonly gapMs: number;
}

/**
 * As much of Bottleneck as octokit's throttling plugin asks for, on our clock: that plugin is given its limiter, and the
 * library's own waits by timers, which no simulated time can move.
 */
export class ClockedLimiter {
  readonly #limits: Limits;
  readonly #gate: CallGate;
  #nextAt = 0;
  #onFailed: OnFailed | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#gate = createCallGate(limits.width);
  }

  on(event: 'failed', handler: OnFailed): void {
    if (event === 'failed') this.#onFailed = handler;
  }

  /** `schedule(options?, job, ...args)`. */
  async schedule(...given: readonly unknown[]): Promise<unknown> {
    const [job, ...args] = (typeof given[0] === 'function' ? given : given.slice(1)) as [Job, ...never[]];
    for (;;) {
      try {
        return await this.#gate.pass(async () => {
          await this.#awaitTurn();
          return job(...args);
        });
      } catch (error) {
        const waitMs = await this.#onFailed?.(error, { args });
        if (waitMs === undefined) throw error;
        await this.#limits.clock.sleep(waitMs);
      }
    }
  }

  async #awaitTurn(): Promise<void> {
    const { clock, gapMs } = this.#limits;
    const now = clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + gapMs;
    if (at > now) await clock.sleep(at - now);
  }
}

/** A limiter for each key; here there is one key, so it is always the same. */
export class ClockedGroup {
  readonly #limiter: ClockedLimiter;

  constructor(limits: Limits) {
    this.#limiter = new ClockedLimiter(limits);
  }

  key(): ClockedLimiter {
    return this.#limiter;
  }
}

type Handler = (...args: readonly unknown[]) => unknown;

/** Gives the plugin's target an `on`, and calls what was put there. */
export class ClockedEvents {
  readonly #handlers = new Map<string, Handler>();

  constructor(target: { on?: (name: string, handler: Handler) => void }) {
    target.on = (name, handler) => void this.#handlers.set(name, handler);
  }

  async trigger(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#handlers.get(name)?.(...args);
  }
}

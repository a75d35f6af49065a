import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';

/**
 * How long a step that was told to stop may take to settle after its time-out. Longer than the largest stop time-out
 * of a machine that providers wait for (30 s would cut it off); after it the step counts as failed all the same,
 * since a step that never settles must not hold the lock for ever.
 */
export const STEP_SETTLE_GRACE_MS = 60_000;
/** The longest that a timer of the platform can wait; longer time-outs count as none. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** How one try ended. `failed` carries whatever was thrown. */
export type AttemptOutcome<T> =
  | { readonly kind: 'succeeded'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timed-out'; readonly error: ToolError };

/** What one try is. */
export interface AttemptOptions<T> {
  /** Named in the error: `step "migrate"`. */
  readonly what: string;
  readonly run: (signal: AbortSignal) => Promise<T>;
  /** Aborted by the caller to stop it, and by this on time-out. */
  readonly stop: AbortController;
  /** 0: no limit. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Runs one try to its end: resolves only once it has settled, or when it has ignored its time-out for
 * {@link STEP_SETTLE_GRACE_MS}. Never rejects.
 */
export async function runAttempt<T>(options: AttemptOptions<T>): Promise<AttemptOutcome<T>> {
  const { stop, clock, timeoutMs } = options;
  const settled = settle(options);
  if (timeoutMs <= 0 || timeoutMs > TIMER_MS_MAX) return settled;
  const first = await within(settled, timeoutMs, clock);
  if (first !== null) return first;
  const seconds = Math.round(timeoutMs / 100) / 10;
  const message = `${options.what} took longer than ${seconds} s`;
  stop.abort(new ToolError('RUN_STEP_TIMED_OUT', `${message}.`));
  const second = await within(settled, STEP_SETTLE_GRACE_MS, clock);
  if (second === null) {
    const error = `${message} and did not stop when told; something of it may still be going on.`;
    return { kind: 'timed-out', error: new ToolError('RUN_STEP_TIMED_OUT', error) };
  }
  const cause = second.kind === 'failed' ? second.error : undefined;
  const output = cause instanceof ToolError ? [cause.message, ...cause.output] : [];
  return { kind: 'timed-out', error: new ToolError('RUN_STEP_TIMED_OUT', `${message}.`, { cause, output }) };
}

async function settle<T>({ run, stop }: AttemptOptions<T>): Promise<AttemptOutcome<T>> {
  try {
    return { kind: 'succeeded', result: await run(stop.signal) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

async function within<T>(settled: Promise<T>, ms: number, clock: Clock): Promise<T | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      settled,
      clock.sleep(ms, timer.signal).then(
        () => null,
        () => null,
      ),
    ]);
  } finally {
    timer.abort();
  }
}

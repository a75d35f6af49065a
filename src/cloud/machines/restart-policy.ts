/** When a machine whose process ended by itself is started again. `spot-price` counts as `no` here. */
type RestartPolicy = 'no' | 'always' | 'on-failure' | 'spot-price';

/** Retries of the policy `on-failure` when the config names none. Source: Fly's documentation of restart policies. */
export const MAX_RETRIES_DEFAULT = 10;

/** Only restarts this recent use up retries: "10 retries in 5 minutes". */
export const RETRY_WINDOW_MS: number = 5 * 60_000;

// Fly does not publish its waits. Short ones, doubling, keep a crash loop visible within seconds and a laptop cool.
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 2000;

/** What decides whether to start again. */
export interface RestartQuestion {
  readonly policy: RestartPolicy;
  readonly maxRetries: number;
  /** Restarts within {@link RETRY_WINDOW_MS}. */
  readonly retriesUsed: number;
  /** Null when it is not known, which counts as a failure: better one start too many than a service that stays away. */
  readonly exitCode: number | null;
}

/** Milliseconds to wait before starting again, or null to leave it stopped. */
export function restartDelayMs(question: RestartQuestion): number | null {
  const { policy, maxRetries, retriesUsed, exitCode } = question;
  const delayMs = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(retriesUsed, 10), BACKOFF_MAX_MS);
  if (policy === 'always') return delayMs;
  if (policy !== 'on-failure' || exitCode === 0) return null;
  return retriesUsed < maxRetries ? delayMs : null;
}

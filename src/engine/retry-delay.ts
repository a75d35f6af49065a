import type { RetryPolicy } from './graph.ts';

/**
 * Milliseconds to wait before the next try: full jitter over `base × 2^(failures - 1)`, at most `max`. Jitter over the
 * whole range, so that runs that failed together do not come back together.
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: () => number): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.max(0, failures - 1));
  return Math.floor(random() * ceiling);
}

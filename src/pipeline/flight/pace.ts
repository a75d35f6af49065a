/** A lock that is waited for longer holds up whoever comes behind for longer than anybody waits for a page. */
const LOCK_TIMEOUT_MAX_MS = 30_000;
/** The first pause between two attempts; it doubles. */
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 15_000;
/** How far attempts stray from the beat, so that two that meet do not meet again. */
const JITTER = 0.2;

/** How long a statement may wait for a lock at an attempt, from 1: as written at first, then twice as long each time. */
export function lockTimeoutOf(attempt: number, firstMs: number, random: () => number): number {
  if (attempt === 1) return firstMs;
  const grown = Math.min(firstMs * 2 ** (attempt - 1), Math.max(LOCK_TIMEOUT_MAX_MS, firstMs));
  return Math.round(grown * (1 - JITTER / 2 + JITTER * random()));
}

/** How long others go first after an attempt that was given up, from 1. */
export function pauseAfter(attempt: number, random: () => number): number {
  const longest = Math.min(PAUSE_MS * 2 ** (attempt - 1), PAUSE_MAX_MS);
  return Math.round(longest / 2 + (longest / 2) * random());
}

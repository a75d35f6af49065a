import { vi } from 'vitest';

/** For what never comes: a machine that is busy with other tests may not come back to one for long. */
const TIMEOUT_MS = 60_000;
const INTERVAL_MS = 50;

/** Tries until nothing is thrown, and gives what came of it; throws the last error when it never was. */
export async function waitFor<T>(work: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(work, { timeout: TIMEOUT_MS, interval: INTERVAL_MS });
}

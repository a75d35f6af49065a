import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Fetch } from '../../util/fetch.ts';

/**
 * A fetch that gives up all requests together after so many milliseconds, from now on; without a limit the fetch itself.
 * Then it throws PROVIDER_UNREACHABLE, which nobody tries again.
 */
export function patientFetch(fetch: Fetch, patienceMs: number | undefined): Fetch {
  if (patienceMs === undefined) return fetch;
  const patience = AbortSignal.timeout(patienceMs);
  return async (url, init) => {
    if (patience.aborted) throw impatient(url, patienceMs);
    const signals = [patience, init?.signal].filter((signal) => signal instanceof AbortSignal);
    try {
      return await fetch(url, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (patience.aborted) throw impatient(url, patienceMs, error);
      throw error;
    }
  };
}

function impatient(url: string, patienceMs: number, cause?: unknown): ToolError {
  const message = `${new URL(url).host} did not answer within ${patienceMs / 1000} s.`;
  return new ToolError('PROVIDER_UNREACHABLE', message, { cause });
}

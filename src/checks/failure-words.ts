import type { ResolvedCheck } from '../config/resolved.ts';
import type { ExecutionEnd } from './execute-check.ts';

/** How a check that failed ended, in words: `failed with exit code 1`. */
export function failureWords(
  { timeoutMs }: Pick<ResolvedCheck, 'timeoutMs'>,
  { exitCode, timedOut }: Pick<ExecutionEnd, 'exitCode' | 'timedOut'>,
): string {
  if (timedOut) return `did not finish within ${timeoutMs / 1000} s`;
  return exitCode === null ? 'was killed by a signal' : `failed with exit code ${exitCode}`;
}

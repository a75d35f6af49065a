import type { ResolvedCheck } from '../config/resolved.ts';
import type { ExecutionEnd } from './execute-check.ts';

/** What a shell adds to the number of the signal that killed its command (POSIX, sh, 2.8.2). */
const BY_SIGNAL = 128;
/** Those that end a check that nobody has ended (signal(7)). */
const SIGNALS = new Map([
  [BY_SIGNAL + 6, 'SIGABRT'],
  [BY_SIGNAL + 9, 'SIGKILL'],
  [BY_SIGNAL + 11, 'SIGSEGV'],
  [BY_SIGNAL + 15, 'SIGTERM'],
]);

/** How a check that failed ended, in words: `failed with exit code 1`. */
export function failureWords(
  { timeoutMs }: Pick<ResolvedCheck, 'timeoutMs'>,
  { exitCode, signal = null, timedOut }: Pick<ExecutionEnd, 'exitCode' | 'signal' | 'timedOut'>,
): string {
  if (timedOut) return `did not finish within ${timeoutMs / 1000} s`;
  if (exitCode === null) return `was killed by ${signal === null ? 'a signal' : signalWords(signal)}`;
  const told = SIGNALS.get(exitCode);
  return `failed with exit code ${exitCode}${told === undefined ? '' : `, killed by ${signalWords(told)}`}`;
}

/** The kernel kills with SIGKILL when memory runs out, and it alone does so where nobody is at work. */
function signalWords(signal: string): string {
  return signal === 'SIGKILL' ? 'SIGKILL (often because memory ran out)' : signal;
}

import { expect, test } from 'vitest';
import { failureWords } from './failure-words.ts';

const check = { timeoutMs: 2_500 };

test.each([
  [{ exitCode: null, timedOut: true }, 'did not finish within 2.5 s'],
  [{ exitCode: 1, timedOut: false }, 'failed with exit code 1'],
  [{ exitCode: null, timedOut: false }, 'was killed by a signal'],
  [{ exitCode: null, signal: 'SIGSEGV', timedOut: false }, 'was killed by SIGSEGV'],
  [
    { exitCode: null, signal: 'SIGKILL', timedOut: false },
    'was killed by SIGKILL (often because memory ran out)',
  ],
  // The shell says it of the program that it ran.
  [
    { exitCode: 137, signal: null, timedOut: false },
    'failed with exit code 137, killed by SIGKILL (often because memory ran out)',
  ],
  [{ exitCode: 130, timedOut: false }, 'failed with exit code 130'],
])('%j: %s', (end, words) => {
  expect(failureWords(check, end)).toBe(words);
});

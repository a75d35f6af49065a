import { expect, test } from 'vitest';
import { failedError } from './flight-error.ts';

/** A migration on a machine of the platform, whose statements nobody saw. */
function hintOf(isChanged: boolean | null): string {
  const message = 'The release command of web failed with exit code 1: bin/migrate';
  return (
    failedError({
      end: { isDone: false, message, isTimedOut: false, output: [], log: null },
      judgement: { isBlocked: false, isClean: isChanged === false, isChanged, stays: [] },
      timeoutMs: 60_000,
      at: null,
      lastWait: null,
      invalidIndexes: [],
    }).hint ?? ''
  );
}

test('what stays of a migration that nobody watched is said where the tables are others than before', () => {
  expect(hintOf(true)).toContain('part of it stays');
  for (const isChanged of [false, null])
    expect(hintOf(isChanged)).toBe('No app was changed. Fix the migration and deploy again.');
});

import { expect, test } from 'vitest';
import type { ChecksOutcome } from '../../../checks/check-event.ts';
import { checksSummary } from './checks-summary.ts';

const NOTHING: ChecksOutcome = {
  hasPassed: true,
  results: [],
  failures: [],
  durationMs: 0,
  savedMs: 0,
  criticalPath: [],
  criticalPathMs: 0,
};

test.each([
  [2, 'c0, c1.'],
  [10, 'c0, c1, c2, c3, c4, c5, c6, c7, c8, c9.'],
  [200, 'c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 190 more.'],
])('of %d checks that are left out so many are named as somebody reads', (count, names) => {
  const leftOut = Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    reason: 'not asked for',
  }));
  expect(checksSummary({ selected: [], leftOut }, NOTHING, { color: false, hasPicture: false })).toBe(
    `No check to run; skipped: ${names}\n`,
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedText, readReviewedPlan } from './reviewed-plan.ts';

const PLAN = '3f2a9c1d07'.padEnd(64, '0');

test('what reviewers were asked about is read as gates wrote it, with the time that the shell wrote', () => {
  const seconds = fc.integer({ min: 1_700_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(fc.nat(999), seconds, (before, second) => {
      expect(readReviewedPlan(`${askedText(PLAN, before)}@${second}`)).toEqual({
        plan: PLAN,
        reviewsBefore: before,
        at: second * 1000,
      });
    }),
  );
});

test.each([
  ['a job that was skipped', '@'],
  ['a plan without a time', `${PLAN}/0@`],
  ['a time of another kind', `${PLAN}/0@2026-11-21T12:00:00Z`],
  ['a plan cut short', '3f2a9c1d07/0@1763726400'],
  ['nothing', ''],
])('%s is no approval', (_what, text) => {
  expect(() => readReviewedPlan(text)).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }) as Error);
});

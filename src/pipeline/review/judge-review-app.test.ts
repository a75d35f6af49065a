import { expect, test } from 'vitest';
import { judgeReviewApp } from './judge-review-app.ts';

const NOW = 1_000_000;

test.each([
  ['open', null, false, 'its pull request is open'],
  ['open', NOW + 1, false, 'its pull request is open'],
  ['open', NOW, true, 'it has expired'],
  ['closed', null, true, 'its pull request is closed'],
  ['merged', NOW + 1, true, 'its pull request is merged'],
  ['unknown', null, true, 'there is no such pull request'],
  [null, null, false, 'unknown whether its pull request is open'],
  [null, NOW + 1, false, 'unknown whether its pull request is open'],
  [null, NOW - 1, true, 'it has expired'],
] as const)('pull request %s, expires %s: is over %s', (state, expiresAt, isOver, reason) => {
  expect(judgeReviewApp({ state, expiresAt }, NOW)).toEqual({ isOver, reason });
});

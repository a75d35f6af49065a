import { describe, expect, test } from 'vitest';
import { judgeReview, type ReviewQuestion } from './judge-review.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const PLAN = '3f2a9c1d07'.padEnd(64, '0');

function question(more: Partial<ReviewQuestion> = {}): ReviewQuestion {
  return {
    environment: 'production',
    action: 'deploy',
    commit: '1a2b3c4'.padEnd(40, '0'),
    plan: PLAN,
    expiresAfterMs: 4 * HOUR,
    liveSince: NOW - 5 * HOUR,
    reviewed: { plan: PLAN, reviewsBefore: 0, at: NOW - HOUR },
    reviews: ['ada'],
    initiators: [],
    strangers: [],
    now: NOW,
    ...more,
  };
}

const reviewed = (more: Partial<ReviewQuestion['reviewed']>): Partial<ReviewQuestion> => ({
  reviewed: { ...question().reviewed, ...more },
});

describe('an approval by reviewers', () => {
  test('holds for the plan that they were asked about, and says who agreed and when', () => {
    expect(judgeReview(question())).toEqual({ by: 'ada', url: null, at: NOW - HOUR, plan: PLAN });
    expect(judgeReview(question({ reviews: ['ada', 'bob', 'ada'] })).by).toBe('ada and bob');
    expect(judgeReview(question({ initiators: ['mona'], strangers: ['carol'] })).by).toBe('ada');
    // What went live in the very second of the review was there before it, as far as anybody can tell.
    expect(judgeReview(question({ liveSince: NOW - HOUR + 999 })).by).toBe('ada');
  });

  test('is void for another plan', () => {
    const other = '88b0c4d1aa'.padEnd(64, '0');
    expect(() => judgeReview(question({ plan: other }))).toThrow(
      expect.objectContaining({
        code: 'APPROVAL_VOID',
        message: expect.stringContaining('by plan 3f2a9c1d07, and it is plan 88b0c4d1aa now') as string,
      }) as Error,
    );
  });

  test.each([
    ['older than expires', reviewed({ at: NOW - 4 * HOUR - 1 }), 'which holds for 4 h'],
    ['older than what is live', { liveSince: NOW - HOUR + 1000 }, 'was changed since'],
    ['by nobody', { reviews: [] }, 'Nobody approved this attempt'],
    ['of an earlier attempt alone', reviewed({ reviewsBefore: 1 }), 'Nobody approved this attempt'],
    ['by whoever asked', { initiators: ['ada'] }, 'ada approved this run, and asked for'],
    ['by one of two who may not', { reviews: ['ada', 'bob'], strangers: ['bob'] }, 'bob approved this run'],
  ] as const)('does not count: %s', (_what, more, why) => {
    expect(() => judgeReview(question(more))).toThrow(
      expect.objectContaining({
        code: 'APPROVAL_REFUSED',
        message: expect.stringContaining(why) as string,
        hint: expect.stringContaining('operations.yml') as string,
      }) as Error,
    );
  });
});

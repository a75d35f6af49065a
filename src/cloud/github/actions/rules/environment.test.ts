import { describe, expect, test } from 'vitest';
import type { EnvironmentRules, EnvironmentVisit } from '../model/environment.ts';
import { APPROVAL_EXPIRES_MS, environmentVerdict } from './environment.ts';
import { fnmatch } from './fnmatch.ts';

const RULES: EnvironmentRules = { refs: 'all', reviewers: [], preventSelfReview: false, waitTimerMinutes: 0 };
const VISIT: EnvironmentVisit = {
  environment: 'production',
  ref: 'refs/heads/main',
  refIsProtected: false,
  startedBy: 'ada',
  sinceMs: 1000,
  reviews: [],
};
const TAGS = [{ type: 'tag', pattern: 'v*' }] as const;

describe('environmentVerdict', () => {
  const kind = (
    rules: Partial<EnvironmentRules>,
    visit: Partial<EnvironmentVisit> = {},
    now = 1000,
  ): string => environmentVerdict({ ...RULES, ...rules }, { ...VISIT, ...visit }, now).kind;

  test('lets anybody into one that nobody made', () => {
    expect(environmentVerdict(undefined, VISIT, 0)).toMatchObject({ kind: 'enter' });
  });

  test.each([
    [TAGS, 'refs/tags/v1.2.0', 'enter'],
    [TAGS, 'refs/tags/x', 'refuse'],
    [TAGS, 'refs/heads/main', 'refuse'],
    [TAGS, 'refs/heads/v1', 'refuse'],
    [[{ type: 'branch', pattern: 'main' }], 'refs/heads/main', 'enter'],
    [[{ type: 'branch', pattern: 'main' }], 'refs/pull/7/merge', 'refuse'],
    [[{ type: 'branch', pattern: 'refs/pull/*/merge' }], 'refs/pull/7/merge', 'enter'],
    [[{ type: 'branch', pattern: 'releases/*' }], 'refs/heads/releases/1/2', 'refuse'],
    [[], 'refs/heads/main', 'refuse'],
  ] as const)('with %j lets %s %s', (refs, ref, expected) => {
    expect(kind({ refs }, { ref })).toBe(expected);
  });

  test('with protected branches only lets those in, and no tag', () => {
    expect(kind({ refs: 'protected' }, { refIsProtected: true })).toBe('enter');
    expect(kind({ refs: 'protected' })).toBe('refuse');
    expect(kind({ refs: 'protected' }, { ref: 'refs/tags/main', refIsProtected: true })).toBe('refuse');
  });

  test('says in the words of GitHub which ref was refused', () => {
    expect(environmentVerdict({ ...RULES, refs: TAGS }, VISIT, 0)).toEqual({
      kind: 'refuse',
      why: 'Branch "main" is not allowed to deploy to production due to environment protection rules.',
    });
  });

  test('waits for one of its reviewers, and takes the word of nobody else', () => {
    const reviewers = ['grace', 'Linus'];
    expect(environmentVerdict({ ...RULES, reviewers }, VISIT, 1000)).toMatchObject({
      kind: 'wait',
      for: 'review',
      reviewers,
      untilMs: 1000 + APPROVAL_EXPIRES_MS,
    });
    const by = (login: string, state: 'approved' | 'rejected') => ({
      reviews: [{ by: login, state, comment: '' }],
    });
    expect(kind({ reviewers }, by('mallory', 'approved'))).toBe('wait');
    expect(kind({ reviewers }, by('linus', 'approved'))).toBe('enter');
    expect(kind({ reviewers }, by('grace', 'rejected'))).toBe('refuse');
  });

  test('does not take the approval of who started it, where that is so ruled', () => {
    const reviews = [{ by: 'ada', state: 'approved', comment: '' }] as const;
    expect(kind({ reviewers: ['ada'] }, { reviews })).toBe('enter');
    expect(kind({ reviewers: ['ada', 'grace'], preventSelfReview: true }, { reviews })).toBe('wait');
  });

  test('fails after thirty days without an approval', () => {
    expect(kind({ reviewers: ['grace'] }, {}, 1000 + APPROVAL_EXPIRES_MS - 1)).toBe('wait');
    expect(kind({ reviewers: ['grace'] }, {}, 1000 + APPROVAL_EXPIRES_MS)).toBe('refuse');
  });

  test('waits its time, also after an approval', () => {
    const reviews = [{ by: 'grace', state: 'approved', comment: '' }] as const;
    const rules = { reviewers: ['grace'], waitTimerMinutes: 10 };
    expect(kind(rules, { reviews }, 1000 + 599_999)).toBe('wait');
    expect(kind(rules, { reviews }, 1000 + 600_000)).toBe('enter');
  });
});

describe('fnmatch', () => {
  test.each([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['*', 'main', true],
    ['*', 'a/b', false],
    ['releases/*', 'releases/1', true],
    ['release/*/*', 'release/1/2', true],
    ['**/x', 'a/b/x', true],
    ['**/x', 'x', true],
    ['**', 'a/b', false],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['v[0-9]*', 'v1.2.0', true],
    ['v[^0-9]', 'v1', false],
    ['v[!0-9]', 'vx', true],
    ['a\\*', 'a*', true],
    ['a.b', 'axb', false],
    ['{a,b}', 'a', false],
    ['v[z-a]', 'vb', false],
    ['[', '[', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(fnmatch(pattern, name)).toBe(expected);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pullRequestInName } from './pull-request-in-name.ts';

test.each([
  ['shop-pr-{pr}', 'shop-pr-42', 42],
  ['shop-pr-{pr}-web', 'shop-pr-7-web', 7],
  ['{pr}-shop-{pr}', '7-shop-7', 7],
  ['{pr}-shop-{pr}', '7-shop-8', null],
  ['pr-{pr}', 'pr-42', 42],
  ['pr-{pr}', 'my-pr-42', null],
  ['pr-{pr}', 'pr-42-db', null],
  ['shop-pr-{pr}', 'shop-pr-042', null],
  ['shop-pr-{pr}', 'shop-pr-0', null],
  ['shop-pr-{pr}', 'shop-pr-', null],
  ['shop-pr-{pr}', 'shop-pr-4x2', null],
  ['shop-pr-{pr}', 'shop-pr-42\n', null],
  ['shop-pr-{pr}', 'SHOP-PR-42', null],
  ['shop-pr-{pr}', 'shop-pr-9999999999999999', null],
  ['shop.pr.{pr}', 'shopxprx42', null],
  ['shop', 'shop', null],
] as const)('%s and %j: %s', (template, name, expected) => {
  expect(pullRequestInName(template, name)).toBe(expected);
});

test('what a template makes is found again, and every other name is left alone', () => {
  const part = fc.stringMatching(/^[a-z0-9.-]{0,8}$/);
  fc.assert(
    fc.property(part, part, fc.integer({ min: 1, max: 10 ** 9 }), fc.string(), (before, after, pr, other) => {
      const template = `${before}{pr}${after}`;
      expect(pullRequestInName(template, template.replace('{pr}', String(pr)))).toBe(pr);
      const found = pullRequestInName(template, other);
      expect(found === null || template.replace('{pr}', String(found)) === other).toBe(true);
    }),
  );
});

import { expect, test } from 'vitest';
import { environment, flyApp, shop } from '../../test/support/projects.ts';
import { forPullRequest } from './for-pull-request.ts';

const review = environment('review', {
  kind: 'review',
  apps: [
    flyApp('web', {
      platformName: 'shop-pr-{pr}',
      env: { HOST: { kind: 'literal', value: 'shop-pr-{pr}.fly.dev' }, API: { kind: 'url-of', app: 'api' } },
    }),
  ],
  healthUrls: { urls: ['https://shop-pr-{pr}.fly.dev/'], withinMs: 45_000, tolerateDns: true },
});

test('the number replaces {pr} in every value, and everything else stays as it was', () => {
  const forOne = forPullRequest(review, 42);
  expect(forOne).toEqual({
    ...review,
    name: 'review/pr-42',
    apps: [
      {
        ...review.apps[0],
        platformName: 'shop-pr-42',
        env: { HOST: { kind: 'literal', value: 'shop-pr-42.fly.dev' }, API: { kind: 'url-of', app: 'api' } },
      },
    ],
    healthUrls: { urls: ['https://shop-pr-42.fly.dev/'], withinMs: 45_000, tolerateDns: true },
  });
  expect(JSON.stringify(forOne)).not.toContain('{pr}');
});

test('two pull requests share no name on any platform', () => {
  const template = shop().environments.find((one) => one.kind === 'review') ?? review;
  const names = (pr: number): (string | null)[] => {
    const one = forPullRequest(template, pr);
    return [
      one.name,
      ...one.apps.map((app) => app.platformName),
      ...one.databases.map((db) => db.platformName),
    ];
  };
  expect(new Set([...names(1), ...names(11)]).size).toBe(names(1).length * 2);
});

test('a standing environment is not made for a pull request', () => {
  expect(() => forPullRequest({ ...review, kind: 'standing' }, 1)).toThrow('not a review environment');
});

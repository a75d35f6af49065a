import { expect, test } from 'vitest';
import { environment, project } from '../../test/support/projects.ts';
import { environmentNamed } from './environment-named.ts';

const shop = project([
  environment('staging', { apps: [] }),
  environment('review', { apps: [], kind: 'review' }),
]);

test('an environment that stands is what its name means', () => {
  expect(environmentNamed(shop, 'staging')).toMatchObject({ template: 'staging', pullRequest: null });
});

test('that of a pull request is named with its number', () => {
  expect(environmentNamed(shop, 'review/pr-42')).toMatchObject({
    environment: { name: 'review/pr-42' },
    template: 'review',
    pullRequest: 42,
  });
});

test.each(['review', 'review/pr-0', 'review/pr-', 'review/42', 'staging/pr-7', 'toString', ''])(
  '%j means none',
  (name) => {
    expect(environmentNamed(shop, name)).toBeNull();
  },
);

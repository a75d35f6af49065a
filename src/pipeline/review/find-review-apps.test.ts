import { expect, test } from 'vitest';
import { database, environment, flyApp, project } from '../../../test/support/projects.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { AppLabels, AppPlatformReader, ObservedMachine } from '../../providers/app-platform.ts';
import type { DatabasePlatformReader } from '../../providers/database-platform.ts';
import type { LiveRelease } from '../history.ts';
import { findReviewApps, type ReviewReaders } from './find-review-apps.ts';

const DAY_MS = 86_400_000;
const shop = project([
  // A name that the template of the review apps would make, of an environment that stands.
  environment('production', { apps: [flyApp('web', { platformName: 'shop-pr-1' })] }),
  environment('review', {
    kind: 'review',
    expiresAfterMs: 7 * DAY_MS,
    apps: [flyApp('web', { platformName: 'shop-pr-{pr}' })],
    databases: [
      database('main', { platformName: 'shop-pr-{pr}-db', ephemeral: true }),
      database('shared', { platformName: 'shop-shared' }),
    ],
  }),
]);

interface World {
  readonly apps: Readonly<
    Record<string, { readonly releases: readonly (string | null)[]; readonly labels?: AppLabels }>
  >;
  readonly databases?: readonly string[];
  readonly live?: Partial<LiveRelease>;
}

/** Platforms that only know what they list. */
function readersOf({ apps, databases = [], live }: World): ReviewReaders {
  const reader: Partial<AppPlatformReader> = {
    appNames: () => Promise.resolve([...Object.keys(apps), ...databases]),
    labels: (name) => Promise.resolve(apps[name]?.labels ?? { environment: null, expiresAt: null }),
    observeApp: (name) => {
      const machines = (apps[name]?.releases ?? []).map((release) => ({ release }) as ObservedMachine);
      return Promise.resolve({ name, machines });
    },
    publicUrl: (name) =>
      (apps[name]?.releases ?? []).length > 0
        ? Promise.resolve(`https://${name}.fly.dev`)
        : Promise.reject(new ToolError('PROVIDER_NOT_FOUND', `no address for ${name} yet`)),
  };
  const databaseReader: Partial<DatabasePlatformReader> = { names: () => Promise.resolve(databases) };
  return {
    appsOf: () => reader as AppPlatformReader,
    databasesOf: () => databaseReader as DatabasePlatformReader,
    history: { live: () => (live as LiveRelease | undefined) ?? null },
  };
}

test('they are found by the lists of the platforms, whatever is remembered', async () => {
  const { found, strangers } = await findReviewApps(
    shop,
    readersOf({
      apps: {
        'shop-pr-42': {
          releases: ['r-1', 'r-1'],
          labels: { environment: 'review/pr-42', expiresAt: 9 * DAY_MS },
        },
        // Made, and its runner died right then.
        'shop-pr-7': { releases: [] },
        'shop-web': { releases: ['r-1'] },
        'shop-pr-42-old': { releases: [null] },
      },
      databases: ['shop-pr-42-db', 'shop-pr-8-db', 'shop-shared', 'shop-pr-8-db-probe'],
    }),
  );
  expect(strangers).toEqual([]);
  expect(found.map(({ pullRequest, apps, databases }) => ({ pullRequest, apps, databases }))).toEqual([
    { pullRequest: 7, apps: ['shop-pr-7'], databases: [] },
    { pullRequest: 8, apps: [], databases: ['shop-pr-8-db'] },
    { pullRequest: 42, apps: ['shop-pr-42'], databases: ['shop-pr-42-db'] },
  ]);
  expect(found[2]).toMatchObject({
    template: 'review',
    environment: { name: 'review/pr-42' },
    release: 'r-1',
    expiresAt: 9 * DAY_MS,
    deployedAt: 2 * DAY_MS,
    url: 'https://shop-pr-42.fly.dev',
  });
  expect(found[0]).toMatchObject({ release: null, expiresAt: null, deployedAt: null, url: null });
});

test('an environment that stands is none, also where its name would fit', async () => {
  const { found } = await findReviewApps(shop, readersOf({ apps: { 'shop-pr-1': { releases: ['r-1'] } } }));
  expect(found).toEqual([]);
});

test('what somebody else has made, or says to be of something else, is named and left alone', async () => {
  const world = {
    apps: {
      'shop-pr-3': { releases: [null, null] },
      'shop-pr-4': { releases: ['r-1'], labels: { environment: 'preview/pr-4', expiresAt: 0 } },
    },
    databases: ['shop-pr-3-db'],
  };
  expect(await findReviewApps(shop, readersOf(world))).toEqual({
    found: [],
    strangers: [
      { name: 'shop-pr-3', reason: 'Glidepath did not make its machines' },
      { name: 'shop-pr-4', reason: 'its labels say it belongs to preview/pr-4' },
    ],
  });
});

test('where the machines do not say it, our own record tells when it expires', async () => {
  const world = { apps: { 'shop-pr-5': { releases: ['r-1'] } }, live: { at: DAY_MS } };
  const { found } = await findReviewApps(shop, readersOf(world));
  expect(found).toMatchObject([{ pullRequest: 5, deployedAt: DAY_MS, expiresAt: 8 * DAY_MS }]);
});

import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../database-platform.ts';
import { createFlyClient, type FlyClient } from '../fly/fly-client.ts';
import type { FlyPlatformOptions } from '../fly/fly-options.ts';
import { FLY_TIMING } from '../fly/fly-timing.ts';
import { createPacer } from '../http/pacer.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { clusterUrl, destroyCluster, ensureCluster, observeCluster } from './managed/managed-postgres.ts';

/** What databases on Fly need of the outside: as apps there, less the registry. */
export type FlyPostgresOptions = Pick<
  FlyPlatformOptions,
  'apiBaseUrl' | 'token' | 'tokenName' | 'fetch' | 'clock' | 'random' | 'timing'
>;

/** Databases on Fly.io, or on whatever speaks the same APIs. Reading goes through the reader, whose transport cannot write. */
export function createFlyPostgresPlatform(options: FlyPostgresOptions): DatabasePlatform {
  const client = clientOf(options);
  const context = { client, clock: options.clock, timing: { ...FLY_TIMING, ...options.timing } };
  return {
    ...createFlyPostgresReader(options),
    ensure: async (database, work) => ensureCluster(context, database, work),
    async address(database, _purpose, signal) {
      const url = await clusterUrl(context, database, signal);
      return { url, outsideUrl: url };
    },
    createRestorePoint: async () => notSupported('restore points'),
    deleteRestorePoint: async () => notSupported('restore points'),
    restore: async () => notSupported('going back'),
    branch: async () => notSupported('branches'),
    deleteBranch: async () => notSupported('branches'),
    detach: () => Promise.resolve(),
    destroy: async (database, work) => destroyCluster(client, database, work),
  };
}

/** The half of it that cannot change anything. */
export function createFlyPostgresReader(options: FlyPostgresOptions): DatabasePlatformReader {
  const client = clientOf({ ...options, fetch: readOnlyFetch(options.fetch) });
  return {
    observe: async (database) => observeCluster(client, database),
    restorePoints: () => Promise.resolve([]),
    branches: () => Promise.resolve([]),
    findProblems: () => Promise.resolve([]),
  };
}

function clientOf(options: FlyPostgresOptions): FlyClient {
  const timing = { ...FLY_TIMING, ...options.timing };
  return createFlyClient({
    ...options,
    timing,
    pacer: createPacer(options.clock),
    baseUrl: options.apiBaseUrl,
  });
}

function notSupported(what: string): never {
  throw new ToolError('PROVIDER_NOT_SUPPORTED', `This version has no ${what} of a Managed Postgres on Fly.`, {
    hint: "Fly keeps backups of it by itself: fly mpg backup list. Or keep the data on Neon: neon({ project: '…' })",
  });
}

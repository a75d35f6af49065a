import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../database-platform.ts';
import { createFlyClient, type FlyClient } from '../fly/client/fly-client.ts';
import type { FlyPlatformOptions } from '../fly/fly-options.ts';
import { FLY_TIMING } from '../fly/client/fly-timing.ts';
import { createMachinesApi } from '../fly/client/machines-api.ts';
import { createVolumesApi } from '../fly/volumes/volumes-api.ts';
import { createPacer, type Pacer } from '../http/pacer.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { createManagedPostgres, createManagedReader } from './managed/managed-platform.ts';
import type { ClusterContext } from './unmanaged/cluster-context.ts';
import { createSnapshotsApi } from './unmanaged/snapshots-api.ts';
import { createUnmanagedPostgres, createUnmanagedReader } from './unmanaged/unmanaged-postgres.ts';

/** What databases on Fly need of the outside: as apps there, less the registry. */
export interface FlyPostgresOptions extends Pick<
  FlyPlatformOptions,
  'apiBaseUrl' | 'token' | 'tokenName' | 'fetch' | 'clock' | 'random' | 'timing'
> {
  /** Where this process reaches a private name (`shop-db.flycast`), as host and port; null where nothing leads there. */
  readonly reach: (host: string) => Promise<string | null>;
  /** Holds requests to the platform's limits; one of its own is made where none is given. */
  readonly pacer?: Pacer;
}

/**
 * Databases on Fly.io, or on whatever speaks the same APIs: Managed Postgres where the config asks for it, else a cluster
 * of one machine. Reading goes through the reader, whose transport cannot write.
 */
export function createFlyPostgresPlatform(options: FlyPostgresOptions): DatabasePlatform {
  const context = contextOf(options, options.fetch);
  const managed = createManagedPostgres(context);
  const unmanaged = createUnmanagedPostgres(context);
  const of = (database: ResolvedDatabase): DatabasePlatform => (isManaged(database) ? managed : unmanaged);
  return {
    ...createFlyPostgresReader(options),
    ensure: async (database, work) => of(database).ensure(database, work),
    address: async (database, purpose, signal) => of(database).address(database, purpose, signal),
    createRestorePoint: async (database, point, work) =>
      of(database).createRestorePoint(database, point, work),
    deleteRestorePoint: async (database, name, work) => of(database).deleteRestorePoint(database, name, work),
    restore: async (database, how, work) => of(database).restore(database, how, work),
    branch: async (database, branch, work) => of(database).branch(database, branch, work),
    deleteBranch: async (database, name, work) => of(database).deleteBranch(database, name, work),
    detach: async (database, app, work) => of(database).detach(database, app, work),
    destroy: async (database, work) => of(database).destroy(database, work),
  };
}

/** The half of it that cannot change anything. */
export function createFlyPostgresReader(options: FlyPostgresOptions): DatabasePlatformReader {
  const context = contextOf(options, readOnlyFetch(options.fetch));
  const managed = createManagedReader(context.client);
  const unmanaged = createUnmanagedReader(context);
  const of = (database: ResolvedDatabase): DatabasePlatformReader =>
    isManaged(database) ? managed : unmanaged;
  return {
    observe: async (database) => of(database).observe(database),
    restorePoints: async (database) => of(database).restorePoints(database),
    branches: async (database) => of(database).branches(database),
    names: async (database) => of(database).names(database),
    async findProblems(databases) {
      const found = [
        managed.findProblems(databases.filter((database) => isManaged(database))),
        unmanaged.findProblems(databases.filter((database) => !isManaged(database))),
      ];
      return (await Promise.all(found)).flat();
    },
  };
}

function isManaged(database: ResolvedDatabase): boolean {
  return database.fly?.managed === true;
}

function contextOf(options: FlyPostgresOptions, fetch: FlyPostgresOptions['fetch']): ClusterContext {
  const client = clientOf({ ...options, fetch });
  return {
    client,
    machines: createMachinesApi(client),
    volumes: createVolumesApi(client),
    snapshots: createSnapshotsApi(client),
    clock: options.clock,
    timing: { ...FLY_TIMING, ...options.timing },
    reach: options.reach,
    logins: new Map(),
  };
}

function clientOf(options: FlyPostgresOptions): FlyClient {
  const timing = { ...FLY_TIMING, ...options.timing };
  return createFlyClient({
    ...options,
    timing,
    pacer: options.pacer ?? createPacer(options.clock),
    baseUrl: options.apiBaseUrl,
  });
}

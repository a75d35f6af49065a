import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../../database-platform.ts';
import type { FlyClient } from '../../fly/client/fly-client.ts';
import {
  clusterNames,
  clusterUrl,
  destroyCluster,
  ensureCluster,
  observeCluster,
  type PostgresContext,
} from './managed-postgres.ts';

/** Fly's Managed Postgres. */
export function createManagedPostgres(context: PostgresContext): DatabasePlatform {
  return {
    ...createManagedReader(context.client),
    ensure: async (database, work) => ensureCluster(context, database, work),
    async address(database, purpose, signal) {
      if (purpose.branch !== undefined || purpose.restorePoint !== undefined) return notSupported('branches');
      if (purpose.role !== undefined) return notSupported('other logins');
      const url = await clusterUrl(context, database, signal);
      return { url, outsideUrl: url };
    },
    createRestorePoint: async () => notSupported('restore points'),
    deleteRestorePoint: async () => notSupported('restore points'),
    restore: async () => notSupported('going back'),
    branch: async () => notSupported('branches'),
    deleteBranch: async () => notSupported('branches'),
    detach: () => Promise.resolve(),
    destroy: async (database, work) => destroyCluster(context.client, database, work),
  };
}

/** The half of it that cannot change anything. */
export function createManagedReader(client: FlyClient): DatabasePlatformReader {
  return {
    observe: async (database) => observeCluster(client, database),
    restorePoints: () => Promise.resolve([]),
    branches: () => Promise.resolve([]),
    names: async (database) => clusterNames(client, database),
    findProblems: () => Promise.resolve([]),
  };
}

/** The API restores and forks into another cluster only, at another address, and gives backups no names. */
function notSupported(what: string): never {
  throw new ToolError('PROVIDER_NOT_SUPPORTED', `Glidepath has no ${what} of a Managed Postgres on Fly.`, {
    hint: 'Fly restores its backups into a new cluster: fly mpg backup list, fly mpg restore. For restore points at the same address leave managed out, or use neon({ … }).',
  });
}

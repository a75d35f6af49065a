import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../../database-platform.ts';
import type { FlyClient } from '../../fly/fly-client.ts';
import {
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
    destroy: async (database, work) => destroyCluster(context.client, database, work),
  };
}

/** The half of it that cannot change anything. */
export function createManagedReader(client: FlyClient): DatabasePlatformReader {
  return {
    observe: async (database) => observeCluster(client, database),
    restorePoints: () => Promise.resolve([]),
    branches: () => Promise.resolve([]),
    findProblems: () => Promise.resolve([]),
  };
}

function notSupported(what: string): never {
  throw new ToolError('PROVIDER_NOT_SUPPORTED', `This version has no ${what} of a Managed Postgres on Fly.`, {
    hint: "Fly keeps backups of it by itself: fly mpg backup list. Or keep the data on Neon: neon({ project: '…' })",
  });
}

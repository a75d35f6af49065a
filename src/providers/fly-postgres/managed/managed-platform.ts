import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../../database-platform.ts';
import type { FlyClient } from '../../fly/client/fly-client.ts';
import {
  createManagedBranch,
  deleteManagedBranch,
  deleteManagedBranches,
  isBranchName,
  listManagedBranches,
  requireBranch,
} from './managed-branches.ts';
import {
  clusterUrl,
  destroyCluster,
  ensureCluster,
  livingClusters,
  observeCluster,
  requireCluster,
  type PostgresContext,
} from './managed-postgres.ts';

/** Fly's Managed Postgres. */
export function createManagedPostgres(context: PostgresContext): DatabasePlatform {
  const { client } = context;
  return {
    ...createManagedReader(client),
    ensure: async (database, work) => ensureCluster(context, database, work),
    async address(database, purpose, signal) {
      const { branch, restorePoint } = purpose;
      if (restorePoint !== undefined) return notSupported('restore points');
      const cluster =
        branch === undefined
          ? await requireCluster(client, database, signal)
          : await requireBranch(client, database, branch, signal);
      const url = await clusterUrl(context, cluster, purpose, signal);
      return { url, outsideUrl: url };
    },
    createRestorePoint: async () => notSupported('restore points'),
    deleteRestorePoint: async () => notSupported('restore points'),
    restore: async () => notSupported('restore in place'),
    async branch(database, options, work) {
      if (options.schemaOnly === true) return notSupported('branch without rows');
      return createManagedBranch(context, database, options, work);
    },
    deleteBranch: async (database, name, work) => deleteManagedBranch(context, database, name, work),
    detach: () => Promise.resolve(),
    async destroy(database, work) {
      await deleteManagedBranches(context, database, work);
      await destroyCluster(client, database, work);
    },
  };
}

/** The half of it that cannot change anything. */
export function createManagedReader(client: FlyClient): DatabasePlatformReader {
  return {
    observe: async (database) => observeCluster(client, database),
    restorePoints: () => Promise.resolve([]),
    branches: async (database) => listManagedBranches(client, database),
    // A branch goes with its database.
    names: async (database) =>
      (await livingClusters(client, database)).map(({ name }) => name).filter((name) => !isBranchName(name)),
    findProblems: async (databases) =>
      (await Promise.all(databases.map((database) => findProblem(client, database)))).flat(),
  };
}

/** Whether its token may see the clusters of its organization: no more can be known without making one. */
async function findProblem(client: FlyClient, database: ResolvedDatabase): Promise<readonly Diagnostic[]> {
  try {
    await livingClusters(client, database);
    return [];
  } catch (error) {
    if (!(error instanceof ToolError) || !REFUSALS.has(error.code)) throw error;
    const { code, message, hint } = error;
    const more = hint === undefined ? {} : { hint };
    return [{ severity: 'error', code, message, ...more, path: `databases.${database.name}` }];
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['PROVIDER_UNAUTHORIZED', 'PROVIDER_NOT_FOUND']);

/** The API restores and forks into another cluster only, at another address, and gives backups no names. */
function notSupported(what: string): never {
  throw new ToolError('PROVIDER_NOT_SUPPORTED', `Managed Postgres on Fly has no ${what}.`, {
    hint: 'Copy the data of a moment into a branch: glidepath db branch <environment> <name> --at <time>, or restore a backup into a new cluster: fly mpg backup list, fly mpg restore',
  });
}

import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type {
  ConnectionPurpose,
  DatabaseAddress,
  DatabasePlatform,
  DatabasePlatformReader,
} from '../../database-platform.ts';
import { appNamesOf } from '../../fly/fly-apps.ts';
import { clusterAddress, forgetLogins, ownApp } from './cluster-address.ts';
import { branchApp, createBranch, deleteBranch, listBranches } from './cluster-branches.ts';
import type { ClusterContext } from './cluster-context.ts';
import { appNameOf, branchAppName, orgOf } from './cluster-names.ts';
import { destroyCluster, detachApps } from './destroy-cluster.ts';
import { ensureCluster } from './ensure-cluster.ts';
import { findClusterProblems } from './find-cluster-problems.ts';
import { observeCluster } from './observe-cluster.ts';
import { removeExpiredBranches, removeExpiredKept } from './remove-expired.ts';
import { createRestorePoint, deleteRestorePoint, listRestorePoints } from './restore-points.ts';
import { restoreCluster } from './restore-cluster.ts';

/** Unmanaged clusters on Fly: an app each, with one machine and one volume, made by the Machines API. */
export function createUnmanagedPostgres(context: ClusterContext): DatabasePlatform {
  const forget = (database: ResolvedDatabase): void => forgetLogins(context, appNameOf(database));
  return {
    ...createUnmanagedReader(context),
    async ensure(database, work) {
      const made = await ensureCluster(context, database, work);
      if (made.created) return made;
      await removeExpiredBranches(context, database, null, work);
      await removeExpiredKept(context, database, work);
      return made;
    },
    address: async (database, purpose, signal) => addressOf(context, database, purpose, signal),
    createRestorePoint: async (database, options, work) =>
      createRestorePoint(context, database, options, work),
    deleteRestorePoint: async (database, name, work) => deleteRestorePoint(context, database, name, work),
    async restore(database, options, work) {
      forget(database);
      return restoreCluster(context, database, options, work);
    },
    branch: async (database, options, work) => createBranch(context, database, options, work),
    async deleteBranch(database, name, work) {
      forgetLogins(context, branchAppName(database, name));
      return deleteBranch(context, database, name, work);
    },
    async detach(database, app, work) {
      forget(database);
      return detachApps(context, database, app, work);
    },
    async destroy(database, work) {
      forget(database);
      return destroyCluster(context, database, work);
    },
  };
}

/** The half of it that cannot change anything. */
export function createUnmanagedReader(context: ClusterContext): DatabasePlatformReader {
  return {
    observe: async (database) => observeCluster(context, database),
    restorePoints: async (database) => listRestorePoints(context, database),
    branches: async (database) => listBranches(context, database),
    names: async (database) => appNamesOf(context.client, orgOf(database)),
    async findProblems(databases) {
      const found = await Promise.all(databases.map((database) => findClusterProblems(context, database)));
      return [...new Map(found.flat().map((problem) => [problem.message, problem])).values()];
    },
  };
}

async function addressOf(
  context: ClusterContext,
  database: ResolvedDatabase,
  purpose: ConnectionPurpose,
  signal: AbortSignal | undefined,
): Promise<DatabaseAddress> {
  if (purpose.restorePoint !== undefined)
    throw new ToolError(
      'PROVIDER_NOT_SUPPORTED',
      'A restore point on Fly is a snapshot of a volume, into which nobody can look.',
      {
        hint: 'Make a branch of its moment, which can be looked at: glidepath db branch <environment> look --at …',
      },
    );
  if (purpose.branch === undefined || purpose.branch === appNameOf(database))
    return clusterAddress(context, database, ownApp(database, purpose), signal);
  const app = await branchApp(context, database, purpose.branch, signal);
  return clusterAddress(context, database, { app, sleep: 'when-idle', role: purpose.role }, signal);
}

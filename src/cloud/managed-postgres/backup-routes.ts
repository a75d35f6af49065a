import type { Context, Hono } from 'hono';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { backupServer } from './managed-cluster.ts';
import type { ManagedCluster, ManagedOrigin } from './managed-cluster.ts';
import { backupView } from './managed-cluster-view.ts';
import type { ManagedClusterOrder, ManagedClusters } from './managed-clusters.ts';
import { readBackupType, readForkName, readRestoreOrder } from './managed-postgres-bodies.ts';
import type { RestoreOrder } from './managed-postgres-bodies.ts';
import { PostgresApiError } from './postgres-api-error.ts';

/** What the routes of backups work on. */
export interface BackupRouteDeps {
  readonly clusters: ManagedClusters;
  readonly postgres: PostgresService;
  /** Any cluster that the caller may see; throws 404. */
  readonly clusterOf: (c: Context) => ManagedCluster;
  /** Throws 410 for one that is deleted, too. */
  readonly liveClusterOf: (c: Context) => ManagedCluster;
  /** The answer that shows a cluster. */
  readonly details: (cluster: ManagedCluster) => object;
}

/** Adds backups, and what makes one cluster of another: fork and restore. Both leave the source as it is. */
export function backupRoutes(routes: Hono, path: string, deps: BackupRouteDeps): void {
  const { clusters, postgres, clusterOf, liveClusterOf, details } = deps;
  routes.get(`${path}/:id/backups`, (c) => {
    const backups = presentClusterOf(c, clusterOf).backups ?? [];
    return c.json({ data: backups.toReversed().map(backupView) });
  });
  routes.post(`${path}/:id/backups`, async (c) => {
    const cluster = presentClusterOf(c, clusterOf);
    const type = await readBackupType(c);
    // Of a cluster that is not ready the document says nothing.
    if (cluster.status !== 'ready') throw new PostgresApiError(409, `The cluster is ${cluster.status}`);
    if (!clusters.backUp(cluster.id, type)) throw new PostgresApiError(409, 'A backup is currently running');
    return c.body(null, 202);
  });
  routes.post(`${path}/:id/fork`, async (c) => {
    const source = liveClusterOf(c);
    const name = await readForkName(c);
    if (source.status !== 'ready')
      throw new PostgresApiError(409, 'The source cluster is not ready to be forked yet');
    const origin = { server: source.id, at: null };
    return c.json(details(clusters.create(orderLike(source, name ?? `${source.name}-fork`), origin)), 201);
  });
  routes.post(`${path}/:id/restore`, async (c) => {
    const source = presentClusterOf(c, clusterOf);
    const order = await readRestoreOrder(c);
    const origin = originOf(source, order, postgres);
    const name = order.name ?? `${source.name}-restored-${labelOf(order)}`;
    return c.json(details(clusters.create(orderLike(source, name), origin)), 201);
  });
}

/** It inherits the settings of its source, and neither the apps attached to that nor its backups. */
function orderLike(source: ManagedCluster, name: string): ManagedClusterOrder {
  const { orgSlug, plan, region, diskSizeGb, pgMajorVersion, postgisEnabled } = source;
  return { name, orgSlug, plan, region, diskSizeGb, pgMajorVersion, postgisEnabled };
}

/** For these routes the API knows no 410. */
function presentClusterOf(c: Context, clusterOf: BackupRouteDeps['clusterOf']): ManagedCluster {
  const cluster = clusterOf(c);
  if (cluster.status === 'deleting' || cluster.status === 'deleted')
    throw new PostgresApiError(404, 'Cluster not found');
  return cluster;
}

function originOf(source: ManagedCluster, order: RestoreOrder, postgres: PostgresService): ManagedOrigin {
  if ('backup' in order) {
    const backup = source.backups?.find(({ id, status }) => id === order.backup && status === 'completed');
    if (backup === undefined)
      throw new PostgresApiError(404, `Backup ${order.backup} not found for cluster ${source.id}`);
    return { server: backupServer(source.id, backup.id), at: null };
  }
  if (source.status !== 'ready') throw new PostgresApiError(422, 'Point-in-time restore is not available');
  const { from, to } = postgres.window(source.id);
  if (order.at < from || order.at > to)
    throw new PostgresApiError(422, 'pitr_time is outside of the recovery window of the cluster');
  return { server: source.id, at: order.at };
}

function labelOf(order: RestoreOrder): string {
  return 'backup' in order ? order.backup : String(order.at);
}

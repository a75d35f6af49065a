import { Hono } from 'hono';
import type { Context } from 'hono';
import { seesOrganization } from '../organizations/grant.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { backupRoutes } from './backup-routes.ts';
import { attachmentView, clusterDetails, clusterSummary } from './managed-cluster-view.ts';
import type { ManagedCluster } from './managed-cluster.ts';
import type { ManagedClusters } from './managed-clusters.ts';
import { readAttachedApp, readClusterOrder } from './managed-postgres-bodies.ts';
import { PostgresApiError } from './postgres-api-error.ts';
import { userAndDatabaseRoutes } from './user-and-database-routes.ts';

/** What the routes work on. */
export interface ManagedPostgresRouteDeps {
  readonly clusters: ManagedClusters;
  readonly postgres: PostgresService;
  readonly appExists: (name: string) => boolean | Promise<boolean>;
}

const PATH = '/v1/postgres';

/**
 * Fly's Managed Postgres REST API (OpenAPI of the Machines API, tag "Postgres Clusters"), without extensions and
 * changes of users, which answer 501. Every organization exists. Authentication is the caller's; a
 * token of one organization has no sight of the clusters of others.
 */
export function managedPostgresRoutes(deps: ManagedPostgresRouteDeps): Hono {
  const { clusters, postgres } = deps;
  const routes = new Hono();
  const details = (cluster: ManagedCluster): object => ({
    data: clusterDetails(cluster, postgres.get(cluster.id)?.port ?? null),
  });
  routes.onError((error) => {
    if (error instanceof PostgresApiError) return error.toResponse();
    return new PostgresApiError(500, error.message).toResponse();
  });
  routes.get(PATH, (c) => c.json({ data: listed(c, clusters) }));
  routes.post(PATH, async (c) => {
    const order = await readClusterOrder(c);
    if (!seesOrganization(c.var.grant, order.orgSlug)) throw new PostgresApiError(403, 'unauthorized');
    const cluster = clusters.create({ ...order, name: order.name ?? generatedName(clusters) });
    return c.json(details(cluster), 201);
  });
  routes.get(`${PATH}/:id`, (c) => c.json(details(clusterOf(c, clusters))));
  routes.delete(`${PATH}/:id`, (c) => {
    clusters.delete(liveClusterOf(c, clusters).id);
    return c.body(null, 202);
  });
  attachmentRoutes(routes, deps);
  backupRoutes(routes, PATH, {
    clusters,
    postgres,
    clusterOf: (c) => clusterOf(c, clusters),
    liveClusterOf: (c) => liveClusterOf(c, clusters),
    details,
  });
  userAndDatabaseRoutes(routes, PATH, postgres, (c) => clusterOf(c, clusters));
  routes.all(`${PATH}/:id/*`, (c) => {
    throw new PostgresApiError(501, `${c.req.method} ${c.req.path} is not part of the local cloud`);
  });
  return routes;
}

function attachmentRoutes(routes: Hono, { clusters, appExists }: ManagedPostgresRouteDeps): void {
  routes.post(`${PATH}/:id/attachments`, async (c) => {
    const { id } = liveClusterOf(c, clusters);
    const app = await readAttachedApp(c);
    if (!(await appExists(app))) throw new PostgresApiError(404, 'App not found');
    const isNew = clusters.attach(id, app);
    const cluster = clusterOf(c, clusters);
    const attachment = cluster.attachments.find((one) => one.app === app);
    if (attachment === undefined) throw new PostgresApiError(410, 'This cluster is being deleted');
    return c.json({ data: attachmentView(cluster, attachment) }, isNew ? 201 : 200);
  });
  routes.delete(`${PATH}/:id/attachments/:app`, async (c) => {
    const { id } = liveClusterOf(c, clusters);
    const app = c.req.param('app');
    if (!(await appExists(app))) throw new PostgresApiError(404, 'App not found');
    if (!clusters.detach(id, app)) throw new PostgresApiError(404, 'Attachment not found');
    return c.body(null, 204);
  });
}

function listed(c: Context, clusters: ManagedClusters): readonly object[] {
  const org = c.req.query('org_slug') ?? '';
  const includeDeleted = c.req.query('include_deleted') ?? 'false';
  if (org === '' || !seesOrganization(c.var.grant, org))
    throw new PostgresApiError(404, 'Organization not found');
  if (includeDeleted !== 'true' && includeDeleted !== 'false')
    throw new PostgresApiError(422, 'include_deleted must be true or false');
  return clusters
    .all()
    .filter((cluster) => cluster.orgSlug === org)
    .filter((cluster) => includeDeleted === 'true' || cluster.status !== 'deleted')
    .map(clusterSummary);
}

/** Any cluster that ever was; a deleted one is still shown, as such. */
function clusterOf(c: Context, clusters: ManagedClusters): ManagedCluster {
  const cluster = clusters.find(c.req.param('id') ?? '');
  if (cluster === null || !seesOrganization(c.var.grant, cluster.orgSlug))
    throw new PostgresApiError(404, 'Cluster not found');
  return cluster;
}

function liveClusterOf(c: Context, clusters: ManagedClusters): ManagedCluster {
  const cluster = clusterOf(c, clusters);
  if (cluster.status === 'deleting') throw new PostgresApiError(410, 'This cluster is being deleted');
  if (cluster.status === 'deleted') throw new PostgresApiError(410, 'This cluster has been deleted');
  return cluster;
}

function generatedName(clusters: ManagedClusters): string {
  const names = new Set(clusters.all().map(({ name }) => name));
  for (let number = names.size + 1; ; number += 1) {
    if (!names.has(`postgres-${number}`)) return `postgres-${number}`;
  }
}

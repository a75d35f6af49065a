import type { Context, Hono } from 'hono';
import type { PostgresService } from '../postgres/postgres-service.ts';
import type { ManagedCluster } from './managed-cluster.ts';
import { readDatabaseName, readUser, requireName } from './managed-postgres-bodies.ts';
import { PostgresApiError } from './postgres-api-error.ts';

/** Adds the routes of what is inside a cluster. Reading does not wake a suspended one; changing does. */
export function userAndDatabaseRoutes(
  routes: Hono,
  path: string,
  postgres: PostgresService,
  clusterOf: (c: Context) => ManagedCluster,
): void {
  const readyClusterOf = (c: Context): string => {
    const { id, status } = clusterOf(c);
    // For these routes the API knows no 410.
    if (status === 'deleting' || status === 'deleted') throw new PostgresApiError(404, 'Cluster not found');
    if (status !== 'ready') throw new PostgresApiError(400, `The cluster is ${status}`);
    return id;
  };
  databaseRoutes(routes, `${path}/:id/databases`, postgres, readyClusterOf);
  userRoutes(routes, `${path}/:id/users`, postgres, readyClusterOf);
}

function databaseRoutes(
  routes: Hono,
  path: string,
  postgres: PostgresService,
  clusterId: (c: Context) => string,
): void {
  const names = (id: string): readonly string[] => postgres.get(id)?.databases ?? [];
  routes.get(path, (c) => c.json({ data: names(clusterId(c)).map((name) => ({ name })) }));
  routes.post(path, async (c) => {
    const id = clusterId(c);
    const name = await readDatabaseName(c);
    if (names(id).includes(name)) throw new PostgresApiError(400, 'Database already exists');
    await postgres.createDatabase(id, name);
    return c.json({ data: { name } }, 201);
  });
  routes.delete(`${path}/:name`, async (c) => {
    const id = clusterId(c);
    const name = c.req.param('name');
    requireName('Database name', name);
    if (!names(id).includes(name)) throw new PostgresApiError(404, 'Database not found');
    await postgres.dropDatabase(id, name);
    return c.json({ data: { name } });
  });
}

function userRoutes(
  routes: Hono,
  path: string,
  postgres: PostgresService,
  clusterId: (c: Context) => string,
): void {
  routes.get(path, (c) => {
    const users = postgres.get(clusterId(c))?.users ?? [];
    return c.json({ data: users.map(({ name, role }) => ({ username: name, role })) });
  });
  routes.post(path, async (c) => {
    const id = clusterId(c);
    const { username, role } = await readUser(c);
    if (postgres.credentials(id, username) !== null) throw new PostgresApiError(409, 'User already exists');
    await postgres.createUser(id, username, role);
    return c.json({ data: { username, role } }, 201);
  });
  // Host and port are the cluster's `endpoints`, the database is one of its databases: together a connection URL.
  routes.get(`${path}/:username/credentials`, (c) => {
    const id = clusterId(c);
    const username = c.req.param('username');
    requireName('Username', username);
    const credentials = postgres.credentials(id, username);
    if (credentials === null) throw new PostgresApiError(404, 'User not found');
    return c.json({ data: credentials });
  });
}

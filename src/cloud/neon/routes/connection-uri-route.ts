import { Hono } from 'hono';
import { computeHost, connectionUri } from '../connection-uri.ts';
import type { NeonContext } from '../neon-context.ts';
import { NeonApiError, invalid, notFound } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import { passwordOf } from '../password-of.ts';
import { queryFlag } from './read-request.ts';

/** The address of a database for a role, password included. */
export function connectionUriRoute(context: NeonContext): Hono {
  const { state } = context;
  const routes = new Hono();
  routes.get('/projects/:project/connection_uri', (c) => {
    const project = projectOf(c, context);
    const { database_name: database = '', role_name: role = '', branch_id, endpoint_id } = c.req.query();
    if (database === '' || role === '') throw invalid('database_name and role_name are required');
    const given = endpoint_id === undefined ? null : state.endpoint(project.id, endpoint_id);
    const branch = state.branch(project.id, branch_id ?? given?.branchId ?? project.defaultBranchId);
    if (given !== null && given.branchId !== branch.id) throw notFound('endpoint');
    const endpoint = given ?? state.endpointsOf(branch.id).find((one) => one.type === 'read_write');
    if (endpoint === undefined) throw notFound('read-write endpoint');
    if (!branch.databases.some(({ name }) => name === database)) throw notFound('database');
    if (!branch.roles.some(({ name }) => name === role)) throw notFound('role');
    if (!project.storesPasswords)
      throw new NeonApiError(412, 'storing passwords is disabled for this project');
    const password = passwordOf(context, branch, role);
    if (password === null) throw notFound('role password');
    const host = computeHost(endpoint, queryFlag(c, 'pooled'));
    return c.json({ uri: connectionUri(host, { role, password, database }) });
  });
  return routes;
}

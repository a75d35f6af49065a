import type { NeonContext } from './neon-context.ts';
import type { NeonBranch, NeonEndpoint } from './records.ts';

/** The address of a compute, with its port. */
export function computeHost(endpoint: NeonEndpoint, isPooled: boolean): string {
  return `127.0.0.1:${isPooled ? endpoint.pooledPort : endpoint.port}`;
}

/** How to connect (OpenAPI, `ConnectionDetails`); without `sslmode`, as there is no TLS. Holds the password. */
export function connectionDetails(
  endpoint: NeonEndpoint,
  login: { readonly role: string; readonly password: string; readonly database: string },
): object {
  return {
    connection_uri: connectionUri(computeHost(endpoint, false), login),
    connection_parameters: {
      ...login,
      host: computeHost(endpoint, false),
      pooler_host: computeHost(endpoint, true),
    },
  };
}

/** `postgresql://role:password@host/database`. */
export function connectionUri(
  host: string,
  {
    role,
    password,
    database,
  }: { readonly role: string; readonly password: string; readonly database: string },
): string {
  return `postgresql://${encodeURIComponent(role)}:${encodeURIComponent(password)}@${host}/${encodeURIComponent(database)}`;
}

/** For the answer that makes a branch: one, and none when there are several roles or databases to choose from. */
export function firstConnection(
  { clusters }: NeonContext,
  branch: NeonBranch,
  endpoint: NeonEndpoint | undefined,
  clusterId: string,
): object[] {
  const logins = branch.roles.filter((one) => !one.isNoLogin);
  const [role, ...otherRoles] = logins;
  const [database, ...otherDatabases] = branch.databases;
  if (endpoint === undefined || role === undefined || database === undefined) return [];
  if (otherRoles.length > 0 || otherDatabases.length > 0) return [];
  const password = clusters.password(clusterId, role.name);
  if (password === null) return [];
  return [connectionDetails(endpoint, { role: role.name, password, database: database.name })];
}

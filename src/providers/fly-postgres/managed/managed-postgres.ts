import type { PlatformWork } from '../../app-platform.ts';
import type { ConnectionPurpose, ObservedDatabase } from '../../database-platform.ts';
import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Clock } from '../../../util/clock.ts';
import { assert } from '../../../util/assert.ts';
import { hasStatus, isOutcomeUnknown } from '../../fly/client/fly-api-error.ts';
import type { FlyClient, FlyRequest } from '../../fly/client/fly-client.ts';
import type { FlyTiming } from '../../fly/client/fly-timing.ts';

/** A cluster as the API shows it (OpenAPI, `PostgresCluster` and, in lists, `PostgresClusterSummary`). */
export interface ManagedCluster {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly region?: string;
  /** RFC 3339. */
  readonly created_at?: string;
  readonly endpoints?: {
    readonly primary?: { readonly direct?: Endpoint; readonly pooler?: Endpoint } | null;
  } | null;
}

interface Endpoint {
  readonly host: string;
  readonly port?: number;
}

/** What the calls need. */
export interface PostgresContext {
  readonly client: FlyClient;
  readonly clock: Clock;
  readonly timing: FlyTiming;
}

/** What the API takes at least (OpenAPI, `createPostgresClusterRequest`). */
const DISK_GB_MIN = 10;
const REGION_DEFAULT = 'iad';
/** What a new cluster has by itself, as `fly mpg attach` uses it. */
const USER_DEFAULT = 'fly-user';
const DATABASE_DEFAULT = 'fly-db';

/** Makes the cluster unless it is there, and waits until it is ready. */
export async function ensureCluster(
  context: PostgresContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<{ readonly created: boolean }> {
  const found = await findCluster(context.client, database, work.signal);
  const id = found?.id ?? (await createCluster(context, database, work));
  await readyCluster(context, { id, name: clusterNameOf(database) }, work.signal);
  return { created: found === null };
}

/** The cluster of a database. Throws PROVIDER_NOT_FOUND. */
export async function requireCluster(
  client: FlyClient,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<ManagedCluster> {
  const found = await findCluster(client, database, signal);
  if (found === null) throw noCluster(database);
  return found;
}

/**
 * The URL of a cluster, put together from its own answers, for its first login or the one called `role`; apps come through
 * the pooler where there is one. It holds a password.
 */
export async function clusterUrl(
  context: PostgresContext,
  found: Pick<ManagedCluster, 'id' | 'name'>,
  { use, role }: Pick<ConnectionPurpose, 'use' | 'role'>,
  signal?: AbortSignal,
): Promise<string> {
  const cluster = await readyCluster(context, found, signal);
  const { username, password } = await credentials(context.client, cluster, role, signal);
  const name = await databaseName(context.client, cluster, signal);
  const { direct, pooler } = cluster.endpoints?.primary ?? {};
  const endpoint = use === 'app' ? (pooler ?? direct) : (direct ?? pooler);
  assert(endpoint !== undefined, `cluster ${cluster.id} is ready but has no endpoint`);
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return `postgresql://${login}@${endpoint.host}:${endpoint.port ?? 5432}/${encodeURIComponent(name)}`;
}

/** The cluster as it is; null when it is not there. */
export async function observeCluster(
  client: FlyClient,
  database: ResolvedDatabase,
): Promise<ObservedDatabase | null> {
  const found = await findCluster(client, database);
  if (found === null) return null;
  return {
    platformName: found.name,
    state: found.status === 'ready' ? 'ready' : found.status === 'failed' ? 'failed' : 'busy',
    region: found.region ?? null,
    version: null,
    sizeBytes: null,
    isProtected: false,
    restorableFrom: null,
  };
}

/** Removes the cluster. One that is gone is no error. */
export async function destroyCluster(
  client: FlyClient,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const found = await findCluster(client, database, work.signal);
  if (found === null) return;
  await deleteCluster(client, found, work.signal);
  work.log(`database ${database.name} (${found.name}) destroyed`);
}

/** One that is gone is no error. */
export async function deleteCluster(
  client: FlyClient,
  cluster: Pick<ManagedCluster, 'id' | 'name'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.send({ ...about(cluster, 'DELETE', ''), isRepeatable: true, signal });
  } catch (error) {
    if (!hasStatus(error, 404, 410)) throw error;
  }
}

function noCluster(database: ResolvedDatabase): ToolError {
  return new ToolError(
    'PROVIDER_NOT_FOUND',
    `There is no database ${clusterNameOf(database)} in ${orgOf(database)} on Fly.`,
    { hint: 'A deployment makes it; see what there is: fly mpg list' },
  );
}

/** What a database is called there. */
export function clusterNameOf(database: ResolvedDatabase): string {
  return database.platformName ?? database.name;
}

function orgOf(database: ResolvedDatabase): string {
  return database.org ?? 'personal';
}

async function findCluster(
  client: FlyClient,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<ManagedCluster | null> {
  const clusters = await livingClusters(client, database, signal);
  return clusters.find(({ name }) => name === clusterNameOf(database)) ?? null;
}

/** The clusters of its organization. */
export async function livingClusters(
  client: FlyClient,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<readonly ManagedCluster[]> {
  const answer = await client.send({
    method: 'GET',
    path: '/v1/postgres',
    query: { org_slug: orgOf(database) },
    resource: `the databases of ${orgOf(database)}`,
    subject: orgOf(database),
    signal,
  });
  const clusters = (dataOf(answer) ?? []) as readonly ManagedCluster[];
  return clusters.filter(({ status }) => status !== 'deleting' && status !== 'deleted');
}

async function createCluster(
  context: PostgresContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<string> {
  const name = clusterNameOf(database);
  const { plan = 'basic', volumeGb = DISK_GB_MIN, version = null } = database.fly ?? {};
  const body = {
    name,
    org_slug: orgOf(database),
    region: database.region ?? REGION_DEFAULT,
    plan,
    disk_size_gb: Math.max(DISK_GB_MIN, volumeGb),
    ...(version === null ? {} : { pg_major_version: String(version) }),
  };
  work.log(`database ${name}: creating`);
  const request = { path: '/v1/postgres', body, named: name };
  return (await makeCluster(context, database, request, work.signal)).id;
}

/** Has a cluster made. Names are not unique there: after a lost answer it looks before a second one is paid for. */
export async function makeCluster(
  context: PostgresContext,
  database: ResolvedDatabase,
  { path, body, named }: { readonly path: string; readonly body: object; readonly named: string },
  signal: AbortSignal,
): Promise<ManagedCluster> {
  const request = { method: 'POST', resource: `database ${named}`, subject: named } as const;
  try {
    return dataOf(await context.client.send({ ...request, path, body, signal })) as ManagedCluster;
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    await context.clock.sleep(context.timing.lostAnswerMs, signal);
    const made = (await livingClusters(context.client, database, signal)).find(({ name }) => name === named);
    if (made !== undefined) return made;
    throw error;
  }
}

/** Waits for it. Throws PROVIDER_UNREACHABLE when it fails or takes too long. */
export async function readyCluster(
  context: PostgresContext,
  found: Pick<ManagedCluster, 'id' | 'name'>,
  signal: AbortSignal | undefined,
): Promise<ManagedCluster> {
  const deadline = context.clock.now() + context.timing.databaseReadyMs;
  for (;;) {
    const request = about(found, 'GET', '');
    const cluster = dataOf(await context.client.send({ ...request, signal })) as ManagedCluster;
    if (cluster.status === 'ready') return cluster;
    if (cluster.status === 'failed' || context.clock.now() >= deadline) {
      throw new ToolError(
        'PROVIDER_UNREACHABLE',
        `Database ${cluster.name} did not become ready; it is ${cluster.status}.`,
        { hint: `Look at it: fly mpg status ${found.id}`, retry: 'safe' },
      );
    }
    await context.clock.sleep(READY_POLL_MS, signal);
  }
}

/** Between two looks at a cluster that is being made. */
const READY_POLL_MS = 250;

async function credentials(
  client: FlyClient,
  cluster: ManagedCluster,
  role: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ username: string; password: string }> {
  const login = role ?? (await firstLogin(client, cluster, signal));
  const path = `/users/${encodeURIComponent(login)}/credentials`;
  const found = await client.send({ ...about(cluster, 'GET', path), signal });
  return dataOf(found) as { username: string; password: string };
}

async function firstLogin(
  client: FlyClient,
  cluster: ManagedCluster,
  signal: AbortSignal | undefined,
): Promise<string> {
  const answer = await client.send({ ...about(cluster, 'GET', '/users'), signal });
  const users = (dataOf(answer) ?? []) as readonly { username: string; role: string }[];
  const user =
    users.find((candidate) => candidate.username === USER_DEFAULT) ??
    users.find((candidate) => candidate.role === 'schema_admin');
  return user?.username ?? USER_DEFAULT;
}

async function databaseName(
  client: FlyClient,
  cluster: ManagedCluster,
  signal: AbortSignal | undefined,
): Promise<string> {
  const answer = await client.send({ ...about(cluster, 'GET', '/databases'), signal });
  const names = ((dataOf(answer) ?? []) as readonly { name: string }[]).map((entry) => entry.name);
  return names.includes(DATABASE_DEFAULT) ? DATABASE_DEFAULT : (names[0] ?? DATABASE_DEFAULT);
}

function about(
  cluster: { id: string; name: string },
  method: FlyRequest['method'],
  path: string,
): Pick<FlyRequest, 'method' | 'path' | 'resource' | 'subject' | 'limit'> {
  return {
    method,
    path: `/v1/postgres/${encodeURIComponent(cluster.id)}${path}`,
    resource: `database ${cluster.name}`,
    subject: cluster.id,
    limit: POSTGRES_LIMIT,
  };
}

/** The limit of these calls is not documented; the one for reading machines is taken. */
const POSTGRES_LIMIT = { perSecond: 5, burst: 10 } as const;

function dataOf(answer: unknown): unknown {
  return (answer as { data?: unknown } | null)?.data ?? null;
}

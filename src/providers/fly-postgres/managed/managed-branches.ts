import { createHash } from 'node:crypto';
import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../app-platform.ts';
import type { DatabaseBranch } from '../../database-platform.ts';
import { hasStatus } from '../../fly/client/fly-api-error.ts';
import type { FlyClient } from '../../fly/client/fly-client.ts';
import { refuseDatabase } from '../refuse-database.ts';
import {
  clusterNameOf,
  deleteCluster,
  livingClusters,
  makeCluster,
  readyCluster,
  requireCluster,
} from './managed-postgres.ts';
import type { ManagedCluster, PostgresContext } from './managed-postgres.ts';

/*
 * A branch is a cluster of its own, forked from the database's or restored from its past. The API knows neither labels nor
 * expiry, so its name says all: whose it is, what it is called, and until when, in UTC.
 *
 *   shop-staging-db--look--202611230100
 */
const JOINT = '--';
const NAME_MAX = 63;
const HASH_LENGTH = 6;
const EXPIRY = /^(.+?)--(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/;
const MINUTE_MS = 60_000;
/** `--` and minutes. */
const EXPIRY_LENGTH = 14;

/** A cluster that is a branch. */
interface BranchCluster {
  readonly cluster: ManagedCluster;
  readonly branch: DatabaseBranch;
}

/** Its own, and those beside it. */
export async function listManagedBranches(
  client: FlyClient,
  database: ResolvedDatabase,
): Promise<readonly DatabaseBranch[]> {
  const clusters = await livingClusters(client, database);
  const name = clusterNameOf(database);
  const own = clusters.find((cluster) => cluster.name === name);
  if (own === undefined) return [];
  const first = { name, parent: null, createdAt: createdAt(own), expiresAt: null };
  return [first, ...branchesAmong(clusters, database).map(({ branch }) => branch)];
}

/** The cluster of a branch. Throws DATABASE_UNKNOWN_BRANCH. */
export async function requireBranch(
  client: FlyClient,
  database: ResolvedDatabase,
  name: string,
  signal?: AbortSignal,
): Promise<ManagedCluster> {
  const found = await findBranch(client, database, name, signal);
  if (found !== null) return found.cluster;
  throw new ToolError(
    'DATABASE_UNKNOWN_BRANCH',
    `The cluster ${clusterNameOf(database)} has no branch ${name}.`,
    { hint: 'See those there are: glidepath db branch <environment>' },
  );
}

/** A cluster with a copy of the data, of now or of a moment. Takes away those whose time is up. */
export async function createManagedBranch(
  context: PostgresContext,
  database: ResolvedDatabase,
  options: { readonly name: string; readonly at?: number; readonly expiresAt: number | null },
  work: PlatformWork,
): Promise<DatabaseBranch> {
  const own = await requireCluster(context.client, database, work.signal);
  await removeExpired(context, database, options.name, work);
  const there = await findBranch(context.client, database, options.name, work.signal);
  if (there !== null) {
    await readyCluster(context, there.cluster, work.signal);
    return there.branch;
  }
  const name = branchClusterName(database, options.name, options.expiresAt);
  const made = await copyCluster(context, database, { own, name, at: options.at }, work);
  work.log(`branch ${options.name} of ${own.name}: cluster ${name}, ${made.id}`);
  await readyCluster(context, made, work.signal);
  return (await findBranch(context.client, database, options.name, work.signal))?.branch ?? gone(name);
}

/** One that is gone is no error. Refuses the database itself. */
export async function deleteManagedBranch(
  context: PostgresContext,
  database: ResolvedDatabase,
  name: string,
  work: PlatformWork,
): Promise<void> {
  if (name === clusterNameOf(database)) throw refuseDatabase(database, name);
  const found = await findBranch(context.client, database, name, work.signal);
  if (found === null) return;
  await deleteCluster(context.client, found.cluster, work.signal);
  work.log(`branch ${name} of ${clusterNameOf(database)} (${found.cluster.name}) removed`);
}

/** Removes all that stand beside the cluster of a database. */
export async function deleteManagedBranches(
  context: PostgresContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const clusters = await livingClusters(context.client, database, work.signal);
  for (const { cluster } of branchesAmong(clusters, database))
    await deleteCluster(context.client, cluster, work.signal);
}

/** Whether a cluster's name is that of a branch. */
export function isBranchName(name: string): boolean {
  return name.includes(JOINT);
}

/** The name of the cluster of a branch. Pure. */
export function branchClusterName(
  database: ResolvedDatabase,
  branch: string,
  expiresAt: number | null,
): string {
  const until = expiresAt === null ? '' : `${JOINT}${minuteOf(expiresAt)}`;
  return `${prefixOf(database)}${slugOf(database, branch)}${until}`;
}

async function copyCluster(
  context: PostgresContext,
  database: ResolvedDatabase,
  { own, name, at }: { readonly own: ManagedCluster; readonly name: string; readonly at: number | undefined },
  work: PlatformWork,
): Promise<ManagedCluster> {
  const path = `/v1/postgres/${encodeURIComponent(own.id)}`;
  if (at === undefined) {
    const request = { path: `${path}/fork`, body: { name }, named: name };
    return makeCluster(context, database, request, work.signal);
  }
  const time = new Date(at).toISOString();
  try {
    const request = { path: `${path}/restore`, body: { name, pitr_time: time }, named: name };
    return await makeCluster(context, database, request, work.signal);
  } catch (error) {
    if (!hasStatus(error, 422)) throw error;
    throw new ToolError(
      'DATABASE_OUTSIDE_WINDOW',
      `Fly has no data of ${own.name} as of ${time}: ${error.message}`,
      { hint: `Choose another moment, or restore one of its backups: fly mpg backup list ${own.id}` },
    );
  }
}

async function removeExpired(
  context: PostgresContext,
  database: ResolvedDatabase,
  except: string,
  work: PlatformWork,
): Promise<void> {
  const clusters = await livingClusters(context.client, database, work.signal);
  for (const { cluster, branch } of branchesAmong(clusters, database)) {
    const isOver = branch.expiresAt !== null && branch.expiresAt <= context.clock.now();
    if (!isOver || branch.name === slugOf(database, except)) continue;
    await deleteCluster(context.client, cluster, work.signal);
    work.log(
      `branch ${branch.name} of ${clusterNameOf(database)} (${cluster.name}) removed: its time was up`,
    );
  }
}

async function findBranch(
  client: FlyClient,
  database: ResolvedDatabase,
  name: string,
  signal?: AbortSignal,
): Promise<BranchCluster | null> {
  const branches = branchesAmong(await livingClusters(client, database, signal), database);
  return branches.find(({ branch }) => branch.name === slugOf(database, name)) ?? null;
}

function branchesAmong(
  clusters: readonly ManagedCluster[],
  database: ResolvedDatabase,
): readonly BranchCluster[] {
  const prefix = prefixOf(database);
  return clusters
    .filter(({ name }) => name.startsWith(prefix))
    .map((cluster) => {
      const rest = cluster.name.slice(prefix.length);
      const [, name = rest, year, month, day, hour, minute] = EXPIRY.exec(rest) ?? [];
      const time = year === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:00Z`;
      const expiresAt = time === null ? null : Date.parse(time);
      const parent = clusterNameOf(database);
      return { cluster, branch: { name, parent, createdAt: createdAt(cluster), expiresAt } };
    });
}

function prefixOf(database: ResolvedDatabase): string {
  return `${clusterNameOf(database)}${JOINT}`;
}

/** A branch's name as names of clusters can be; one that is too long ends with a part of its hash. */
function slugOf(database: ResolvedDatabase, branch: string): string {
  const words = branch
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const max = Math.max(HASH_LENGTH * 2, NAME_MAX - prefixOf(database).length - EXPIRY_LENGTH);
  if (words.length <= max) return words;
  const hash = createHash('sha256').update(branch).digest('hex').slice(0, HASH_LENGTH);
  return `${words.slice(0, max - HASH_LENGTH - 1)}-${hash}`;
}

/** `202611230100`: the end of the minute, so that nothing goes early. */
function minuteOf(at: number): string {
  const end = Math.ceil(at / MINUTE_MS) * MINUTE_MS;
  return new Date(end).toISOString().slice(0, 16).replaceAll(/[-:T]/g, '');
}

function createdAt({ created_at: time }: ManagedCluster): number {
  return Date.parse(time ?? '') || 0;
}

function gone(name: string): never {
  throw new ToolError('PROVIDER_CONFLICT', `The cluster ${name} was removed while it was made.`, {
    hint: 'Try again.',
  });
}

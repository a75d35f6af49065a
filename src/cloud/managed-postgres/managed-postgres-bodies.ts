import type { Context } from 'hono';
import { z } from 'zod';
import type { PostgresRole } from '../postgres/cluster/cluster-record.ts';
import type { ManagedBackupType } from './managed-cluster.ts';
import type { ManagedClusterOrder } from './managed-clusters.ts';
import { PostgresApiError } from './postgres-api-error.ts';

const clusterBody = z.object({
  org_slug: z.string().min(1),
  plan: z.enum(['basic', 'starter', 'launch', 'scale', 'Performance']),
  region: z.string().regex(/^[a-z]{3}$/, 'must be the code of a region'),
  name: z.string().min(1).max(63).optional(),
  disk_size_gb: z.int().min(10).max(1000).default(10),
  pg_major_version: z.enum(['16', '17']).default('17'),
  // Taken and without effect: there is no pooler between an app and a local cluster.
  pool_mode: z.enum(['session', 'transaction']).default('transaction'),
  postgis_enabled: z.boolean().default(false),
});
const clusterName = z.string().max(63).optional();
const backupBody = z.object({ type: z.enum(['full', 'incr', 'diff']) });
const forkBody = z.object({ name: clusterName });
const restoreBody = z.object({
  backup_id: z.string().min(1).optional(),
  // With an explicit offset from UTC, as RFC 3339 has it.
  pitr_time: z.iso.datetime({ offset: true }).optional(),
  name: clusterName,
});
const attachmentBody = z.object({ app_name: z.string().min(1) });
const databaseBody = z.object({ name: z.string().min(1) });
const userBody = z.object({
  username: z.string().min(1),
  role: z.enum(['schema_admin', 'writer', 'reader']),
});

/** Reads the body of POST /v1/postgres; null name: to be generated. Throws 400 and 422, as all of these do. */
export async function readClusterOrder(
  c: Context,
): Promise<Omit<ManagedClusterOrder, 'name'> & { readonly name: string | null }> {
  const body = await read(c, clusterBody);
  return {
    name: body.name ?? null,
    orgSlug: body.org_slug,
    plan: body.plan,
    region: body.region,
    diskSizeGb: body.disk_size_gb,
    pgMajorVersion: body.pg_major_version,
    postgisEnabled: body.postgis_enabled,
  };
}

/** Reads the body of POST /v1/postgres/{id}/backups. */
export async function readBackupType(c: Context): Promise<ManagedBackupType> {
  return (await read(c, backupBody)).type;
}

/** Reads the body of POST /v1/postgres/{id}/fork; null name: the API makes one. */
export async function readForkName(c: Context): Promise<string | null> {
  return nameOrNull((await read(c, forkBody)).name);
}

/** What POST /v1/postgres/{id}/restore goes back to, `at` in milliseconds since the Unix epoch, and what the cluster is called. */
export type RestoreOrder = { readonly name: string | null } & (
  | { readonly backup: string }
  | { readonly at: number }
);

/** Reads the body of POST /v1/postgres/{id}/restore. */
export async function readRestoreOrder(c: Context): Promise<RestoreOrder> {
  const { backup_id: backup, pitr_time: time, name: given } = await read(c, restoreBody);
  const name = nameOrNull(given);
  if (backup !== undefined && time !== undefined)
    throw new PostgresApiError(422, 'backup_id and pitr_time are mutually exclusive');
  if (backup !== undefined) return { name, backup };
  if (time === undefined) throw new PostgresApiError(422, 'backup_id or pitr_time is required');
  return { name, at: Date.parse(time) };
}

function nameOrNull(name: string | undefined): string | null {
  return name === undefined || name.trim() === '' ? null : name;
}

/** Reads the app of POST /v1/postgres/{id}/attachments. */
export async function readAttachedApp(c: Context): Promise<string> {
  return (await read(c, attachmentBody)).app_name;
}

/** Reads the name of POST /v1/postgres/{id}/databases. */
export async function readDatabaseName(c: Context): Promise<string> {
  const { name } = await read(c, databaseBody);
  requireName('Database name', name);
  return name;
}

/** Reads the body of POST /v1/postgres/{id}/users. */
export async function readUser(
  c: Context,
): Promise<{ readonly username: string; readonly role: PostgresRole }> {
  const user = await read(c, userBody);
  requireName('Username', user.username);
  return user;
}

/** Unknown keys are ignored. Throws 400 for what is no JSON, 422 for what does not fit. */
async function read<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(parseJson(await c.req.text()));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new PostgresApiError(422, problems.join('; '));
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    throw new PostgresApiError(400, 'The request body is not JSON');
  }
}

/** Names Postgres or the platform keep for themselves. */
const RESERVED = /^(postgres|template[01]|pg_.*)$/i;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_-]{0,62}$/;

/** Throws 400 for a name that cannot be given to a database or a user. */
export function requireName(kind: 'Database name' | 'Username', name: string): void {
  if (RESERVED.test(name)) throw new PostgresApiError(400, `${kind} is reserved`);
  if (!NAME.test(name)) throw new PostgresApiError(400, `${kind} is malformed`);
}

import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a role may do, in the words of Fly's Managed Postgres. */
export type PostgresRole = 'schema_admin' | 'writer' | 'reader';

/** A login of a cluster; never a superuser. */
export interface PostgresLogin {
  readonly name: string;
  readonly role: PostgresRole;
  readonly password: string;
}

/** All that is kept of a cluster besides its data directory; `cluster.json` beside it. */
export interface ClusterRecord {
  /** Of this format. */
  readonly version: 1;
  readonly id: string;
  /** The loopback port clients connect to; never changes. */
  readonly port: number;
  /** The first one is what a connection URL names. */
  readonly databases: readonly string[];
  /** The first one owns the databases. */
  readonly logins: readonly PostgresLogin[];
  /** Null until the data directory was copied. */
  readonly adminPassword: string | null;
  /** Whether the logins and databases above exist in the data directory: false while it is being created. */
  readonly isBootstrapped: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

const FILE = 'cluster.json';

/** Null when there is no record in the directory. */
export async function readClusterRecord(dir: string): Promise<ClusterRecord | null> {
  const text = await readFile(join(dir, FILE), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as ClusterRecord);
}

/** Replaces the record in one step: a reader, or a process killed meanwhile, sees the old one or the new one. */
export async function writeClusterRecord(dir: string, record: ClusterRecord): Promise<void> {
  const unfinished = join(dir, `.${FILE}-${randomBytes(4).toString('hex')}`);
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, join(dir, FILE));
}

/** A password that needs no quoting anywhere. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}

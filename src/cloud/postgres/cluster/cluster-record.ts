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

/** Which state of which cluster the data of another one began as. */
export interface ClusterOrigin {
  /** The directory of that cluster, which stays when it is renamed. */
  readonly dir: string;
  /** Where in its log of changes: `0/3A1B2C8`. */
  readonly lsn: string;
  /** Milliseconds since the Unix epoch: when the data were so. */
  readonly at: number;
}

/** A copy of a data directory from which an earlier state can be rebuilt. */
export interface BaseBackup {
  /** Below the service's directory. */
  readonly path: string;
  /** The first segment of the log that is needed with it, by number. */
  readonly fromSegment: number;
  /** States from then on can be rebuilt: milliseconds since the Unix epoch, and the place in the log. */
  readonly at: number;
  readonly lsn: string;
}

/** A directory of archived log, and how far it is the history of the cluster in whose record this stands. */
export interface WalArchive {
  /** Its name below `wal`. */
  readonly name: string;
  /** The first segment that is not taken from it, by number; null: it is the cluster's own. */
  readonly until: number | null;
}

/** From what an earlier state of a cluster is rebuilt. A branch begins with what its parent has. */
export interface ClusterHistory {
  /** The oldest first. */
  readonly backups: readonly BaseBackup[];
  /** The oldest first; the last one is the cluster's own. */
  readonly archives: readonly WalArchive[];
}

/** All that is kept of a cluster besides its data directory; `cluster.json` beside it. */
export interface ClusterRecord {
  /** Of this format. */
  readonly version: 2;
  readonly id: string;
  /** The loopback port clients connect to; never changes. 0 while the cluster is being made. */
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
  /** True while it is made from another one: what a killed process leaves so is removed. */
  readonly isUnfinished: boolean;
  /** False until the first start has replayed the log that came with the copy. */
  readonly isRecovered: boolean;
  /** Suspended after so long without a connection; null: never. Absent: as the service says. */
  readonly idleMs?: number | null;
  /** How far back it can be restored; 0: not at all. Absent: as the service says. */
  readonly retentionMs?: number;
  /** Null when it began empty. */
  readonly origin: ClusterOrigin | null;
  readonly history: ClusterHistory;
  /** Set from the moment it took a cluster's place until that one is renamed or removed. */
  readonly supersedes: SupersededCluster | null;
}

/** The cluster whose place another one took. */
export interface SupersededCluster {
  /** Of its directory. */
  readonly dir: string;
  /** What it is from then on; null: removed. */
  readonly preserveAs: { readonly id: string; readonly port: number } | null;
}

const FILE = 'cluster.json';

/** Null when there is no record in the directory. One of an earlier format is read as the present one. */
export async function readClusterRecord(dir: string): Promise<ClusterRecord | null> {
  const text = await readFile(join(dir, FILE), 'utf8').catch(() => null);
  return text === null ? null : upgraded(JSON.parse(text) as ClusterRecord);
}

/** Replaces the record in one step: a reader, or a process killed meanwhile, sees the old one or the new one. */
export async function writeClusterRecord(dir: string, record: ClusterRecord): Promise<void> {
  const unfinished = join(dir, `.${FILE}-${randomBytes(4).toString('hex')}`);
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, join(dir, FILE));
}

/** What a record says of a cluster that is made from nothing. */
export function freshRecord(): Pick<
  ClusterRecord,
  'isUnfinished' | 'isRecovered' | 'origin' | 'history' | 'supersedes'
> {
  return { isUnfinished: false, isRecovered: true, origin: null, history: emptyHistory(), supersedes: null };
}

/** A history in which nothing happened yet, with an archive that nobody else has. */
export function emptyHistory(): ClusterHistory {
  return { backups: [], archives: [{ name: randomBytes(6).toString('hex'), until: null }] };
}

/** A password that needs no quoting anywhere. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** Format 1 knew neither branches nor a history. */
function upgraded(record: ClusterRecord): ClusterRecord {
  return record.version === 2 ? record : { ...freshRecord(), ...record, version: 2 };
}

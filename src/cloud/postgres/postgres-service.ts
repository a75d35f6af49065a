import type { Client } from 'pg';
import type { Clock } from '../../util/clock.ts';
import type { PostgresRole } from './cluster/cluster-record.ts';
import type { CopyMethod } from './copy/copy-method.ts';
import type { PostgresClusterState } from './cluster/postgres-cluster.ts';
import type { PostgresRunMode } from './server/postgres-launcher.ts';
import type { PostgresSettings } from './server/postgres-settings.ts';

/** What a Postgres service is made of. */
export interface PostgresServiceOptions {
  /** Holds everything; one service at a time may have it. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** A cluster without connections for so long is suspended; null: never. Default five minutes. */
  readonly idleMs?: number | null;
  readonly settings?: Partial<PostgresSettings>;
  /** How far back a cluster can be restored; 0: not at all. Default six hours. */
  readonly retentionMs?: number;
  /** How long a start may take, crash recovery included. Default 30 s. */
  readonly startTimeoutMs?: number;
  /** Forces how Postgres is run; by default what works here. */
  readonly runMode?: PostgresRunMode;
}

/** Which cluster to create. */
export interface NewPostgresCluster {
  /** Lower-case letters, digits, `-` and `_`; at most 63. */
  readonly id: string;
  readonly database: string;
  /** The login that owns the database; `app` if not given. */
  readonly user?: string;
}

/** A moment of a cluster's past: milliseconds since the Unix epoch, or a place in its log of changes (`0/3A1B2C8`). */
export type PostgresMoment = number | { readonly lsn: string };

/** Which cluster to make from another one. */
export interface NewPostgresBranch {
  /** As of a new cluster; one that is taken by another is refused with `PROVIDER_CONFLICT`. */
  readonly id: string;
  /** The cluster whose data it gets. */
  readonly from: string;
  /** The data as they were then. Default: as they are. */
  readonly at?: PostgresMoment;
  /**
   * All tables are there and no rows. What a dump of the schema would not have is taken out of a whole copy before anybody
   * can connect: rows, large objects, what sequences had counted, what materialized views held, statistics. Extensions keep
   * their own rows. It cannot be restored to a time before it was made.
   */
  readonly schemaOnly?: boolean;
}

/** What takes the place of a cluster's data. */
export interface PostgresReplacement {
  /** The cluster whose data it gets; may be the same one. */
  readonly from: string;
  /** The data as they were then. Default: as they are. */
  readonly at?: PostgresMoment;
  /** The id under which the data that were there go on, behind a port of their own; null: thrown away. */
  readonly preserveAs: string | null;
}

/** Of which state of which cluster another one was made. */
export interface PostgresOrigin {
  /** Null when that cluster is no more. */
  readonly parent: string | null;
  /** The place in its log of changes: `0/3A1B2C8`. */
  readonly lsn: string;
  /** Milliseconds since the Unix epoch: when its data were so. */
  readonly at: number;
}

/** To which times a cluster can be restored, in milliseconds since the Unix epoch. */
export interface PostgresWindow {
  readonly from: number;
  readonly to: number;
}

/** A cluster as it is now. */
export interface PostgresClusterStatus {
  readonly id: string;
  readonly state: PostgresClusterState;
  /** Of the postmaster; null while none runs. */
  readonly pid: number | null;
  readonly port: number;
  readonly databases: readonly string[];
  readonly users: readonly { readonly name: string; readonly role: PostgresRole }[];
  /** Open connections of clients. */
  readonly connections: number;
  /** Null when it began empty. */
  readonly origin: PostgresOrigin | null;
  /** Null: never suspended for being idle. */
  readonly idleMs: number | null;
  /** How far back it can be restored, where there is so much of it; 0: not at all. */
  readonly retentionMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** A cluster with what it takes up. */
export interface PostgresClusterFigures extends PostgresClusterStatus {
  /** Of all its processes; null where it cannot be known or nothing runs. */
  readonly memoryBytes: number | null;
  readonly sizeBytes: number;
}

/** Real Postgres servers, one data directory and one postmaster per cluster, each behind a loopback port that stays. */
export interface PostgresService {
  /** How the disk lets data be copied for branches. */
  readonly copyMethod: CopyMethod;
  /** Creates a cluster and starts it. Repeated with the same id it finishes or returns what is there. */
  create(cluster: NewPostgresCluster): Promise<PostgresClusterStatus>;
  /** Null when there is none. */
  get(id: string): PostgresClusterStatus | null;
  list(): Promise<readonly PostgresClusterFigures[]>;
  /** Starts or resumes; a connection to the port does the same. */
  start(id: string): Promise<void>;
  suspend(id: string): Promise<void>;
  /**
   * Makes a cluster with the data, databases, logins and passwords of another one, which goes on serving meanwhile. It is
   * suspended until somebody connects. Repeated with the same id and source it returns what is there. A process killed meanwhile leaves nothing of it. Throws `STORE_DISK_FULL`, with
   * nothing left behind, and {@link OutsideWindowError}.
   */
  branch(branch: NewPostgresBranch): Promise<PostgresClusterStatus>;
  /**
   * Gives a cluster other data, with the databases, logins and passwords that belong to them. Its port stays; connections
   * are cut at the end, and until then it serves what it had. A process killed meanwhile leaves it whole, before or after.
   * Throws as {@link branch} does.
   */
  replace(id: string, replacement: PostgresReplacement): Promise<PostgresClusterStatus>;
  /** To which times it can be restored. */
  window(id: string): PostgresWindow;
  /** How long it can be restored: takes effect at once for what is kept, and with 0 at its next start. */
  setRetention(id: string, retentionMs: number): Promise<void>;
  /** Milliseconds without a connection until it is suspended; null: never. */
  setIdle(id: string, idleMs: number | null): Promise<void>;
  /** Gives it another id; its port and connections stay. Throws `PROVIDER_CONFLICT` when that is taken. */
  rename(id: string, to: string): Promise<void>;
  /** The end of its log of changes: `0/3A1B2C8`. Of a suspended one without starting it. */
  lsn(id: string): Promise<string>;
  /**
   * Runs SQL as superuser in one of its databases, past the port: it does not count as use, and others go on meanwhile. A
   * suspended server is started for it, and suspended again afterwards.
   */
  withAdmin<T>(id: string, database: string, work: (client: Client) => Promise<T>): Promise<T>;
  /** Ends the server and removes the data; nothing happens when there is no such cluster. */
  destroy(id: string): Promise<void>;
  /** `postgresql://user:password@127.0.0.1:port/database`; a secret. The first user and database if not said. */
  connectionUrl(id: string, options?: { readonly user?: string; readonly database?: string }): string;
  createDatabase(id: string, database: string): Promise<void>;
  dropDatabase(id: string, database: string): Promise<void>;
  /** Makes a login with a new password, or gives the one that exists the role. */
  createUser(id: string, user: string, role: PostgresRole): Promise<void>;
  /** Null when there is no such login. */
  credentials(id: string, user: string): { readonly username: string; readonly password: string } | null;
  /** With `stop` ends every server; without, they run on and the next service on this directory adopts them. */
  close(options: { readonly stop: boolean }): Promise<void>;
}

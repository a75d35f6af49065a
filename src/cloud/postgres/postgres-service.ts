import type { Clock } from '../../util/clock.ts';
import type { PostgresRole } from './cluster-record.ts';
import type { PostgresClusterState } from './postgres-cluster.ts';
import type { PostgresRunMode } from './postgres-launcher.ts';
import type { PostgresSettings } from './postgres-settings.ts';

/** What a Postgres service is made of. */
export interface PostgresServiceOptions {
  /** Holds everything; one service at a time may have it. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** A cluster without connections for so long is suspended; null: never. Default five minutes. */
  readonly idleMs?: number | null;
  readonly settings?: Partial<PostgresSettings>;
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
  /** Creates a cluster and starts it. Repeated with the same id it finishes or returns what is there. */
  create(cluster: NewPostgresCluster): Promise<PostgresClusterStatus>;
  /** Null when there is none. */
  get(id: string): PostgresClusterStatus | null;
  list(): Promise<readonly PostgresClusterFigures[]>;
  /** Starts or resumes; a connection to the port does the same. */
  start(id: string): Promise<void>;
  suspend(id: string): Promise<void>;
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

/** One Postgres database, as written in the config. `E` are the names of the environments it may name. */
export type DatabaseDefinition<E extends string = string> =
  | FlyPostgresDefinition
  | NeonDefinition<E>
  | ExternalDatabaseDefinition;

interface DatabaseOptions {
  /** The variable through which apps get its URL. Default `DATABASE_URL`. */
  readonly secret?: string;
  /**
   * Puts test data into it, where Glidepath runs, after the first migration and once. In review environments and
   * rehearsals; elsewhere only where the environment itself writes it.
   */
  readonly seed?: string | SeedDefinition;
  /** Kept before each migration, so that data can be gone back to. `false` for none. Default the last 3, for 7d. */
  readonly restorePoints?: false | RestorePointsDefinition;
}

/** The command that fills a database with test data. */
export interface SeedDefinition {
  readonly command: string;
  /** Default 5m. */
  readonly timeout?: string;
}

/** How many restore points are kept, and how long. */
export interface RestorePointsDefinition {
  /** Default 3: each is a branch or a snapshot, of which platforms allow so many. */
  readonly keep?: number;
  /** Default 7d. */
  readonly for?: string;
}

/** What every migration may say, whoever brings it. */
export interface MigrationSettings {
  /** Default 5m, as Fly's `release_command_timeout`. */
  readonly timeout?: string;
  /** The files that it runs, relative to the repository, with `*` and `**`. Default the places that frameworks use. */
  readonly files?: string | readonly string[];
  /** How long a statement may wait for a lock at the first attempt. Default 2s; it grows from attempt to attempt. */
  readonly lockTimeout?: string;
  /** How often it is tried when a lock cannot be had. Default 5. */
  readonly attempts?: number;
  /**
   * How long others may wait for a table that it has locked; then it is stopped and rolled back, where all of it can be.
   * Default 800ms, so that nobody waits for a second.
   */
  readonly blocksAtMost?: string;
}

/** The migration of a database, where no app brings one; runs where Glidepath runs. */
export interface DatabaseMigrationDefinition extends MigrationSettings {
  readonly command: string;
}

/** What `flyPostgres` takes. */
export interface FlyPostgresOptions extends DatabaseOptions {
  /** `'1gb'`. Default 256mb. */
  readonly memory?: string;
  /** Default `never`; `when-idle` for an ephemeral one. */
  readonly sleep?: 'when-idle' | 'never';
  /** Default the environment's primary region. */
  readonly region?: string;
  /** Fly's Managed Postgres: backed up by Fly, never asleep. Default false: one machine with a volume. */
  readonly managed?: boolean;
  /** The plan of a managed one. Default basic. */
  readonly plan?: string;
  /** Of the volume, in whole gigabytes: `'10gb'`. Default 1gb. */
  readonly volume?: string;
  /** The major version of Postgres. Default 17. */
  readonly version?: number;
  /** Default `{project}-{environment}-db`, with the database's name before `-db` where there are several. */
  readonly platformName?: string;
  readonly migrate?: string | DatabaseMigrationDefinition;
}

/** A Postgres cluster on Fly.io; made by `flyPostgres`. */
export interface FlyPostgresDefinition extends FlyPostgresOptions {
  readonly provider: 'fly-postgres';
}

/** What `neon` takes. */
export interface NeonOptions<E extends string = string> extends DatabaseOptions {
  /** The Neon project, by id or by name. */
  readonly project: string;
  /** The organization's id on Neon, for keys that belong to several. */
  readonly org?: string;
  /** Environment → branch. Default a branch of the environment's name; in review environments `pr-{pr}`. */
  readonly branches?: { readonly [K in E]?: string };
  readonly region?: string;
  /** Name of the environment variable that holds the API key. Default `NEON_API_KEY`. */
  readonly token?: string;
  /** Neon suspends idle computes by itself. Default `when-idle`. */
  readonly sleep?: 'when-idle' | 'never';
  /** After how long without connections it sleeps: 1m to 7d. Default Neon's own 5m. */
  readonly sleepAfter?: string;
  /** Compute units, from 0.25 up. Default what the Neon project has set. */
  readonly size?: { readonly min: number; readonly max: number };
  /** Whether apps connect through Neon's pooler; migrations never do. Default true. */
  readonly pooled?: boolean;
  /** The login that apps use. Default the one that owns the database. */
  readonly role?: string;
  /** The database on the branch. Default the only one, else `neondb`. */
  readonly databaseName?: string;
  /** From which branch new ones are made. Default the Neon project's default branch. */
  readonly parent?: string;
  /** New branches get the parent's tables and no rows. Default false. */
  readonly schemaOnly?: boolean;
  readonly migrate?: string | DatabaseMigrationDefinition;
}

/** A branch of a Neon project per environment; made by `neon`. */
export interface NeonDefinition<E extends string = string> extends NeonOptions<E> {
  readonly provider: 'neon';
}

/** What `external` takes. */
export interface ExternalDatabaseOptions extends DatabaseOptions {
  /** The variable with a URL that goes past any pooler, for migrations. Default the one that apps use. */
  readonly directSecret?: string;
  readonly migrate?: string | DatabaseMigrationDefinition;
}

/** A database that somebody else runs: its URL is the secret itself; made by `external`. */
export interface ExternalDatabaseDefinition extends ExternalDatabaseOptions {
  readonly provider: 'external';
}

/** What may differ for one database in one environment; `'ephemeral'` is short for `{ ephemeral: true }`. */
export type DatabaseOverride = 'ephemeral' | DatabaseOverrides;

/** What may differ for one database in one environment. */
export interface DatabaseOverrides {
  /** Made and destroyed with its environment. Default true in review environments. */
  readonly ephemeral?: boolean;
  readonly sleep?: 'when-idle' | 'never';
  readonly memory?: string;
  readonly region?: string;
  /** The cluster on Fly, the branch on Neon; with `{project}`, `{environment}` and `{pr}`. */
  readonly platformName?: string;
  /** Run in this environment, whatever its kind; null for none. */
  readonly seed?: string | SeedDefinition | null;
  readonly restorePoints?: false | RestorePointsDefinition;
}

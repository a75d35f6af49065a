/** One Postgres database, as written in the config. `E` are the names of the environments it may name. */
export type DatabaseDefinition<E extends string = string> =
  | FlyPostgresDefinition
  | NeonDefinition<E>
  | ExternalDatabaseDefinition;

interface DatabaseOptions {
  /** The variable through which apps get its URL. Default `DATABASE_URL`. */
  readonly secret?: string;
}

/** The migration of a database, where no app brings one; runs where Glidepath runs. */
export interface DatabaseMigrationDefinition {
  readonly command: string;
  /** Default 5m. */
  readonly timeout?: string;
}

/** What `flyPostgres` takes. */
export interface FlyPostgresOptions extends DatabaseOptions {
  /** `'1gb'`. Default 256mb. */
  readonly memory?: string;
  /** Default `never`; `when-idle` for an ephemeral one. */
  readonly sleep?: 'when-idle' | 'never';
  /** Default the environment's primary region. */
  readonly region?: string;
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
  /** The Neon project. */
  readonly project: string;
  /** Environment → branch. Default a branch of the environment's name; in review environments `pr-{pr}`. */
  readonly branches?: { readonly [K in E]?: string };
  readonly region?: string;
  /** Name of the environment variable that holds the API key. Default `NEON_API_KEY`. */
  readonly token?: string;
  /** Neon suspends idle computes by itself. Default `when-idle`. */
  readonly sleep?: 'when-idle' | 'never';
  readonly migrate?: string | DatabaseMigrationDefinition;
}

/** A branch of a Neon project per environment; made by `neon`. */
export interface NeonDefinition<E extends string = string> extends NeonOptions<E> {
  readonly provider: 'neon';
}

/** What `external` takes. */
export interface ExternalDatabaseOptions extends DatabaseOptions {
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
}

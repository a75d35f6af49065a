/** The migration an app brings. */
export interface ResolvedMigration {
  readonly command: string;
  /** `release-command`: on a temporary machine with the new image; `runner`: where Glidepath runs. */
  readonly runs: 'release-command' | 'runner';
  /** Of all attempts together. */
  readonly timeoutMs: number;
  /** Patterns of the files it runs, relative to the repository; empty: the places that frameworks use. */
  readonly files: readonly string[];
  /** How long a statement may wait for a lock at the first attempt. */
  readonly lockTimeoutMs: number;
  /** How often it is tried when a lock cannot be had. */
  readonly attempts: number;
  /** How long others may wait for a table that it has locked, before it is stopped and rolled back. */
  readonly blocksAtMostMs: number;
}

/** One database in one environment. */
export interface ResolvedDatabase {
  readonly name: string;
  readonly provider: 'fly-postgres' | 'neon' | 'external';
  /** The secret through which the apps get its URL. */
  readonly secret: string;
  /** Its name on the platform (Fly cluster, Neon branch); null for external. */
  readonly platformName: string | null;
  /** Neon project, where it is one. */
  readonly project: string | null;
  readonly org: string | null;
  readonly token: string | null;
  readonly region: string | null;
  readonly memoryMb: number | null;
  readonly sleep: 'when-idle' | 'never';
  /** Made and destroyed with its environment. */
  readonly ephemeral: boolean;
  /** Migration command of the database itself, where no app brings one. */
  readonly migrate: ResolvedMigration | null;
  readonly seed: ResolvedSeed | null;
  /** Null: none are made. */
  readonly restorePoints: { readonly keep: number; readonly forMs: number } | null;
  /** Of a cluster on Fly; null for others. */
  readonly fly: ResolvedFlyPostgres | null;
  /** Of a branch on Neon; null for others. */
  readonly neon: ResolvedNeon | null;
  /** External: the variable with the URL past any pooler, where it is another one. */
  readonly directSecret: string | null;
}

/** The command that fills a database with test data, once. */
export interface ResolvedSeed {
  readonly command: string;
  readonly timeoutMs: number;
  /** `deploy`: at every first deployment of the environment; `rehearse`: only on the local cloud. */
  readonly when: 'deploy' | 'rehearse';
}

/** What only Postgres on Fly has. */
export interface ResolvedFlyPostgres {
  /** Fly's Managed Postgres; else one machine with a volume. */
  readonly managed: boolean;
  /** The plan of a managed one. */
  readonly plan: string;
  readonly volumeGb: number;
  /** The major version of Postgres. */
  readonly version: number;
}

/** What only a branch on Neon has. */
export interface ResolvedNeon {
  /** The organization's id; null: the key says. */
  readonly org: string | null;
  /** From which branch it is made; null: the project's default branch. */
  readonly parent: string | null;
  readonly schemaOnly: boolean;
  /** Null: the only login and database that are there. */
  readonly role: string | null;
  readonly databaseName: string | null;
  /** Whether apps connect through the pooler. */
  readonly pooled: boolean;
  /** Null: Neon's default. */
  readonly suspendAfterMs: number | null;
  /** Compute units; null: what the Neon project has set. */
  readonly size: { readonly min: number; readonly max: number } | null;
}

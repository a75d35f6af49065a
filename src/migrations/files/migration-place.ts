/** What keeps migrations in a place of its own, or in one that several share. */
export type MigrationTool =
  | 'prisma'
  | 'drizzle'
  | 'supabase'
  | 'flyway'
  | 'ecto'
  | 'rails'
  | 'django'
  | 'alembic'
  | 'javascript'
  | 'sql';

/** Where one tool, or several, keep migrations. */
export interface MigrationPlace {
  readonly tool: MigrationTool;
  /** Fits the path of a file from the root of the repository; the place may lie in a folder of a monorepo. */
  readonly path: RegExp;
  /** Whether the files are SQL; else they are code that makes SQL only when it runs. */
  readonly isSql: boolean;
}

/**
 * The places that tools use when nobody tells them otherwise, the more special ones first. Ways back (`*.down.sql`) and
 * what a tool writes for itself are no migrations.
 */
export const MIGRATION_PLACES: readonly MigrationPlace[] = [
  { tool: 'prisma', path: /(^|\/)prisma\/(schema\/)?migrations\/[^/]+\/migration\.sql$/, isSql: true },
  { tool: 'supabase', path: /(^|\/)supabase\/migrations\/[^/]+\.sql$/, isSql: true },
  { tool: 'drizzle', path: /(^|\/)drizzle\/(migrations\/)?([^/]+\/migration|[^/]+)\.sql$/, isSql: true },
  { tool: 'flyway', path: /(^|\/)db\/migration\/([^/]+\/)*[VR][^/]*__[^/]*\.sql$/, isSql: true },
  { tool: 'ecto', path: /(^|\/)priv\/[^/]*repo[^/]*\/migrations\/([^/]+\/)*[^/]+\.exs$/i, isSql: false },
  { tool: 'rails', path: /(^|\/)db\/migrate\/[^/]+\.rb$/, isSql: false },
  { tool: 'alembic', path: /(^|\/)(alembic|migrations)\/versions\/[^/]+\.py$/, isSql: false },
  { tool: 'django', path: /(^|\/)migrations\/\d{4}_[^/]+\.py$/, isSql: false },
  { tool: 'sql', path: /(^|\/)(db\/migrations|migrations|db\/migrate)\/([^/]+\/)?[^/]+\.sql$/, isSql: true },
  { tool: 'javascript', path: /(^|\/)migrations\/\d[^/]*\.(c|m)?(js|ts)$/, isSql: false },
];

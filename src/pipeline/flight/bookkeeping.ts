const TARGET =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|truncate(?:\s+table)?|create\s+(?:unlogged\s+)?table(?:\s+if\s+not\s+exists)?|create\s+schema(?:\s+if\s+not\s+exists)?)\s+((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))*)/i;

/** As tools call the table in which they write down how far they are, each by its whole name. */
const NAMES: ReadonlySet<string> = new Set([
  '_prisma_migrations',
  '_sqlx_migrations',
  '_yoyo_log',
  '_yoyo_migration',
  '_yoyo_version',
  '__diesel_schema_migrations',
  '__drizzle_migrations',
  '__efmigrationshistory',
  'adonis_schema',
  'adonis_schema_versions',
  'alembic_version',
  'ar_internal_metadata',
  'atlas_schema_revisions',
  'databasechangelog',
  'databasechangeloglock',
  'django_migrations',
  'doctrine_migration_versions',
  'flyway_schema_history',
  'goose_db_version',
  'gorp_migrations',
  'knex_migrations',
  'knex_migrations_lock',
  'kysely_migration',
  'kysely_migration_lock',
  'mikro_orm_migrations',
  'pgmigrations',
  'phinxlog',
  'play_evolutions',
  'play_evolutions_lock',
  'refinery_schema_history',
  'schema_migrations',
  'sequelizemeta',
  'yoyo_lock',
]);

/** Names that tools use and that a project may have for something of its own: there one row at a time is written down. */
const COMMON_NAMES: ReadonlySet<string> = new Set([
  'migration',
  'migrations',
  'migrations_lock',
  'schema_revisions',
  'schema_version',
  'schema_versions',
]);

/** Schemas that a tool makes for its tables, and has nothing else in. */
const SCHEMAS: ReadonlySet<string> = new Set([
  'atlas_schema_revisions',
  'drizzle',
  'graphile_migrate',
  'sqitch',
  'supabase_migrations',
]);

/** Whether a table, `schema.name`, is one in which a tool writes down how far it is. */
export function isBookkeepingTable(name: string): boolean {
  const [bare = '', schema = ''] = partsOf(name);
  return NAMES.has(bare) || COMMON_NAMES.has(bare) || SCHEMAS.has(schema);
}

/**
 * Whether a statement writes down how far the tool is, or makes the table for it. `rows`: how many it wrote, where that is
 * known.
 */
export function isBookkeeping(sql: string, rows: number | null = null): boolean {
  const [, verb = '', target] = TARGET.exec(sql) ?? [];
  if (target === undefined) return false;
  const [name = '', schema = ''] = partsOf(target);
  if (/^create\s+schema/i.test(verb)) return SCHEMAS.has(name);
  if (NAMES.has(name) || SCHEMAS.has(schema)) return true;
  return COMMON_NAMES.has(name) && (/^create/i.test(verb) || writesOneRow(verb, sql, rows));
}

function writesOneRow(verb: string, sql: string, rows: number | null): boolean {
  if (rows !== null && rows > 1) return false;
  return /^insert/i.test(verb)
    ? /\bvalues\b/i.test(sql)
    : /^(?:update|delete)/i.test(verb) && /\bwhere\b/i.test(sql);
}

/** The name, and the schema before it. */
function partsOf(name: string): readonly string[] {
  return name
    .split('.')
    .map((part) => part.trim().replaceAll('"', '').toLowerCase())
    .toReversed();
}

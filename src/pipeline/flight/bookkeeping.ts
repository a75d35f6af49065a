const TARGET =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|create\s+(?:unlogged\s+)?table(?:\s+if\s+not\s+exists)?|create\s+schema(?:\s+if\s+not\s+exists)?)\s+((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))*)/i;

/** As tools call the table in which they write down how far they are. */
const NAMES =
  /^_?_?([a-z]+_)*migrations?(_lock|_history|s_lock)?$|^pgmigrations$|^schema_versions?$|^schema_revisions?$|^atlas_schema_revisions$|^flyway_schema_history$|^databasechangelog(lock)?$|^alembic_version$|^goose_db_version$|^ar_internal_metadata$|^drizzle$/i;

/** Whether a statement writes down how far the tool is, or makes the table for it. */
export function isBookkeeping(sql: string): boolean {
  const target = TARGET.exec(sql)?.[1];
  const name = target?.split('.').at(-1)?.trim().replaceAll('"', '');
  return name !== undefined && NAMES.test(name);
}

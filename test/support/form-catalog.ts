import { expect } from 'vitest';
import { parseSql } from '../../src/migrations/lint/parse/parse-sql.ts';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import type { Session } from './postgres-rig.ts';

/** Each statement by itself, as files without a transaction would run them. */
export async function runStepwise(session: Session, text: string): Promise<void> {
  const { statements, errors } = parseSql(await loadSqlParser(), { file: null, text });
  expect(errors).toEqual([]);
  for (const statement of statements) await session.query(statement.text);
}

const CATALOG = `
SELECT 'column' AS kind, attrelid::regclass || '.' || attname AS name,
  format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text || attgenerated::text || ' ' ||
  coalesce(pg_get_expr(adbin, adrelid), '') || ' ' ||
  attcollation::regcollation || ' ' || attstorage::text AS definition
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v')
  AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'shop'))
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) || ' ' || convalidated
FROM pg_constraint WHERE connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'shop'))
UNION ALL
SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ' ' || indisvalid || ' ' || indisprimary
FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'shop'))
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'policy', polrelid::regclass || '.' || polname, pg_get_expr(polqual, polrelid) FROM pg_policy
UNION ALL
SELECT 'function', oid::regprocedure::text, prosrc FROM pg_proc
WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'shop'))
UNION ALL
SELECT 'relation', oid::regclass::text, relkind::text || ' ' || coalesce(pg_get_expr(relpartbound, oid), '') || ' ' ||
  coalesce(pg_get_partkeydef(oid), '')
FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'shop'))
ORDER BY 1, 2`;

/** What is in the schemas `public` and `shop`, a line for each column, constraint, index, trigger, policy, function, table. */
export async function catalogOf(session: Session): Promise<readonly string[]> {
  const rows = await session.query(CATALOG);
  return rows.map(({ kind, name, definition }) => `${String(kind)} ${String(name)}: ${String(definition)}`);
}

import type { DeleteStmt, UpdateStmt } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { quoteName, relationName, sqlName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { calledIn } from '../parse/unbounded-write.ts';

/** Rows of a batch: done within some ten milliseconds, and few enough that nobody waits for them long. */
const BATCH_ROWS = 1_000;

/**
 * An UPDATE or DELETE of many rows as a block that goes through the table by its key, a transaction for each batch. It can
 * be stopped and run again. Words for one whose condition cannot be told from the rest.
 */
export function batchedWrite(
  body: UpdateStmt | DeleteStmt,
  statement: Statement,
  context: LintContext,
): string {
  const table = relationName(body.relation);
  const key = keyOf(table, context);
  const column = quoteName(key ?? 'id');
  const parts = partsOf(statement);
  if (parts === null)
    return `Write it in batches of ${BATCH_ROWS} rows by the key of ${table.name}, a transaction for each.`;
  const called = `${quoteName(calledIn(body.relation))}.${column}`;
  const old = parts.condition === null ? '' : `(${parts.condition}) AND `;
  return [
    '-- In a migration of its own that runs outside a transaction; it may be stopped and run again.',
    ...(key === null ? [`-- Put the primary key of ${table.name} in the place of id.`] : []),
    'DO $$',
    'DECLARE',
    `  here ${sqlName(table)}.${column}%TYPE := (SELECT min(${column}) FROM ${sqlName(table)});`,
    `  following ${sqlName(table)}.${column}%TYPE;`,
    'BEGIN',
    '  WHILE here IS NOT NULL LOOP',
    `    following := (SELECT ${column} FROM ${sqlName(table)} WHERE ${column} > here ORDER BY ${column} OFFSET ${BATCH_ROWS - 1} LIMIT 1);`,
    `    ${parts.head.split('\n').join('\n    ')}`,
    `      WHERE ${old}${called} >= here AND (following IS NULL OR ${called} < following);`,
    '    COMMIT;',
    '    here := following;',
    '    PERFORM pg_sleep(0.05);',
    '  END LOOP;',
    'END $$;',
  ].join('\n');
}

/** The column by which rows are found: the primary key, where the files or the server say it and it is one column. */
function keyOf(table: SqlName, context: LintContext): string | null {
  const constraints = [...(context.table(table)?.constraints.values() ?? [])];
  const columns = constraints.find(({ kind }) => kind === 'primary-key')?.columns ?? [];
  return columns.length === 1 ? (columns[0] ?? null) : null;
}

/** What stands in front of WHERE, and behind it. */
function partsOf(statement: Statement): { readonly head: string; readonly condition: string | null } | null {
  let depth = 0;
  let where: { start: number; end: number } | null = null;
  for (const { text, start, end } of statement.tokens()) {
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    if (depth > 0) continue;
    if (/^(returning|with)$/i.test(text)) return null;
    if (/^where$/i.test(text)) where = { start, end };
  }
  if (where === null) return { head: statement.text, condition: null };
  return {
    head: statement.text.slice(0, where.start).trimEnd(),
    condition: statement.text.slice(where.end).trim(),
  };
}

import type { DeleteStmt, Node, UpdateStmt } from 'libpg-query';
import { keyOf as historyKey } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { columnsIn, isNull } from '../parse/expressions.ts';
import { quoteName, relationName, sqlColumns, sqlName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { calledIn } from '../parse/unbounded-write.ts';

/** Rows of a batch: done within some ten milliseconds, and few enough that nobody waits for them long. */
const BATCH_ROWS = 1_000;
/** Some 8 kB each, of tables that no key leads through: a few thousand rows. */
const BATCH_BLOCKS = 100;

/**
 * An UPDATE or DELETE of many rows as a block that goes through the table by its key, a transaction for each batch. It can
 * be stopped and run again. Words for one whose condition cannot be told from the rest, or that no key leads through.
 */
export function batchedWrite(
  body: UpdateStmt | DeleteStmt,
  statement: Statement,
  context: LintContext,
): string {
  const table = relationName(body.relation);
  const parts = partsOf(statement);
  if (parts === null)
    return `Write it in batches of ${BATCH_ROWS} rows by the key of ${table.name}, a transaction for each.`;
  const write = { ...parts, table, called: quoteName(calledIn(body.relation)) };
  const key = keyOf(table, context);
  const outside =
    '-- In a migration of its own that runs outside a transaction; it may be stopped and run again.';
  if (key.length > 0) return [outside, ...byKey(write, key)].join('\n');
  if (mayHaveId(table, context))
    return [
      outside,
      `-- Put the primary key of ${table.name} in the place of id.`,
      ...byKey(write, ['id']),
    ].join('\n');
  if (leavesNothingToDo(body)) return [outside, ...byBlock(write)].join('\n');
  return (
    `No key of ${table.name} is known by which it could be written in batches of ${BATCH_ROWS} rows: give it a primary key, or ` +
    'add a condition that leaves out the rows that are done, such as IS NULL on a column that it sets.'
  );
}

interface Write {
  readonly table: SqlName;
  /** What the statement calls the table. */
  readonly called: string;
  readonly head: string;
  readonly condition: string | null;
}

function byKey({ table, called, head, condition }: Write, key: readonly string[]): readonly string[] {
  const name = sqlName(table);
  const columns = sqlColumns(key);
  const of = (row: string): string => listOf(key.map((column) => `${row}.${quoteName(column)}`));
  const old = condition === null ? '' : `(${condition}) AND `;
  return [
    'DO $$',
    'DECLARE',
    '  here record;',
    '  following record;',
    '  is_last boolean;',
    'BEGIN',
    `  SELECT ${columns} INTO here FROM ${name} ORDER BY ${columns} LIMIT 1;`,
    '  is_last := NOT FOUND;',
    '  WHILE NOT is_last LOOP',
    `    SELECT ${columns} INTO following FROM ${name} WHERE ${listOf(key.map(quoteName))} > ${of('here')}`,
    `      ORDER BY ${columns} OFFSET ${BATCH_ROWS - 1} LIMIT 1;`,
    '    is_last := NOT FOUND;',
    `    ${head.split('\n').join('\n    ')}`,
    `      WHERE ${old}${of(called)} >= ${of('here')} AND (is_last OR ${of(called)} < ${of('following')});`,
    '    COMMIT;',
    '    here := following;',
    '    PERFORM pg_sleep(0.05);',
    '  END LOOP;',
    'END $$;',
  ];
}

function listOf(columns: readonly string[]): string {
  return columns.length === 1 ? (columns[0] ?? '') : `(${columns.join(', ')})`;
}

/** Rows that are written meanwhile go to the end of the table, which is looked at last. */
function byBlock({ table, called, head, condition }: Write): readonly string[] {
  const old = condition === null ? '' : `(${condition}) AND `;
  const at = (block: string): string => `format('(%s,0)', ${block})::tid`;
  return [
    'DO $$',
    'DECLARE',
    '  block bigint := 0;',
    'BEGIN',
    `  WHILE block <= pg_relation_size('${sqlName(table).replaceAll("'", "''")}') / current_setting('block_size')::bigint LOOP`,
    `    ${head.split('\n').join('\n    ')}`,
    `      WHERE ${old}${called}.ctid >= ${at('block')} AND ${called}.ctid < ${at(`block + ${BATCH_BLOCKS}`)};`,
    '    COMMIT;',
    `    block := block + ${BATCH_BLOCKS};`,
    '    PERFORM pg_sleep(0.05);',
    '  END LOOP;',
    'END $$;',
  ];
}

/** The columns by which rows are found: the primary key, or one unique column, where the files or the server say so. */
function keyOf(table: SqlName, context: LintContext): readonly string[] {
  const known = context.table(table);
  const constraints = [...(known?.constraints.values() ?? [])];
  const primary = constraints.find(({ kind }) => kind === 'primary-key');
  if (primary !== undefined) return primary.columns;
  const unique = [
    ...constraints.filter(({ kind }) => kind === 'unique'),
    ...[...context.history.indexes.values()].filter(
      (index) =>
        index.isUnique &&
        !index.isPartial &&
        historyKey(context.history, index.table) === historyKey(context.history, table),
    ),
  ];
  const isFilled = ({ columns }: { readonly columns: readonly string[] }): boolean =>
    columns.length > 0 && columns.every((column) => known?.columns.get(column)?.isNotNull === true);
  return unique.find(isFilled)?.columns ?? [];
}

/** Whether a column of that name may be there: not where the others are known. */
function mayHaveId(table: SqlName, context: LintContext): boolean {
  const columns = context.table(table)?.columns;
  return columns === undefined || columns.size === 0 || columns.has('id');
}

/** Whether a row that it has written is one that its condition no longer fits, or is gone. */
function leavesNothingToDo(body: UpdateStmt | DeleteStmt): boolean {
  if (!('targetList' in body)) return true;
  const set = (body.targetList ?? []).flatMap((node) =>
    'ResTarget' in node && node.ResTarget.val !== undefined && !isNull(node.ResTarget.val)
      ? [node.ResTarget.name ?? '']
      : [],
  );
  const empty = body.whereClause === undefined ? [] : emptyColumns(body.whereClause);
  return empty.some((column) => set.includes(column));
}

/** The columns that a condition wants to be NULL. */
function emptyColumns(condition: Node): readonly string[] {
  if ('BoolExpr' in condition && condition.BoolExpr.boolop === 'AND_EXPR')
    return (condition.BoolExpr.args ?? []).flatMap(emptyColumns);
  if (!('NullTest' in condition) || condition.NullTest.nulltesttype !== 'IS_NULL') return [];
  const { arg } = condition.NullTest;
  return arg === undefined ? [] : columnsIn(arg);
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

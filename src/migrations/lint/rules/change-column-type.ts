import type { ColumnDef } from 'libpg-query';
import { mayBeIndexed, typeChangeCost } from '../history/type-change.ts';
import type { TypeChangeCost } from '../history/type-change.ts';
import { sayName } from '../parse/names.ts';
import type { SqlType } from '../parse/sql-type.ts';
import { sayType, toSqlType } from '../parse/sql-type.ts';
import type { LintContext } from '../lint-context.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { otherTypeForm } from '../safe-forms/other-type-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** Every row is written anew for another type of a column. */
export const changeColumnType: Rule = {
  id: 'change-column-type',
  title: 'ALTER COLUMN TYPE that writes every row anew',
  severity: 'error',
  what:
    'A change of type for which Postgres writes the table anew. Not a longer varchar, varchar to text, a higher ' +
    'precision of numeric with the same scale, or timestamp to timestamptz where the session’s time zone is UTC: these ' +
    'change only the catalog. From which type a column comes is known from the files before, or from the server.',
  why:
    'The table and all its indexes are written anew under an ACCESS EXCLUSIVE lock: nobody reads or writes until that is ' +
    'done. The release that still runs may not understand the new type, either.',
  unsafe: 'ALTER TABLE orders ALTER COLUMN total TYPE bigint;',
  before: 'CREATE TABLE orders (id bigint PRIMARY KEY, total integer);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AlterColumnType: (changed, context) => {
        const { def, name: column = '' } = changed.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const from = context.table(changed.table)?.columns.get(column)?.type ?? null;
        const change: TypeChange = { changed, column, from, definition: def.ColumnDef };
        const cost = typeChangeCost(change, context.history);
        const place = { table: changed.table, column };
        if (cost === 'free' || (cost === 'reindex' && !mayBeIndexed(place, context.history))) return [];
        return [
          {
            message: sayChange(change, cost),
            table: changed.table,
            at: changed.at,
            locks: locksOfCommand(changed, context),
            severity: cost === 'rewrite' || cost === 'reindex' ? 'error' : 'warning',
            safeForm: () => safeForm(change, cost, context),
          },
        ];
      },
    }),
  },
};

interface TypeChange {
  readonly changed: TableCommand;
  readonly column: string;
  readonly from: SqlType | null;
  readonly definition: ColumnDef;
}

function sayChange({ changed, column, from, definition }: TypeChange, cost: TypeChangeCost): string {
  const to = toSqlType(definition.typeName);
  const types = `${from === null ? '' : `from ${sayType(from)} `}to ${to === null ? '?' : sayType(to)}`;
  const whole = `Column ${column} of ${sayName(changed.table)} changes ${types}`;
  if (cost === 'reindex')
    return `Column ${column} of ${sayName(changed.table)} gets another collation: every index over it is built anew.`;
  if (cost === 'free-in-utc')
    return `${whole}: every row is written anew unless the session’s time zone is UTC.`;
  if (cost === 'unknown')
    return `${whole}: which type it has now is not known, and from most every row is written anew.`;
  return `${whole}: every row and every index is written anew.`;
}

function safeForm(change: TypeChange, cost: TypeChangeCost, context: LintContext): string {
  const { changed } = change;
  if (cost === 'free-in-utc') {
    return writeSteps([
      {
        note: 'If what is stored is UTC: then only the catalog changes.',
        sql: ["SET timezone = 'UTC'", `${changed.head} ${changed.text}`],
      },
    ]);
  }
  if (cost === 'reindex')
    return 'Build an index with the other collation CONCURRENTLY, and say COLLATE in the queries that need it. Or drop the indexes over the column first, change it, and build them again CONCURRENTLY.';
  const form = otherTypeForm(change, context);
  const written = typeof form === 'string' ? form : writeSteps(form);
  if (cost !== 'unknown') return written;
  return typeof form === 'string' ? written : `${whenFree(change)}\n${written}`;
}

function whenFree({ definition }: TypeChange): string {
  const to = toSqlType(definition.typeName);
  const said =
    to?.name === 'varchar' || to?.name === 'text'
      ? 'varchar of no greater length'
      : to?.name === 'numeric'
        ? 'numeric of the same scale and no greater precision'
        : 'the same type of no greater precision';
  return `-- If the column is ${said} now, only the catalog changes, and it can stay as it is. Else:`;
}

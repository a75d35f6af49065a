import type { LintContext } from '../lint-context.ts';
import { isUnguarded } from '../history/is-unguarded.ts';
import { keyOf } from '../history/schema-history.ts';
import { typeChangeCost } from '../history/type-change.ts';
import { referencedBy } from '../locks/command-locks.ts';
import { objectName, quoteName, sayName, sqlName } from '../parse/names.ts';
import type { SqlName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A foreign key has two ends, and both are locked. */
export const locksReferencedTable: Rule = {
  id: 'locks-referenced-table',
  title: 'The table that a foreign key points to is locked, too',
  severity: 'warning',
  what:
    'DROP CONSTRAINT of a foreign key, DROP TABLE of a table that has one, and a change of type of a column in one. The ' +
    'first two are found only where nothing bounds the wait for the locks, or where the transaction holds others already.',
  why:
    'Postgres takes an ACCESS EXCLUSIVE lock on the referenced table as well, which the statement does not even name: its ' +
    'readers and writers wait until the transaction ends.',
  unsafe: 'DROP TABLE order_lines;',
  before:
    'CREATE TABLE orders (id bigint PRIMARY KEY);\n' +
    'CREATE TABLE order_lines (order_id bigint CONSTRAINT order_lines_order_fkey REFERENCES orders);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_DropConstraint: (dropped, context) => dropConstraint(dropped, context),
      AT_AlterColumnType: (changed, context) => changeType(changed, context),
    }),
    DropStmt: (drop, _statement, context) => {
      if (drop.removeType !== 'OBJECT_TABLE' || !isUnguarded(context)) return [];
      return (drop.objects ?? []).flatMap((object) => dropTable(objectName(object), context));
    },
  },
};

function dropConstraint(dropped: TableCommand, context: LintContext): readonly Found[] {
  const { table, command } = dropped;
  const { name = '' } = command;
  const known = context.table(table)?.constraints.get(name);
  // As Postgres and most people name them: what it points to is then not known.
  const isForeignKey =
    known === undefined ? /(_fkey\d*|_fk|^fk_.*)$/i.test(name) : known.kind === 'foreign-key';
  if (!isForeignKey || !isUnguarded(context)) return [];
  const other = known?.references ?? null;
  if (other !== null && context.isNew(other)) return [];
  return [
    {
      message: `Dropping ${name} locks ${other === null ? 'the table that it points to' : sayName(other)} as well as ${sayName(table)}.`,
      table,
      at: dropped.at,
      locks: locksOfCommand(dropped, context),
      safeForm: alone([`${dropped.head} ${dropped.text}`]),
    },
  ];
}

function alone(sql: readonly string[]): string {
  return writeSteps([
    {
      note: 'In a file of its own, with a bound on the wait; try again when it runs out.',
      sql: ["SET lock_timeout = '1s'", ...sql],
    },
  ]);
}

function dropTable(table: SqlName, context: LintContext): readonly Found[] {
  const others = referencedBy(table, null, context).filter((other) => !context.isNew(other));
  if (others.length === 0) return [];
  const said = [...new Set(others.map(sayName))].join(', ');
  return [
    {
      message: `DROP TABLE ${sayName(table)} locks ${said} as well, which it points to.`,
      table,
      safeForm: () => {
        const constraints = [...(context.table(table)?.constraints.values() ?? [])];
        const keys = constraints.filter(({ kind }) => kind === 'foreign-key');
        const drops = keys.map(
          ({ name }) => `ALTER TABLE ${sqlName(table)} DROP CONSTRAINT ${quoteName(name)}`,
        );
        return alone([...drops, `DROP TABLE ${sqlName(table)}`]);
      },
    },
  ];
}

function changeType(changed: TableCommand, context: LintContext): readonly Found[] {
  const { def, name: column = '' } = changed.command;
  if (def === undefined || !('ColumnDef' in def)) return [];
  const [other] = [
    ...referencedBy(changed.table, column, context),
    ...pointingTo(changed.table, column, context),
  ].filter((one) => !context.isNew(one));
  if (other === undefined) return [];
  const from = context.table(changed.table)?.columns.get(column)?.type ?? null;
  const cost = typeChangeCost({ column, from, definition: def.ColumnDef }, context.history);
  return [
    {
      message: `Column ${column} of ${sayName(changed.table)} is part of a foreign key: ${sayName(other)} is locked until every value is checked again.`,
      table: changed.table,
      at: changed.at,
      severity: cost === 'free' ? 'warning' : 'error',
      locks: locksOfCommand(changed, context),
      safeForm:
        '-- Give the column a successor of the new type, with a trigger, and a foreign key of its own that is added NOT VALID\n' +
        '-- and validated later; then swap the two and drop the old key alone, with a lock_timeout.',
    },
  ];
}

/** The tables whose foreign keys may point to a column: of which column of the table is not kept. */
function pointingTo(table: SqlName, column: string, context: LintContext): readonly SqlName[] {
  const { history } = context;
  const key = keyOf(history, table);
  const primary = [...(context.table(table)?.constraints.values() ?? [])].find(
    ({ kind }) => kind === 'primary-key',
  );
  if (primary === undefined || !primary.columns.includes(column)) return [];
  return [...history.tables.values()].flatMap(({ name, constraints }) => {
    const points = [...constraints.values()].some(
      ({ references }) => references !== null && keyOf(history, references) === key,
    );
    return points && keyOf(history, name) !== key ? [name] : [];
  });
}

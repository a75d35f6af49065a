import type { Constraint } from 'libpg-query';
import { describeColumn } from '../history/added-column.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { isProvedNotNull } from '../locks/command-locks.ts';
import { sayName, strings } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { addedColumnSteps } from '../safe-forms/added-column-steps.ts';
import { constraintNames } from '../safe-forms/constraint-names.ts';
import { notNullSteps } from '../safe-forms/not-null-steps.ts';
import { uniqueIndexSteps } from '../safe-forms/unique-index-steps.ts';
import type { SafeStep } from '../safe-forms/write-steps.ts';
import { THEN_ANOTHER_FILE, writeSteps } from '../safe-forms/write-steps.ts';

/** The index of a primary key is built, and each row looked at for NULL, while everybody waits. */
export const addPrimaryKey: Rule = {
  id: 'add-primary-key',
  title: 'ADD PRIMARY KEY without a finished index',
  severity: 'error',
  what:
    'A primary key added to a table that is there already without USING INDEX, or with an index over a column that may ' +
    'have NULLs in it; and a column added as PRIMARY KEY.',
  why:
    'Under an ACCESS EXCLUSIVE lock every row is looked at for NULL and an index is built: nobody reads or writes. Both ' +
    'can be done before, beside everybody’s work.',
  unsafe: 'ALTER TABLE orders ADD PRIMARY KEY (id);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_PRIMARY')
          return [];
        return def.Constraint.indexname === undefined
          ? [keyFound(added, def.Constraint, context)]
          : unprovedIndex(added, def.Constraint, context);
      },
      AT_AddColumn: (added, context) => columnFound(added, context),
    }),
  },
};

function keyFound(added: TableCommand, key: Constraint, context: LintContext): Found {
  return {
    message: `ADD PRIMARY KEY builds an index over ${sayName(added.table)} while nobody can read or write.`,
    table: added.table,
    at: added.at,
    locks: locksOfCommand(added, context),
    safeForm: () => keyForm(added, key, context),
  };
}

function keyForm(added: TableCommand, key: Constraint, context: LintContext): string {
  if (key.without_overlaps === true) {
    return '-- WITHOUT OVERLAPS cannot use an index that is there: add it in a quiet window, with a lock_timeout.';
  }
  const columns = strings(key.keys);
  const name = constraintNames(added, context).nameOf(key, null);
  return writeSteps([
    ...provingSteps(added, columns, context),
    ...uniqueIndexSteps({ added, constraint: key, columns, name, kind: 'PRIMARY KEY' }, context),
  ]);
}

/** Proves what a primary key asks of its columns, for those of which it is not known. */
function provingSteps(
  { table }: TableCommand,
  columns: readonly string[],
  context: LintContext,
): readonly SafeStep[] {
  const { postgresVersion } = context.settings;
  return columns
    .filter((column) => !isProvedNotNull(table, column, context))
    .flatMap((column) => notNullSteps({ table, column }, postgresVersion));
}

function unprovedIndex(added: TableCommand, key: Constraint, context: LintContext): readonly Found[] {
  const { history } = context;
  const name = key.indexname ?? '';
  const index = history.indexes.get(keyOf(history, { schema: added.table.schema, name }));
  const columns = (index?.columns ?? []).filter((column) => !isProvedNotNull(added.table, column, context));
  if (columns.length === 0) return [];
  return [
    {
      message: `PRIMARY KEY USING INDEX looks at every row of ${sayName(added.table)} for a NULL in ${columns.join(', ')}.`,
      table: added.table,
      at: added.at,
      severity: 'warning',
      locks: locksOfCommand(added, context),
      safeForm: () =>
        writeSteps([
          ...provingSteps(added, columns, context),
          { note: THEN_ANOTHER_FILE, sql: [`${added.head} ${added.text}`] },
        ]),
    },
  ];
}

function columnFound(added: TableCommand, context: LintContext): readonly Found[] {
  const { def } = added.command;
  if (def === undefined || !('ColumnDef' in def)) return [];
  const { history, settings } = context;
  const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
  const key = column.constraints.find(({ contype }) => contype === 'CONSTR_PRIMARY');
  if (key === undefined) return [];
  return [
    {
      message: `Column ${column.name} is added to ${sayName(added.table)} as its primary key: an index is built while nobody can read or write.`,
      table: added.table,
      at: added.at,
      locks: locksOfCommand(added, context),
      safeForm: () => writeSteps(addedColumnSteps(added, def.ColumnDef, column, context)),
    },
  ];
}

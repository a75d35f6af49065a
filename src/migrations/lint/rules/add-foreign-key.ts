import type { Constraint } from 'libpg-query';
import type { AddedColumn } from '../history/added-column.ts';
import { describeColumn } from '../history/added-column.ts';
import { defaultConstraintName } from '../history/constraint-state.ts';
import type { LintContext } from '../lint-context.ts';
import { columnWithout, deferral } from '../parse/column-without.ts';
import { quoteName, relationName, sayName, sqlColumns, sqlName, strings } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { constraintSteps } from '../safe-forms/constraint-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** From this version on a partitioned table can have a foreign key that is not validated yet. */
const NOT_VALID_OF_PARTITIONED_VERSION = 18;

/** All rows are looked up in another table while writers of both wait. */
export const addForeignKey: Rule = {
  id: 'add-foreign-key',
  title: 'ADD FOREIGN KEY without NOT VALID',
  severity: 'error',
  what:
    'A foreign key added to a table that is there already without NOT VALID (or NOT ENFORCED), and a column added with ' +
    'REFERENCES and a default.',
  why:
    'Both tables get a SHARE ROW EXCLUSIVE lock, and under it each row is looked up in the other table: nobody writes ' +
    'into either until that is done. With NOT VALID there is nothing to look up; VALIDATE CONSTRAINT does it later under ' +
    'a lock that keeps nobody out.',
  unsafe:
    'ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customers (id);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def) || def.Constraint.contype !== 'CONSTR_FOREIGN')
          return [];
        const { skip_validation: isNotValid, is_enforced: isEnforced } = def.Constraint;
        if (isNotValid === true || isEnforced !== true) return [];
        return [
          {
            message: `The foreign key of ${sayName(added.table)} looks up every row in ${sayOther(def.Constraint)} while nobody can write into either.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => notValid(added, def.Constraint, context),
          },
        ];
      },
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        const key = column.constraints.find(({ contype }) => contype === 'CONSTR_FOREIGN');
        if (key === undefined || column.defaultValue === null) return [];
        return [
          {
            message: `Column ${column.name} of ${sayName(added.table)} has a default and REFERENCES ${sayOther(key)}: every row is looked up there.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => columnThenKey(added, key, column),
          },
        ];
      },
    }),
  },
};

function sayOther({ pktable }: Constraint): string {
  return sayName(relationName(pktable));
}

function notValid(added: TableCommand, key: Constraint, context: LintContext): string {
  const isPartitioned = context.table(added.table)?.isPartitioned === true;
  if (isPartitioned && context.settings.postgresVersion < NOT_VALID_OF_PARTITIONED_VERSION) {
    return '-- A partitioned table cannot have it NOT VALID before Postgres 18: add it to each partition NOT VALID, validate it there, then add it to the table.';
  }
  const name = key.conname ?? defaultConstraintName('foreign-key', added.table.name, strings(key.fk_attrs));
  return writeSteps(constraintSteps(added, { constraint: key, name }));
}

function columnThenKey(added: TableCommand, key: Constraint, definition: AddedColumn): string {
  const { name: column, constraints } = definition;
  const name = key.conname ?? defaultConstraintName('foreign-key', added.table.name, [column]);
  const columns = strings(key.pk_attrs);
  const other = `${sqlName(relationName(key.pktable))}${columns.length === 0 ? '' : ` (${sqlColumns(columns)})`}`;
  const text = `FOREIGN KEY (${quoteName(column)}) REFERENCES ${other}${referenceRest(key, constraints)}`;
  const alter = `ALTER TABLE ${sqlName(added.table)}`;
  return writeSteps([
    { sql: [`${added.head} ${columnWithout(added, key)}`] },
    { sql: [`${alter} ADD CONSTRAINT ${quoteName(name)} ${text} NOT VALID`] },
    {
      note: 'Then, in another file, so that the lock is let go in between:',
      sql: [`${alter} VALIDATE CONSTRAINT ${quoteName(name)}`],
    },
  ]);
}

const ACTIONS: Readonly<Record<string, string>> = {
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
  r: 'RESTRICT',
};

/** What stands behind REFERENCES: MATCH, ON DELETE, ON UPDATE, DEFERRABLE. */
function referenceRest(key: Constraint, constraints: readonly Constraint[]): string {
  const { isDeferrable, isDeferred } = deferral(constraints, key);
  const parts = [
    key.fk_matchtype === 'f' ? 'MATCH FULL' : null,
    action('ON DELETE', key.fk_del_action),
    action('ON UPDATE', key.fk_upd_action),
    isDeferrable ? 'DEFERRABLE' : null,
    isDeferred ? 'INITIALLY DEFERRED' : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}

function action(when: string, letter: string | undefined): string | null {
  const said = ACTIONS[letter ?? 'a'];
  return said === undefined ? null : `${when} ${said}`;
}

import type { ColumnDef, Constraint } from 'libpg-query';
import type { AddedColumn } from '../history/added-column.ts';
import { isFilled } from '../history/added-column.ts';
import type { LintContext } from '../lint-context.ts';
import { attributesOf, columnConstraintText, columnWithout } from '../parse/column-without.ts';
import { quoteName, sqlName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { constraintNames } from './constraint-names.ts';
import { filledColumnSteps } from './filled-column-steps.ts';
import { notNullSteps } from './not-null-steps.ts';
import { referenceText } from './reference-text.ts';
import { uniqueIndexSteps } from './unique-index-steps.ts';
import type { SafeStep } from './write-steps.ts';
import { THEN_ANOTHER_FILE } from './write-steps.ts';

/** From this version on a partitioned table can have a foreign key that is not validated yet. */
const NOT_VALID_OF_PARTITIONED_VERSION = 18;

interface NewColumn {
  readonly added: TableCommand;
  readonly definition: ColumnDef;
  readonly column: AddedColumn;
  readonly context: LintContext;
}

/**
 * A column with all that stands in its definition, one after the other: first the column, then its values, then each
 * constraint by itself. Whichever rule asks, the form is the same, so that it never brings what another rule finds.
 */
export function addedColumnSteps(
  added: TableCommand,
  definition: ColumnDef,
  column: AddedColumn,
  context: LintContext,
): readonly SafeStep[] {
  const whole: NewColumn = { added, definition, column, context };
  const names = constraintNames(added, context);
  return [
    ...columnSteps(whole),
    ...apart(column).flatMap((constraint) =>
      constraintSteps(whole, constraint, names.nameOf(constraint, column.name)),
    ),
  ];
}

/** What needs steps of its own: it would have every row looked at, or an index built. */
function apart(column: AddedColumn): readonly Constraint[] {
  const isApart = (constraint: Constraint): boolean => {
    switch (constraint.contype) {
      case 'CONSTR_UNIQUE':
      case 'CONSTR_PRIMARY':
        return true;
      case 'CONSTR_CHECK':
        return attributesOf(column.constraints, constraint).isEnforced || column.rewrite !== null;
      // Where there is nothing yet, there is nothing to look up.
      case 'CONSTR_FOREIGN':
        return isFilled(column);
      default:
        return false;
    }
  };
  // An index last: what it takes longest to build, it should not have to be built again for.
  const isIndexed = ({ contype }: Constraint): boolean =>
    contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY';
  const found = column.constraints.filter(isApart);
  return [...found.filter((one) => !isIndexed(one)), ...found.filter(isIndexed)];
}

function columnSteps({ added, definition, column, context }: NewColumn): readonly SafeStep[] {
  if (column.rewrite !== null) return filledColumnSteps(added, definition, column, context);
  const notNull = column.constraints.find(({ contype }) => contype === 'CONSTR_NOTNULL');
  // A default that is kept once fulfills it: no row is looked at.
  if (!column.isNotNull || (column.defaultValue !== null && notNull !== undefined)) {
    return [{ sql: [`${added.head} ${columnWithout(added, apart(column))}`] }];
  }
  // DEFAULT NULL among them, which says nothing.
  const said = column.constraints.filter(
    ({ contype }) =>
      contype === 'CONSTR_NOTNULL' || (contype === 'CONSTR_DEFAULT' && column.defaultValue === null),
  );
  const text = columnWithout(added, [...said, ...apart(column)]);
  return [
    ...(notNull === undefined ? keyColumn(added, text) : requiredColumn(added, column, text)),
    ...notNullSteps(
      { table: added.table, column: column.name, name: notNull?.conname },
      context.settings.postgresVersion,
    ),
  ];
}

function keyColumn(added: TableCommand, text: string): readonly SafeStep[] {
  return [
    { sql: [`${added.head} ${text}`] },
    { note: 'Then give every row a value of its own, in batches.', sql: [] },
  ];
}

function requiredColumn(added: TableCommand, { name }: AddedColumn, text: string): readonly SafeStep[] {
  return [
    {
      note: `Or in one: a constant default costs nothing. ${text.replaceAll(/\s+/g, ' ')} NOT NULL DEFAULT <value>`,
      sql: [`${added.head} ${text}`],
    },
    {
      note: `Let the app write ${name} in every new row, deploy it, and give the rows that are there a value in batches.\n${THEN_ANOTHER_FILE}`,
      sql: [],
    },
  ];
}

function constraintSteps(whole: NewColumn, constraint: Constraint, name: string): readonly SafeStep[] {
  const { added, column, context } = whole;
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      return notValidSteps(added, name, columnConstraintText(added, constraint));
    case 'CONSTR_FOREIGN': {
      const isPartitioned = context.table(added.table)?.isPartitioned === true;
      return isPartitioned && context.settings.postgresVersion < NOT_VALID_OF_PARTITIONED_VERSION
        ? [{ note: KEY_OF_PARTITIONED, sql: [] }]
        : notValidSteps(added, name, referenceText(constraint, column));
    }
    default: {
      const { isDeferrable, isDeferred } = attributesOf(column.constraints, constraint);
      const said = { ...constraint, deferrable: isDeferrable, initdeferred: isDeferred };
      const kind = constraint.contype === 'CONSTR_UNIQUE' ? 'UNIQUE' : 'PRIMARY KEY';
      return uniqueIndexSteps({ added, constraint: said, columns: [column.name], name, kind }, context);
    }
  }
}

/** What to do instead of a foreign key that a partitioned table cannot have NOT VALID. */
export const KEY_OF_PARTITIONED =
  'A partitioned table cannot have a foreign key NOT VALID before Postgres 18: add it to each partition NOT VALID, validate it there, then add it to the table.';

/** A constraint that holds for what is written from then on, and is looked up for the rest later. */
function notValidSteps({ table }: TableCommand, name: string, text: string): readonly SafeStep[] {
  const alter = `ALTER TABLE ${sqlName(table)}`;
  return [
    { sql: [`${alter} ADD CONSTRAINT ${quoteName(name)} ${text} NOT VALID`] },
    { note: THEN_ANOTHER_FILE, sql: [`${alter} VALIDATE CONSTRAINT ${quoteName(name)}`] },
  ];
}

import type { ColumnDef } from 'libpg-query';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { expressionText } from '../parse/expression-text.ts';
import { columnsIn } from '../parse/expressions.ts';
import { objectNameOf, quoteName, sqlColumns, sqlName } from '../parse/names.ts';
import { sayType, toSqlType } from '../parse/sql-type.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { backfillStep } from './backfill-step.ts';
import { fillTrigger } from './fill-trigger.ts';
import { indexSteps } from './index-steps.ts';
import { notNullSteps } from './not-null-steps.ts';
import type { SafeStep } from './write-steps.ts';

/** A column that is to have another type. */
export interface OtherType {
  readonly changed: TableCommand;
  readonly column: string;
  readonly definition: ColumnDef;
}

/** A second column of the new type beside the first, kept equal by a trigger, filled in batches, and swapped at the end. */
export function otherTypeSteps(other: OtherType, context: LintContext): readonly SafeStep[] {
  const { changed, column, definition } = other;
  const { table } = changed;
  const type = toSqlType(definition.typeName);
  const [alter, newColumn] = [`ALTER TABLE ${sqlName(table)}`, objectNameOf([column], 'new')];
  const value = valueOf(other);
  const columns = definition.raw_default === undefined ? [column] : columnsIn(definition.raw_default);
  const trigger = fillTrigger(table, { column: newColumn, value, columns });
  const [oldName, newName] = [quoteName(column), quoteName(newColumn)];
  const aside = quoteName(objectNameOf([column], 'old'));
  return [
    {
      note: '1. A second column, which a trigger fills from now on.',
      sql: [`${alter} ADD COLUMN ${newName} ${type === null ? 'text' : sayType(type)}`, ...trigger.create],
    },
    backfillStep(table, {
      note: '2. The rows that are there.',
      set: `${newName} = ${value}`,
      where: `${newName} IS NULL AND ${value} IS NOT NULL`,
    }),
    ...sameAsBefore(other, newColumn, context),
    {
      note: '4. In another file, when every row has its value: the swap, in one transaction.',
      sql: [
        'BEGIN',
        "SET LOCAL lock_timeout = '1s'",
        ...trigger.drop,
        `${alter} RENAME COLUMN ${oldName} TO ${aside}`,
        `${alter} RENAME COLUMN ${newName} TO ${oldName}`,
        'COMMIT',
      ],
    },
    { note: `5. When no release reads it any more: ${alter} DROP COLUMN ${aside};`, sql: [] },
  ];
}

/** The new value, from columns of the same row. No cast: it would cut off what is too long, which the change would refuse. */
function valueOf({ changed, column, definition }: OtherType): string {
  if (definition.raw_default === undefined) return quoteName(column);
  const { statement, end } = changed;
  return `(${expressionText(statement, { from: 'using', at: definition.location ?? 0, until: end })})`;
}

/** What is known of the old column, for the new one: NOT NULL, its indexes. */
function sameAsBefore(
  { changed, column }: OtherType,
  newColumn: string,
  context: LintContext,
): readonly SafeStep[] {
  const { table } = changed;
  const { history, settings } = context;
  const key = keyOf(history, table);
  const isNotNull = context.table(table)?.columns.get(column)?.isNotNull === true;
  const indexes = [...history.indexes.values()].filter(
    (index) => keyOf(history, index.table) === key && index.columns.includes(column),
  );
  return [
    {
      note: `3. What the old column has, for the new one: default, NOT NULL, constraints, indexes${isNotNull || indexes.length > 0 ? '; of these is known:' : '.'}`,
      sql: [],
    },
    ...(isNotNull ? notNullSteps({ table, column: newColumn }, settings.postgresVersion) : []),
    ...indexes.flatMap(({ name, columns, isUnique, isPartial }) => {
      const renamed = columns.map((one) => (one === column ? newColumn : one));
      const rest = `(${sqlColumns(renamed)})${isPartial ? '' : ''}`;
      return indexSteps({ name: objectNameOf([name.name], 'new'), table, isUnique, rest }, context);
    }),
  ];
}

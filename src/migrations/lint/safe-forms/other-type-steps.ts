import type { ColumnDef } from 'libpg-query';
import { dependentViews } from '../history/dependent-views.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { expressionText } from '../parse/expression-text.ts';
import { columnsIn } from '../parse/expressions.ts';
import { listName, objectNameOf, quoteName, sayName, sqlColumns, sqlName } from '../parse/names.ts';
import { sayType, toSqlType } from '../parse/sql-type.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { backfillStep } from './backfill-step.ts';
import { fillTrigger } from './fill-trigger.ts';
import { indexSteps } from './index-steps.ts';
import { notNullSteps } from './not-null-steps.ts';
import { swapObstacles } from './swap-obstacles.ts';
import type { SafeStep } from './write-steps.ts';

/** A column that is to have another type. */
export interface OtherType {
  readonly changed: TableCommand;
  readonly column: string;
  readonly definition: ColumnDef;
}

/**
 * A second column of the new type beside the first, kept equal by a trigger, filled in batches, and swapped at the end. A
 * sentence where something hangs on the column that a swap would leave with the old one.
 */
export function otherTypeForm(other: OtherType, context: LintContext): string | readonly SafeStep[] {
  const obstacles = swapObstacles({ table: other.changed.table, column: other.column }, context);
  return obstacles.length === 0 ? swapSteps(other, context) : inWords(other, obstacles);
}

function inWords({ changed, column }: OtherType, obstacles: readonly string[]): string {
  const [last, ...others] = obstacles.toReversed();
  const said = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return (
    `Column ${column} of ${sayName(changed.table)} ${said}, which stays with it when it is renamed. Add the new column, keep it ` +
    'equal by a trigger, fill it in batches and build its indexes CONCURRENTLY; then, in one short transaction, rename ' +
    'the two and give the new one what hangs on the old: keys, foreign keys as NOT VALID, identity or sequence, views, ' +
    'generated columns. Try it first: glidepath db probe.'
  );
}

function swapSteps(other: OtherType, context: LintContext): readonly SafeStep[] {
  const { changed, column, definition } = other;
  const { table } = changed;
  const type = toSqlType(definition.typeName);
  const [alter, newColumn] = [`ALTER TABLE ${sqlName(table)}`, objectNameOf([column], 'new')];
  const value = valueOf(other);
  const columns = definition.raw_default === undefined ? [column] : columnsIn(definition.raw_default);
  const trigger = fillTrigger(table, { column: newColumn, value, columns });
  const [oldName, newName] = [quoteName(column), quoteName(newColumn)];
  const aside = quoteName(objectNameOf([column], 'old'));
  const views = dependentViews(context.history, { table, column });
  return [
    {
      note: '1. A second column, which a trigger fills from now on.',
      sql: [
        `${alter} ADD COLUMN ${newName} ${type === null ? 'text' : sayType(type)}${collation(definition)}`,
        ...trigger.create,
      ],
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
        ...views.toReversed().map(({ name }) => `DROP VIEW ${sqlName(name)}`),
        ...trigger.drop,
        `${alter} RENAME COLUMN ${oldName} TO ${aside}`,
        `${alter} RENAME COLUMN ${newName} TO ${oldName}`,
        ...moveDefault(other, aside, context),
        // Nobody fills it any more.
        `-- glidepath-ignore drop-not-null: no release reads ${aside}\n${alter} ALTER COLUMN ${aside} DROP NOT NULL`,
        ...views.map(
          ({ name, definition: text }) =>
            `CREATE VIEW ${sqlName(name)} AS ${text?.replace(/;\s*$/, '') ?? ''}`,
        ),
        'COMMIT',
      ],
    },
    ...(views.length === 0
      ? []
      : [{ note: 'Grants on the views must be given anew, before COMMIT.', sql: [] }]),
    {
      note: `5. ${aside} holds what was there at the swap, and nobody writes it any more. When nobody needs it: ${alter} DROP COLUMN ${aside};`,
      sql: [],
    },
  ];
}

/** As written behind the type: `COLLATE german`. */
function collation({ collClause }: ColumnDef): string {
  return collClause === undefined ? '' : ` COLLATE ${sqlName(listName(collClause.collname))}`;
}

/** The default, where there is one or may be one: as the server has it, since the files need not say all. */
function moveDefault({ changed, column }: OtherType, aside: string, context: LintContext): readonly string[] {
  const { table } = changed;
  if (context.table(table)?.columns.get(column)?.fill === 'nothing') return [];
  const name = sqlName(table);
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const plainAside = objectNameOf([column], 'old');
  return [
    [
      '-- glidepath-ignore opaque-code: gives the new column the default of the old one',
      'DO $$',
      'DECLARE',
      '  was text := (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum',
      `    WHERE adrelid = ${literal(name)}::regclass AND attname = ${literal(plainAside)});`,
      'BEGIN',
      '  IF was IS NOT NULL THEN',
      `    EXECUTE format(${literal(`ALTER TABLE ${name} ALTER COLUMN ${quoteName(column)} SET DEFAULT `.replaceAll('%', '%%') + '%s')}, was);`,
      '  END IF;',
      'END $$',
    ].join('\n'),
    `ALTER TABLE ${name} ALTER COLUMN ${aside} DROP DEFAULT`,
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
  const constraints = [...(context.table(table)?.constraints.values() ?? [])].filter(
    (one) => one.columns.includes(column) && one.kind !== 'not-null',
  );
  const names = constraints.map(({ name }) => name).join(', ');
  const isKnown = isNotNull || indexes.length > 0;
  return [
    {
      note: [
        `3. What the old column has, for the new one: NOT NULL, constraints, indexes${isKnown ? '; of these is known:' : '.'}`,
        ...(constraints.length === 0
          ? []
          : [`Constraints that must be written for ${newColumn}, too, as NOT VALID: ${names}.`]),
      ].join('\n'),
      sql: [],
    },
    ...(isNotNull ? notNullSteps({ table, column: newColumn }, settings.postgresVersion) : []),
    ...indexes.flatMap(({ name, columns, isUnique, isPartial }): readonly SafeStep[] => {
      if (isPartial)
        return [
          { note: `Index ${name.name} has a WHERE: build it for ${newColumn} with the same.`, sql: [] },
        ];
      const renamed = columns.map((one) => (one === column ? newColumn : one));
      const rest = `(${sqlColumns(renamed)})`;
      return indexSteps({ name: objectNameOf([name.name], 'new'), table, isUnique, rest }, context);
    }),
  ];
}

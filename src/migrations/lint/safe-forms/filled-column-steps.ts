import type { ColumnDef } from 'libpg-query';
import type { AddedColumn } from '../history/added-column.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { columnsIn } from '../parse/expressions.ts';
import { objectNameOf, quoteName, sqlName } from '../parse/names.ts';
import { expressionText } from '../parse/expression-text.ts';
import type { SqlType } from '../parse/sql-type.ts';
import { sayType, toSqlType } from '../parse/sql-type.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { backfillStep } from './backfill-step.ts';
import { notNullSteps } from './not-null-steps.ts';
import { fillTrigger } from './fill-trigger.ts';
import type { SafeStep } from './write-steps.ts';
import { THEN_ANOTHER_FILE } from './write-steps.ts';

interface NewColumn {
  readonly added: TableCommand;
  readonly definition: ColumnDef;
  readonly column: AddedColumn;
  readonly type: SqlType;
  readonly context: LintContext;
}

/** A column of which each row has a value of its own, added without writing all rows under one lock. */
export function filledColumnSteps(
  added: TableCommand,
  definition: ColumnDef,
  column: AddedColumn,
  context: LintContext,
): readonly SafeStep[] {
  const type = toSqlType(definition.typeName) ?? {
    schema: null,
    name: 'text',
    modifiers: [],
    isArray: false,
  };
  const whole: NewColumn = { added, definition, column, type, context };
  switch (column.rewrite?.kind) {
    case 'serial':
    case 'identity':
      return numberSteps(whole);
    case 'stored':
      return storedSteps(whole);
    case 'constrained-domain':
      return domainSteps(whole);
    default:
      return defaultSteps(whole);
  }
}

const ROWS_THAT_ARE_THERE = 'The rows that are there:';

function defaultSteps({ added, definition, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table, statement } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  const value = expressionText(statement, {
    from: 'default',
    until: added.end,
    at: definition.location ?? 0,
  });
  return [
    {
      note: 'New rows get the default from now on; those that are there stay without.',
      sql: [
        `${alter} ADD COLUMN ${name} ${sayType(type)}`,
        `${alter} ALTER COLUMN ${name} SET DEFAULT ${value}`,
      ],
    },
    backfillStep(table, { note: ROWS_THAT_ARE_THERE, set: `${name} = DEFAULT`, where: `${name} IS NULL` }),
    ...(column.isNotNull ? lastly(table, column.name, context) : []),
  ];
}

const SERIAL_COLUMNS: Readonly<Record<string, string>> = {
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
};

function numberSteps({ added, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  const sequence = sqlName({ schema: table.schema, name: objectNameOf([table.name, column.name], 'seq') });
  const whole = SERIAL_COLUMNS[type.name] ?? sayType(type);
  return [
    {
      note: 'New rows get a number from now on; those that are there stay without.',
      sql: [
        `${alter} ADD COLUMN ${name} ${whole}`,
        `CREATE SEQUENCE ${sequence} AS ${whole} OWNED BY ${sqlName(table)}.${name}`,
        `${alter} ALTER COLUMN ${name} SET DEFAULT nextval('${sequence.replaceAll("'", "''")}')`,
      ],
    },
    backfillStep(table, { note: ROWS_THAT_ARE_THERE, set: `${name} = DEFAULT`, where: `${name} IS NULL` }),
    ...lastly(table, column.name, context),
  ];
}

/** From this version on a generated column need not be stored. */
const VIRTUAL_VERSION = 18;

function storedSteps({ added, definition, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table, statement } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  const expression = expressionText(statement, {
    from: 'as',
    until: added.end,
    at: definition.location ?? 0,
  });
  if (context.settings.postgresVersion >= VIRTUAL_VERSION) {
    return [
      {
        note: 'A virtual column is computed when it is read, and costs nothing to add. It cannot have an index.',
        sql: [`${alter} ADD COLUMN ${name} ${sayType(type)} GENERATED ALWAYS AS ${expression} VIRTUAL`],
      },
    ];
  }
  const generated = column.constraints.find(({ contype }) => contype === 'CONSTR_GENERATED')?.raw_expr;
  const trigger = fillTrigger(table, {
    column: column.name,
    value: expression,
    columns: columnsIn(generated),
  });
  return [
    {
      note: 'A trigger keeps the column up from now on.',
      sql: [`${alter} ADD COLUMN ${name} ${sayType(type)}`, ...trigger.create],
    },
    backfillStep(table, {
      note: ROWS_THAT_ARE_THERE,
      set: `${name} = ${expression}`,
      where: `${name} IS NULL AND ${expression} IS NOT NULL`,
    }),
    ...(column.isNotNull ? lastly(table, column.name, context) : []),
  ];
}

function domainSteps({ added, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table } = added;
  const { history } = context;
  const domain = history.types.get(keyOf(history, type));
  const base = domain?.base ?? null;
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const check = quoteName(objectNameOf([table.name, column.name], 'check'));
  return [
    {
      note: `Of the type below the domain, with the domain's constraints as constraints of the table: write the domain's CHECK for <condition>.\n${alter} ADD CONSTRAINT ${check} CHECK (<condition>) NOT VALID;\n${alter} VALIDATE CONSTRAINT ${check};`,
      sql: [`${alter} ADD COLUMN ${quoteName(column.name)} ${base === null ? 'text' : sayType(base)}`],
    },
  ];
}

function lastly(
  table: TableCommand['table'],
  column: string,
  { settings }: LintContext,
): readonly SafeStep[] {
  return [{ note: THEN_ANOTHER_FILE, sql: [] }, ...notNullSteps({ table, column }, settings.postgresVersion)];
}

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
      return serialSteps(whole);
    case 'identity':
      return identitySteps(whole);
    case 'stored':
      return storedSteps(whole);
    case 'constrained-domain':
      return domainSteps(whole);
    case 'domain-default':
      return domainDefaultSteps(whole);
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

/** DEFAULT NULL of the column stands before the default of its domain, and costs nothing. */
function domainDefaultSteps({ added, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  return [
    {
      note: 'New rows get the default of the domain from now on; those that are there stay without.',
      sql: [
        `${alter} ADD COLUMN ${name} ${sayType(type)} DEFAULT NULL`,
        `${alter} ALTER COLUMN ${name} DROP DEFAULT`,
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

function serialSteps({ added, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table } = added;
  const sequence = sqlName({ schema: table.schema, name: objectNameOf([table.name, column.name], 'seq') });
  const owned = `OWNED BY ${sqlName(table)}.${quoteName(column.name)}`;
  const whole = SERIAL_COLUMNS[type.name] ?? 'bigint';
  return [
    ...numberSteps(table, { column: column.name, type: whole, sequence, owned }),
    ...lastly(table, column.name, context),
  ];
}

/** A column becomes an identity only once every row has a number; until then a sequence of its own counts. */
function identitySteps({ added, column, type, context }: NewColumn): readonly SafeStep[] {
  const { table } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  const sequence = sqlName({
    schema: table.schema,
    name: objectNameOf([table.name, column.name], 'fill_seq'),
  });
  const identity = column.constraints.find(({ contype }) => contype === 'CONSTR_IDENTITY');
  const when = identity?.generated_when === 'a' ? 'ALWAYS' : 'BY DEFAULT';
  const whole = `${literal(sqlName(table))}, ${literal(column.name)}`;
  return [
    ...numberSteps(table, { column: column.name, type: sayType(type), sequence, owned: '' }),
    ...lastly(table, column.name, context),
    {
      note: 'Then, in another file and one transaction: the identity goes on where the sequence ended.',
      sql: [
        'BEGIN',
        "SET LOCAL lock_timeout = '1s'",
        `${alter} ALTER COLUMN ${name} DROP DEFAULT`,
        `${alter} ALTER COLUMN ${name} ADD GENERATED ${when} AS IDENTITY`,
        `SELECT setval(pg_get_serial_sequence(${whole}), nextval(${literal(sequence)}))`,
        `DROP SEQUENCE ${sequence}`,
        'COMMIT',
      ],
    },
  ];
}

function numberSteps(
  table: TableCommand['table'],
  number: {
    readonly column: string;
    readonly type: string;
    readonly sequence: string;
    readonly owned: string;
  },
): readonly SafeStep[] {
  const { sequence, type } = number;
  const [name, alter] = [quoteName(number.column), `ALTER TABLE ${sqlName(table)}`];
  return [
    {
      note: 'New rows get a number from now on; those that are there stay without.',
      sql: [
        `${alter} ADD COLUMN ${name} ${type}`,
        `CREATE SEQUENCE ${sequence} AS ${type} ${number.owned}`.trimEnd(),
        `${alter} ALTER COLUMN ${name} SET DEFAULT nextval(${literal(sequence)})`,
      ],
    },
    backfillStep(table, { note: ROWS_THAT_ARE_THERE, set: `${name} = DEFAULT`, where: `${name} IS NULL` }),
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
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

import type { ColumnDef } from 'libpg-query';
import type { AddedColumn } from '../history/added-column.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { columnConstraintText, columnWithout } from '../parse/column-without.ts';
import { columnsIn, volatileFunction } from '../parse/expressions.ts';
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

/** The words of ADD COLUMN with the type alone: all else has a step of its own. */
function bare({ added, column }: NewColumn): string {
  return `${added.head} ${columnWithout(added, column.constraints)}`;
}

function defaultText({ added, definition }: NewColumn): string {
  return expressionText(added.statement, {
    from: 'default',
    until: added.end,
    at: definition.location ?? 0,
  });
}

function defaultSteps(whole: NewColumn, add: string = bare(whole)): readonly SafeStep[] {
  const { column, added } = whole;
  const { table } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  return [
    {
      note: 'New rows get the default from now on; those that are there stay without.',
      sql: [add, `${alter} ALTER COLUMN ${name} SET DEFAULT ${defaultText(whole)}`],
    },
    backfillStep(table, { note: ROWS_THAT_ARE_THERE, set: `${name} = DEFAULT`, where: `${name} IS NULL` }),
    ...lastly(whole),
  ];
}

/** DEFAULT NULL of the column stands before the default of its domain, and costs nothing. */
function domainDefaultSteps(whole: NewColumn): readonly SafeStep[] {
  const { column, added } = whole;
  const { table } = added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  return [
    {
      note: 'New rows get the default of the domain from now on; those that are there stay without.',
      sql: [`${bare(whole)} DEFAULT NULL`, `${alter} ALTER COLUMN ${name} DROP DEFAULT`],
    },
    backfillStep(table, { note: ROWS_THAT_ARE_THERE, set: `${name} = DEFAULT`, where: `${name} IS NULL` }),
    ...lastly(whole),
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

function serialSteps(whole: NewColumn): readonly SafeStep[] {
  const { column, type } = whole;
  const { table } = whole.added;
  const sequence = sqlName({ schema: table.schema, name: objectNameOf([table.name, column.name], 'seq') });
  const owned = `OWNED BY ${sqlName(table)}.${quoteName(column.name)}`;
  const number = SERIAL_COLUMNS[type.name] ?? 'bigint';
  const add = `ALTER TABLE ${sqlName(table)} ADD COLUMN ${quoteName(column.name)} ${number}`;
  return [
    ...numberSteps(table, { column: column.name, type: number, add, sequence, owned }),
    ...lastly(whole),
  ];
}

/** A column becomes an identity only once every row has a number; until then a sequence of its own counts. */
function identitySteps(whole: NewColumn): readonly SafeStep[] {
  const { column, type } = whole;
  const { table } = whole.added;
  const [name, alter] = [quoteName(column.name), `ALTER TABLE ${sqlName(table)}`];
  const sequence = sqlName({
    schema: table.schema,
    name: objectNameOf([table.name, column.name], 'fill_seq'),
  });
  const identity = column.constraints.find(({ contype }) => contype === 'CONSTR_IDENTITY');
  const said = identity === undefined ? '' : columnConstraintText(whole.added, identity);
  const owner = `${literal(sqlName(table))}, ${literal(column.name)}`;
  const add = bare(whole);
  return [
    ...numberSteps(table, {
      column: column.name,
      type: sayType(type),
      add,
      sequence,
      owned: optionsOf(said),
    }),
    ...lastly(whole),
    {
      note: 'Then, in another file and one transaction: the identity goes on where the sequence ended.',
      sql: [
        'BEGIN',
        "SET LOCAL lock_timeout = '1s'",
        `${alter} ALTER COLUMN ${name} DROP DEFAULT`,
        `${alter} ALTER COLUMN ${name} ADD ${said}`,
        `SELECT setval(pg_get_serial_sequence(${owner}), nextval(${literal(sequence)}))`,
        `-- glidepath-ignore drop-object: only these steps use ${sequence}\nDROP SEQUENCE ${sequence}`,
        'COMMIT',
      ],
    },
  ];
}

/** What stands in the parentheses of an identity says how its sequence counts. */
function optionsOf(identity: string): string {
  return /\((.*)\)/s.exec(identity)?.[1]?.trim() ?? '';
}

function numberSteps(
  table: TableCommand['table'],
  number: {
    readonly column: string;
    readonly type: string;
    /** The statement that adds it. */
    readonly add: string;
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
        number.add,
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

function storedSteps(whole: NewColumn): readonly SafeStep[] {
  const { added, definition, column, context } = whole;
  const { table, statement } = added;
  const name = quoteName(column.name);
  const expression = expressionText(statement, {
    from: 'as',
    until: added.end,
    at: definition.location ?? 0,
  });
  if (context.settings.postgresVersion >= VIRTUAL_VERSION && !needsValues(column)) {
    return [
      {
        note: 'A virtual column is computed when it is read, and costs nothing to add. It cannot have an index.',
        sql: [`${bare(whole)} GENERATED ALWAYS AS ${expression} VIRTUAL`],
      },
      ...lastly(whole),
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
      sql: [bare(whole), ...trigger.create],
    },
    backfillStep(table, {
      note: ROWS_THAT_ARE_THERE,
      set: `${name} = ${expression}`,
      where: `${name} IS NULL AND ${expression} IS NOT NULL`,
    }),
    ...lastly(whole),
  ];
}

/** Postgres docs, 5.4: a virtual column can have no index, and be no part of a key. */
function needsValues({ constraints }: AddedColumn): boolean {
  return constraints.some(({ contype }) =>
    ['CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_FOREIGN'].includes(contype ?? ''),
  );
}

function domainSteps(whole: NewColumn): readonly SafeStep[] {
  const { column, type, context } = whole;
  const { table } = whole.added;
  const { history } = context;
  const domain = history.types.get(keyOf(history, type));
  const base = domain?.base ?? null;
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const check = quoteName(objectNameOf([table.name, column.name], 'check'));
  const note = `Of the type below the domain, with the domain's constraints as constraints of the table: write the domain's CHECK for <condition>.\n${alter} ADD CONSTRAINT ${check} CHECK (<condition>) NOT VALID;\n${alter} VALIDATE CONSTRAINT ${check};`;
  const add = `${alter} ADD COLUMN ${quoteName(column.name)} ${base === null ? 'text' : sayType(base)}`;
  const noted: SafeStep = { note, sql: [] };
  if (column.defaultValue === null)
    return [
      domain?.defaultValue == null
        ? { note, sql: [add] }
        : {
            note: `${note}\nThe default of the domain as well: write it for <default>.\n${alter} ALTER COLUMN ${quoteName(column.name)} SET DEFAULT <default>;`,
            sql: [add],
          },
      ...lastly(whole),
    ];
  if (volatileFunction(column.defaultValue, history) !== null) return [noted, ...defaultSteps(whole, add)];
  const notNull = column.isNotNull ? ' NOT NULL' : '';
  return [{ note, sql: [`${add} DEFAULT ${defaultText(whole)}${notNull}`] }];
}

function lastly({ added, column, context }: NewColumn): readonly SafeStep[] {
  if (!column.isNotNull) return [];
  const name = column.constraints.find(({ contype }) => contype === 'CONSTR_NOTNULL')?.conname;
  return [
    { note: THEN_ANOTHER_FILE, sql: [] },
    ...notNullSteps({ table: added.table, column: column.name, name }, context.settings.postgresVersion),
  ];
}

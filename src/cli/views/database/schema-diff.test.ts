import { expect, test } from 'vitest';
import { diffSchemas } from '../../../migrations/schema/diff-schemas.ts';
import type { DatabaseSchema, SchemaObject } from '../../../migrations/schema/database-schema.ts';
import { renderSchemaDiff } from './schema-diff.ts';

const VIEW = { left: 'staging', right: 'production', objects: 7, color: false };

const column = (name: string, definition: string): SchemaObject => ({
  kind: 'column',
  table: 'public.orders',
  name,
  definition,
});

function shown(left: SchemaObject[], right: SchemaObject[]): string {
  const schema = (objects: SchemaObject[]): DatabaseSchema => ({ objects });
  return renderSchemaDiff(diffSchemas(schema(left), schema(right)), VIEW);
}

test('two schemas that are the same are said to be, with how much was compared', () => {
  expect(shown([], [])).toBe('= staging and production have the same schema, 7 objects.\n');
});

test('differences stand under their table, each with what it was on either side', () => {
  const table: SchemaObject = { kind: 'table', table: null, name: 'public.notes', definition: '' };
  const text = shown(
    [column('id', 'integer not null'), column('note', 'text'), table],
    [column('id', 'bigint not null'), column('at', 'timestamp with time zone')],
  );
  expect(text).toMatchInlineSnapshot(`
    "  - only in staging   + only in production   ~ not the same

      - table public.notes
      public.orders
        + column at  timestamp with time zone
        ~ column id
            - integer not null
            + bigint not null
        - column note  text

      4 differences.
    "
  `);
});

test('of a function only the lines that differ are shown', () => {
  const made = (body: string): SchemaObject => ({
    kind: 'function',
    table: null,
    name: 'public.total()',
    definition: `CREATE FUNCTION public.total()\n  RETURNS int\nAS ${body}`,
  });
  expect(shown([made('select 1')], [made('select 2')])).toMatchInlineSnapshot(`
    "  - only in staging   + only in production   ~ not the same

      ~ function public.total()
          - AS select 1
          + AS select 2

      1 difference.
    "
  `);
});

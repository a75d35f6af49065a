import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DatabaseSchema, SchemaObject } from './database-schema.ts';
import { SCHEMA_OBJECT_KINDS } from './database-schema.ts';
import { diffSchemas } from './diff-schemas.ts';

const table = (name: string): SchemaObject => ({
  kind: 'table',
  table: null,
  name: `public.${name}`,
  definition: 'permanent',
});
const column = (of: string, name: string, definition = 'integer'): SchemaObject => ({
  kind: 'column',
  table: `public.${of}`,
  name,
  definition,
});
const schema = (...objects: SchemaObject[]): DatabaseSchema => ({ objects });

describe('two schemas', () => {
  test('that are the same have no difference, whatever the order of their objects', () => {
    const objects = [table('a'), column('a', 'id'), column('a', 'name', 'text')];
    expect(diffSchemas(schema(...objects), schema(...objects.toReversed()))).toEqual([]);
  });

  test('differ in a column that only one has, and in one that is not of the same type', () => {
    const left = schema(table('a'), column('a', 'id'), column('a', 'old'));
    const right = schema(table('a'), column('a', 'id', 'bigint'), column('a', 'new'));
    expect(
      diffSchemas(left, right).map(({ change, left: one, right: other }) => [change, (one ?? other)?.name]),
    ).toEqual([
      ['differs', 'id'],
      ['only-right', 'new'],
      ['only-left', 'old'],
    ]);
  });

  test('of which one has a whole table more differ in that table, and its columns are not named', () => {
    const left = schema(table('a'), column('a', 'id'), table('b'), column('b', 'id'));
    const differences = diffSchemas(left, schema(table('a'), column('a', 'id')));
    expect(differences).toEqual([{ change: 'only-left', left: table('b'), right: null }]);
  });

  test('are shown table by table, after what belongs to none', () => {
    const sequence: SchemaObject = { kind: 'sequence', table: null, name: 'public.s', definition: '' };
    const left = schema(table('b'), table('a'), column('b', 'x'), column('a', 'x'), sequence);
    const right = schema(table('b'), table('a'));
    expect(diffSchemas(left, right).map((difference) => difference.left?.table ?? null)).toEqual([
      null,
      'public.a',
      'public.b',
    ]);
  });

  test('have the same differences seen from either side', () => {
    const object = fc.record({
      kind: fc.constantFrom(...SCHEMA_OBJECT_KINDS),
      table: fc.option(fc.constantFrom('public.a', 'public.b')),
      name: fc.constantFrom('public.a', 'public.b', 'x', 'y'),
      definition: fc.constantFrom('1', '2'),
    });
    const schemas = fc.array(object).map((objects) => schema(...objects));
    const seen = (left: DatabaseSchema, right: DatabaseSchema): string[] =>
      diffSchemas(left, right).map((difference) =>
        JSON.stringify([difference.left, difference.right].map((each) => each?.definition ?? '').toSorted()),
      );
    fc.assert(
      fc.property(schemas, schemas, (left, right) => {
        expect(seen(right, left).toSorted()).toEqual(seen(left, right).toSorted());
        expect(diffSchemas(left, left)).toEqual([]);
      }),
    );
  });
});

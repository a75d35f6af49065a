import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from './split-statements.ts';

const texts = (script: string): string[] => splitStatements(script).map(({ text }) => text);

test.each([
  ['select 1; select 2', ['select 1', 'select 2']],
  ["select 'a;b'; select 2", ["select 'a;b'", 'select 2']],
  ["select 'it''s; one'", ["select 'it''s; one'"]],
  ["select e'\\';'; select 2", ["select e'\\';'", 'select 2']],
  ['select ";" from "a""b;"', ['select ";" from "a""b;"']],
  ['do $$ begin; end; $$; select 2', ['do $$ begin; end; $$', 'select 2']],
  ['do $a$ $b$; $$; $a$; select 2', ['do $a$ $b$; $$; $a$', 'select 2']],
  ['select a$1; select 2', ['select a$1', 'select 2']],
  ['select $1; select 2', ['select $1', 'select 2']],
  ['-- no; statement\nselect 1', ['select 1']],
  ['/* no; /* nor; */ this; */ select 1', ['select 1']],
  [';;\n;', []],
  ['', []],
])('%s', (script, expected) => {
  expect(texts(script)).toEqual(expected);
});

test('each statement is named by the line of its first word', () => {
  expect(splitStatements('select 1;\n-- two\n\nselect\n2;').map(({ line }) => line)).toEqual([1, 4]);
});

test('statements whose strings hold anything come out as they went in', () => {
  const literal = fc.string().map((value) => `select '${value.replaceAll("'", "''")}'`);
  fc.assert(
    fc.property(fc.array(literal, { maxLength: 5 }), (statements) => {
      expect(texts(statements.join(';\n'))).toEqual(statements);
    }),
  );
});

import { expect, test } from 'vitest';
import { loadSqlParser } from '../lint/parse/sql-parser.ts';
import { allChanges } from './all-changes.ts';
import type { Catalog, CatalogObject } from './catalog.ts';

const parser = await loadSqlParser();

const MEMBERS: CatalogObject = {
  kind: 'relation',
  of: null,
  name: 'public.members',
  facts: {
    form: 'table',
    identity: '16400',
    file: '16400',
    writes: { inserted: 2, updated: 0, deleted: 0 },
  },
};
const NUMBERS: CatalogObject = {
  kind: 'sequence',
  of: null,
  name: 'public.numbers',
  facts: { identity: '16500', position: '7' },
};
const BEFORE: Catalog = { objects: [MEMBERS, NUMBERS], harmless: ['lower', 'now'] };

function changes(
  sql: readonly string[],
  after: Catalog = BEFORE,
  rows: number | null = 1,
): readonly string[] {
  const statements = sql.map((text, index) => ({ number: index + 1, sql: text, rows, error: null }));
  const ran = { before: BEFORE, after, statements, isWhole: true };
  return allChanges(parser, ran).changes.map(({ limit, reason }) => `${limit}: ${reason}`);
}

test.each([
  ['create subscription s connection $$host=x$$ publication p', 'CREATE SUBSCRIPTION ran'],
  ['create operator class c default for type int using btree as operator 1 <', 'CREATE OP CLASS ran'],
  ['create user mapping for public server s', 'CREATE USER MAPPING ran'],
  ['alter table members disable trigger all', 'Triggers of members were switched'],
  ['alter table members alter column id restart with 5', 'begins elsewhere'],
  ['alter table members of kind', 'A form of ALTER TABLE ran on members'],
  ['alter sequence numbers restart', 'The sequence numbers begins elsewhere'],
  ["copy members to program 'x'", 'COPY ran'],
  ['drop owned by shop', 'DROP OWNED ran'],
  ['drop access method m', 'DROP ran'],
  ['reassign owned by shop to other', 'REASSIGN OWNED ran'],
  ['alter role shop nologin', 'A login was changed'],
  ['revoke all on large object 1 from public', 'GRANT ran'],
  ['selec 1', 'cannot be parsed'],
  ['select unknown_function()', 'The function unknown_function ran'],
  ["select setval('numbers', 1)", 'The function setval ran'],
  ['update pg_catalog.pg_class set relname = relname', 'Rows were written through pg_catalog.pg_class'],
])('%s is not believed to be unnoticed', (sql, reason) => {
  const [first = ''] = changes([sql]);
  expect([first.startsWith('code-only: '), first]).toEqual([true, expect.stringContaining(reason)]);
});

test.each([
  'select lower(name), now() from members',
  'create table plans (id int)',
  "set lock_timeout = '2s'",
  'comment on table members is $$who$$',
  'grant select on members to public',
  'alter table members set (fillfactor = 70)',
  'vacuum analyze members',
  'explain delete from members',
  'prepare p as delete from members',
  'alter default privileges grant select on tables to public',
  'create view seen as select shop.fix() as a',
  'create function f() returns int language sql begin atomic delete from members; select 1; end',
])('%s does nothing to what was there', (sql) => {
  expect(changes([sql])).toEqual([]);
});

test('what many statements did alike is said once', () => {
  const batch = 'delete from members where id < 1000';
  expect(changes([batch, batch, batch])).toEqual(['code-only: Rows of members were deleted.']);
});

test('what the server counted is believed more than what statements say', () => {
  const count = (facts: CatalogObject['facts']): Catalog => ({
    ...BEFORE,
    objects: [{ ...MEMBERS, facts: { ...MEMBERS.facts, ...facts } }, NUMBERS],
  });
  const written = count({ writes: { inserted: 2, updated: 0, deleted: 2 } });
  expect(changes(['select now()'], written)).toEqual([
    'code-only: The server counted writes to members: 2 deleted.',
  ]);
  expect(changes(['select now()'], count({ file: '17000' }))).toEqual([
    'code-only: members has another file and no statement says why: it may have been emptied.',
  ]);
  expect(changes(['vacuum full members'], count({ file: '17000' }))).toEqual([]);
  expect(changes(['select now()'], count({ writes: { inserted: 0, updated: 0, deleted: 0 } }))).toEqual([
    "code-only: The server's counts of members were reset, so what was done to its rows is not known.",
  ]);
});

test('a fill explains as many updated rows as it wrote, and no more', () => {
  const fill = ['alter table members add column initial text', "update members set initial = 'x'"];
  const after = (updated: number): Catalog => ({
    ...BEFORE,
    objects: [
      { ...MEMBERS, facts: { ...MEMBERS.facts, writes: { inserted: 2, updated, deleted: 0 } } },
      NUMBERS,
    ],
  });
  expect(changes(fill, after(2), 2)).toEqual([]);
  expect(changes(fill, after(3), 2)).toEqual(['code-only: The server counted writes to members: 3 updated.']);
});

test('a right that is taken from anything is noticed', () => {
  const of = (grants: readonly string[]): Catalog => ({
    ...BEFORE,
    objects: [{ kind: 'language', of: null, name: 'plpgsql', facts: { grants } }],
  });
  const ran = { before: of(['public USAGE']), after: of([]), statements: [], isWhole: true };
  const judged = allChanges(parser, ran);
  expect(judged.changes.map(({ limit }) => limit)).toEqual(['gone']);
  expect(judged.hasDoneAnything).toBe(false);
});

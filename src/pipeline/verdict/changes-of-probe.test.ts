import { expect, test } from 'vitest';
import type { Catalog, CatalogFacts } from '../../migrations/verdict/catalog.ts';
import { changesOfProbe, type ProbedStatements } from './changes-of-probe.ts';

function catalog(tables: Readonly<Record<string, CatalogFacts>>): Catalog {
  return {
    objects: Object.entries(tables).map(([name, facts]) => ({
      kind: 'relation',
      of: null,
      name: `public.${name}`,
      facts: { form: 'table', identity: name, ...facts },
    })),
    harmless: [],
  };
}

function probed(sql: readonly string[], seenBy: 'tap' | 'outside' = 'tap'): ProbedStatements {
  const statements = sql.map((_, index) => ({
    number: index + 1,
    // As it is recorded: what values stood in cannot be parsed any more.
    sql: 'do $1',
    transaction: 1,
    tookMs: 1,
    rows: 1,
    error: null,
    effects: [],
  }));
  return { record: { statements, seenBy }, sql: new Map(sql.map((text, index) => [index + 1, text])) };
}

const EMPTY = catalog({});

async function reasons(of: ProbedStatements, before = EMPTY, after = EMPTY): Promise<unknown> {
  const { changes, hasChanged } = await changesOfProbe(of, before, after);
  return [hasChanged, ...changes.map(({ reason }) => reason)];
}

test('statements are judged as they were sent, not as they are recorded', async () => {
  expect(await reasons(probed(['do $$ begin end $$']))).toEqual([
    true,
    'A DO block ran: what it did to rows is not known.',
  ]);
  const create = 'create function hello() returns int language plpgsql as $$ begin return 1; end $$';
  expect(await reasons(probed([create]))).toEqual([true]);
});

test('what only reads has done nothing, and nothing is tried', async () => {
  expect(await reasons(probed(['begin', 'select 1', "set lock_timeout = '1s'", 'commit']))).toEqual([false]);
});

test('a tool counts in its own table, and a project in one that is called alike', async () => {
  const rows = (inserted: number): Catalog => {
    const writes = { inserted, updated: 0, deleted: 0 };
    return catalog({ schema_migrations: { writes }, customer_migrations: { writes } });
  };
  const insert = "insert into schema_migrations values ('2')";
  expect(await reasons(probed([insert]), rows(1), rows(2))).toEqual([
    true,
    'The server counted writes to customer_migrations: 1 inserted.',
  ]);
  expect(await reasons(probed([insert]))).toEqual([false]);
  expect(await reasons(probed(['delete from customer_migrations']), rows(1), rows(1))).toEqual([
    true,
    'Rows of customer_migrations were deleted.',
  ]);
});

test('from outside not all is seen, unless nothing was done', async () => {
  expect(await reasons(probed(['select 1'], 'outside'))).toEqual([false]);
  expect(await reasons(probed(['create table plans (id int)'], 'outside'))).toEqual([
    true,
    'Not every statement was seen: what was done to rows is not known.',
  ]);
  expect(await reasons(probed([], 'outside'), EMPTY, catalog({ plans: {} }))).toEqual([
    true,
    'Not every statement was seen: what was done to rows is not known.',
  ]);
});

test('where a catalog cannot be read nothing is known', async () => {
  const { changes, hasChanged } = await changesOfProbe(probed(['select 1']), null, EMPTY);
  expect([hasChanged, changes.map(({ limit }) => limit)]).toEqual([true, ['gone']]);
});

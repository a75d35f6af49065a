import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadNormalizer } from '../../src/migrations/probe/load-normalizer.ts';
import { probeStatements } from '../../src/migrations/probe/probe-statements.ts';
import type { ProbedStatement } from '../../src/migrations/probe/probed-statement.ts';
import { loadSqlParser } from '../../src/migrations/lint/parse/sql-parser.ts';
import { watchStatements } from '../../src/pipeline/probe/watch-statements.ts';
import { systemClock } from '../../src/util/clock.ts';
import { openProbePostgres, type ProbePostgres } from '../support/probe-postgres.ts';

/*
 * What each form of a statement locks, and what is done under the lock, as Postgres itself shows it. The rows are those
 * of the published tables of lock modes (docs, 13.3) and of the forms of ALTER TABLE.
 */

let postgres: ProbePostgres;
let direct: Client;
let observer: Client;

beforeAll(async () => {
  postgres = await openProbePostgres();
  direct = await postgres.connect();
  observer = await postgres.connect();
});

afterAll(() => postgres.close());

const SCHEMA = `
  drop schema if exists public, other cascade;
  create schema public;
  set timezone = 'UTC';
  create type mood as enum ('sad', 'glad');
  create domain plain as int;
  create domain positive as int check (value > 0);
  create table ref (id int primary key, code int unique);
  insert into ref select n, n from generate_series(1, 10) n;
  create table t (
    id int primary key, a int, b text, v varchar(10), n numeric(10, 2), ts timestamp, c char(5), j json, e mood,
    r int, p plain, nn int not null default 1, late int constraint t_fk references ref (id) deferrable);
  insert into t select g, g, 'b', 'v', 1.5, now(), 'c', '{}', 'sad', 1 + g % 10, g from generate_series(1, 500) g;
  create index t_b on t (b);
  create unique index t_a on t (a);
  create sequence counter;
  create function noop() returns trigger language plpgsql as 'begin return new; end';
  create trigger t_noop before insert on t for each row execute function noop();
  create view seen as select id from t;
  create materialized view kept as select id from t;
  create unique index kept_id on kept (id);
  create table parent (id int not null, at date not null) partition by range (at);
  create table parent_1 partition of parent for values from ('2020-01-01') to ('2021-01-01');
  create table loose (id int not null, at date not null);
  insert into parent values (1, '2020-05-05');
  create table heir (extra int) inherits (ref);
  analyze;
`;

/** A statement; its effects as `table lock work`, a comma between; what is done before it, unseen. */
type Row = readonly [sql: string, effects: string, before?: string];

/** As vitest wants them. */
type TestRow = [sql: string, effects: string, before?: string];

const SHORT: Readonly<Record<string, string>> = {
  AccessExclusive: 'AE',
  ShareRowExclusive: 'SRE',
  ShareUpdateExclusive: 'SUE',
};

const IN_TRANSACTION: readonly Row[] = [
  // ADD COLUMN
  ['alter table t add x int', 't AE none'],
  ['alter table t add x int default 5', 't AE none'],
  ['alter table t add x timestamptz default now()', 't AE none'],
  ['alter table t add x int not null default 5', 't AE none'],
  ['alter table t add x int generated always as (a + 1) virtual', 't AE none'],
  ['alter table t add x uuid default gen_random_uuid()', 't AE rewrite'],
  ['alter table t add x timestamptz default clock_timestamp()', 't AE rewrite'],
  ['alter table t add x serial', 't AE rewrite'],
  ['alter table t add x int generated always as identity', 't AE rewrite'],
  ['alter table t add x int generated always as (a + 1) stored', 't AE rewrite'],
  ['alter table t add x positive default 1', 't AE rewrite'],
  ['alter table t add x int not null', 't AE scan', 'truncate t'],
  ['alter table t add x int unique', 't AE index-build'],
  ['alter table t add x int check (x > 0)', 't AE scan'],
  ['alter table t add x int references ref', 't AE none, ref SRE none'],
  ['alter table t add x int default 1 references ref', 't AE scan, ref SRE none'],
  // What changes the catalog alone
  ['alter table t drop column b', 't AE none'],
  ['alter table t alter a set default 3', 't AE none'],
  ['alter table t alter nn drop default', 't AE none'],
  ['alter table t alter nn drop not null', 't AE none'],
  ['alter table t rename to tt', 't AE none'],
  ['alter table t rename a to aa', 't AE none'],
  ['alter table t rename constraint t_pkey to t_key', 't AE none'],
  ['alter table t set schema other', 't AE none', 'create schema other'],
  ['alter table t owner to current_user', 't AE none'],
  ['alter table t replica identity full', 't AE none'],
  ['alter table t enable row level security', 't AE none'],
  ['alter table t alter b set storage external', 't AE none'],
  ['alter table t alter b set compression pglz', 't AE none'],
  [
    'alter table t alter nn add generated always as identity',
    't AE none',
    'alter table t alter nn drop default',
  ],
  [
    'alter table g alter x drop expression',
    'g AE none',
    'create table g (a int, x int generated always as (a) stored)',
  ],
  ['alter table loose inherit ref', 'loose AE none, ref SUE none', 'alter table loose add code int'],
  // TYPE
  ['alter table t alter v type varchar(20)', 't AE none'],
  ['alter table t alter v type varchar', 't AE none'],
  ['alter table t alter v type text', 't AE none'],
  ['alter table t alter n type numeric(12, 2)', 't AE none'],
  ["set local timezone = 'UTC'; alter table t alter ts type timestamptz", 't AE none'],
  ["set local timezone = 'Europe/Berlin'; alter table t alter ts type timestamptz", 't AE rewrite'],
  ['alter table t alter r type bigint', 't AE rewrite'],
  ['alter table t alter e type text', 't AE rewrite'],
  ['alter table t alter v type varchar(5)', 't AE rewrite'],
  ['alter table t alter b type varchar(50)', 't AE rewrite'],
  ['alter table t alter n type numeric(10, 3)', 't AE rewrite'],
  ['alter table t alter c type text', 't AE rewrite'],
  ['alter table t alter j type jsonb', 't AE rewrite'],
  ['alter table t alter late type bigint', 't AE rewrite, ref AE none'],
  // NOT NULL, CHECK
  ['alter table t alter a set not null', 't AE scan'],
  ['alter table t alter a set not null', 't AE none', 'alter table t add constraint k check (a is not null)'],
  ['alter table t add constraint k not null a not valid', 't AE none'],
  ['alter table t add constraint k check (a > 0) not valid', 't AE none'],
  [
    'alter table t validate constraint k',
    't SUE scan',
    'alter table t add constraint k check (a > 0) not valid',
  ],
  [
    'alter table t validate constraint k',
    't SUE scan',
    'alter table t add constraint k not null a not valid',
  ],
  [
    'alter table t validate constraint k',
    't SUE scan, ref RowShare none',
    'alter table t add constraint k foreign key (r) references ref not valid',
  ],
  ['alter table t add constraint k check (a > 0)', 't AE scan'],
  // Foreign keys
  ['alter table t add foreign key (r) references ref', 't SRE scan, ref SRE none'],
  ['alter table t add foreign key (r) references ref not valid', 't SRE none, ref SRE none'],
  ['alter table t add foreign key (r) references ref not enforced', 't SRE none, ref SRE none'],
  // UNIQUE, PRIMARY KEY, EXCLUDE
  ['alter table t add unique (a, b)', 't AE index-build'],
  ['alter table loose add primary key (id)', 'loose AE index-build'],
  ['alter table t add exclude (a with =)', 't AE index-build'],
  ['alter table t add unique using index t_a', 't AE none'],
  [
    'alter table n add primary key using index n_a',
    'n AE scan',
    'create table n (a int); insert into n values (1); create unique index n_a on n (a)',
  ],
  // DROP CONSTRAINT
  ['alter table t drop constraint k', 't AE none', 'alter table t add constraint k check (a > 0)'],
  ['alter table t drop constraint t_fk', 't AE none, ref AE none'],
  ['alter table t alter constraint t_fk deferrable initially deferred', 't AE none'],
  // Settings
  ['alter table t set (fillfactor = 80)', 't SUE none'],
  ['alter table t set (autovacuum_enabled = false)', 't SUE none'],
  ['alter table t alter a set statistics 500', 't SUE none'],
  ['alter table t alter a set (n_distinct = 5)', 't SUE none'],
  ['alter table t cluster on t_a', 't SUE none'],
  ["comment on table t is 'x'", 't SUE none'],
  ['create statistics s on a, b from t', 't SUE none'],
  ['analyze t', 't SUE none'],
  ['alter index t_b rename to t_bb', 't_b SUE none'],
  // Triggers, policies, rules
  ['alter table t disable trigger t_noop', 't SRE none'],
  ['create trigger t_two after insert on t for each row execute function noop()', 't SRE none'],
  ['drop trigger t_noop on t', 't AE none'],
  ['create policy all_of_it on t', 't AE none'],
  ['create rule quiet as on delete to t do instead nothing', 't AE none'],
  ['truncate t', 't AE none'],
  ['drop table t cascade', 't AE none, ref AE none, kept AE none, seen AE none'],
  // Rewrites
  ['alter table t set unlogged', 't AE rewrite'],
  ['alter table t set logged', 't AE rewrite', 'alter table t set unlogged'],
  ['alter table t set logged', 't AE none'],
  [
    'alter table g alter x set expression as (a * 2)',
    'g AE rewrite',
    'create table g (a int, x int generated always as (a) stored)',
  ],
  ['cluster t using t_a', 't AE rewrite'],
  // Partitions
  [
    "alter table parent attach partition loose for values from ('2021-01-01') to ('2022-01-01')",
    'parent SUE none, loose AE scan',
  ],
  [
    "alter table parent attach partition loose for values from ('2021-01-01') to ('2022-01-01')",
    'parent SUE none, loose AE none',
    "alter table loose add check (at >= '2021-01-01' and at < '2022-01-01')",
  ],
  ['alter table parent detach partition parent_1', 'parent AE none, parent_1 AE none'],
  [
    "create table parent_2 partition of parent for values from ('2021-01-01') to ('2022-01-01')",
    'parent AE none',
  ],
  // Indexes
  ['create index on t (n)', 't Share index-build'],
  ['create index on parent (id)', 'parent Share none, parent_1 Share index-build'],
  ['drop index t_b', 't AE none'],
  ['reindex index t_b', 't Share index-build, t_b AE none'],
  // The rest
  ['refresh materialized view kept', 'kept AE rewrite'],
  ['alter domain plain add constraint k check (value > 0)', 't Share scan'],
  ['alter domain plain add constraint k check (value > 0) not valid', ''],
  [
    'alter domain plain validate constraint k',
    't Share scan',
    'alter domain plain add constraint k check (value > 0) not valid',
  ],
  ['create table new (id int primary key, r int references ref)', 'ref SRE none'],
  ['alter sequence counter increment 2', 'counter SRE none'],
  ['grant select on t to public', ''],
  ['create or replace view seen as select id from t', 'seen AE none'],
  ["alter type mood add value 'calm'", ''],
  ["alter type mood rename value 'sad' to 'blue'", ''],
  ['create extension if not exists citext', ''],
  ['update t set a = a + 1000', 't RowExclusive rows'],
  ['select * from t for update', 't RowShare rows'],
  ['delete from loose', 'loose RowExclusive rows'],
  ['insert into loose values (1, now())', 'loose RowExclusive rows'],
];

const ALONE: readonly Row[] = [
  ['create index concurrently on t (n)', 't SUE index-build'],
  ['drop index concurrently t_b', 't SUE none'],
  ['reindex index concurrently t_b', 't SUE index-build'],
  ['reindex table concurrently t', 't SUE index-build'],
  // At its end it has the partition for itself for a moment, which may or may not be seen.
  [
    'alter table parent detach partition parent_1 concurrently',
    'parent SUE none, parent_1 SUE none or parent SUE none, parent_1 AE none',
  ],
  ['vacuum t', 't SUE none'],
  ['vacuum full t', 't AE rewrite'],
  ['refresh materialized view concurrently kept', 'kept Exclusive rewrite'],
];

async function probed(send: (client: Client) => Promise<unknown>): Promise<readonly ProbedStatement[]> {
  const watch = await watchStatements(observer, systemClock);
  const { tap } = await postgres.tap(watch.hooks);
  const client = await postgres.connect(tap.url);
  try {
    await send(client);
  } finally {
    // What is left of one that failed would keep the tables locked for the next.
    await client.end();
    await tap.close();
  }
  const parser = await loadSqlParser();
  return probeStatements(await watch.finish(), {
    parser,
    normalize: await loadNormalizer(),
    relations: watch.relations,
    target: {},
  });
}

/** Whether the schema is as it was made. */
let isFresh = false;

async function prepare(before = '', isRolledBack = false): Promise<void> {
  if (!isFresh) await direct.query(SCHEMA);
  if (before !== '') await direct.query(before);
  isFresh = isRolledBack && before === '';
}

/** Of the one that is not about the transaction or its settings. */
function effectsOf(statements: readonly ProbedStatement[]): string {
  const about = statements.filter(({ sql }) => !/^\s*(set|begin|rollback|commit)\b/i.test(sql));
  expect(about.map(({ error }) => error)).toEqual([null]);
  return sorted(
    (about[0]?.effects ?? []).map(({ table, lock, work }) => `${table} ${SHORT[lock] ?? lock} ${work}`),
  );
}

const sorted = (effects: readonly string[]): string => effects.toSorted().join(', ');
const expected = (effects: string): string[] => effects.split(' or ').map((each) => sorted(each.split(', ')));

describe('in a transaction of the client', () => {
  test.each(IN_TRANSACTION.map((row) => [...row] as TestRow))('%s', async (sql, effects, before) => {
    await prepare(before, true);
    const statements = await probed(async (client) => {
      await client.query('begin');
      for (const part of sql.split(';')) await client.query(part);
      await client.query('rollback');
    });
    expect(effectsOf(statements)).toBeOneOf(expected(effects));
  });
});

describe('by itself', () => {
  test.each([...IN_TRANSACTION, ...ALONE].map((row) => [...row] as TestRow))(
    '%s',
    async (sql, effects, before) => {
      await prepare(before);
      expect(effectsOf(await probed((client) => client.query(sql)))).toBeOneOf(expected(effects));
    },
  );
});

describe('by itself, prepared', () => {
  // Only the way to the server is another: one of each effect shows that it is seen all the same.
  const single = [...IN_TRANSACTION, ...ALONE].filter(([sql]) => !sql.includes(';'));
  const ofEach = single.filter(
    ([, effects], index) => single.findIndex(([, others]) => others === effects) === index,
  );
  test.each(ofEach.map((row) => [...row] as TestRow))('%s', async (sql, effects, before) => {
    await prepare(before);
    // node-postgres sends whatever has a name by the extended protocol.
    const statements = await probed((client) => client.query({ text: sql, name: 'it' }));
    expect(effectsOf(statements)).toBeOneOf(expected(effects));
  });
});

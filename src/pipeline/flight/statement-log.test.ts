import { describe, expect, test } from 'vitest';
import type { TransactionState } from '../../providers/postgres/tap/tap.ts';
import { isBookkeeping } from './bookkeeping.ts';
import { createStatementLog, type SeenStatement, type StatementLog } from './statement-log.ts';

/** `batch sql`, one line each, followed by `!code` where it failed; the state after it is worked out. */
function logOf(...lines: readonly string[]): StatementLog {
  const log = createStatementLog();
  let state: TransactionState = 'idle';
  let last = 0;
  let number = 0;
  for (const line of lines) {
    const [, batch = '', sql = '', code] = /^(\d+) (.*?)(?: !(\w{5}))?$/.exec(line) ?? [];
    const tag = tagOf(sql);
    if (tag === 'BEGIN') state = 'open';
    if (tag === 'COMMIT' || tag === 'ROLLBACK') state = 'idle';
    if (code !== undefined && state === 'open') state = 'failed';
    last = Number(batch);
    const error = code === undefined ? null : { sqlState: code, message: 'no', position: null };
    const seen = {
      number: (number += 1),
      session: 1,
      backendPid: 7,
      sql,
      tag: error === null ? tag : null,
      rows: 1,
      error,
      notices: [],
    };
    log.onStart(seen);
    log.onStatement({ ...seen, transaction: state, batch: last });
  }
  return log;
}

function tagOf(sql: string): string {
  const [first = '', second = ''] = sql.toUpperCase().split(' ');
  return ['CREATE', 'ALTER', 'DROP'].includes(first) ? `${first} ${second}` : first;
}

const pending = (log: StatementLog): string[] => log.pending.map((statement) => statement.sql);

describe('what stays of a migration that failed', () => {
  test('is nothing where all of it was in a transaction', () => {
    const log = logOf('1 begin', '2 alter table a', '3 alter table b !55P03', '4 rollback');
    expect(pending(log)).toEqual([]);
    expect(log.failed).toMatchObject({ sql: 'alter table b', error: { sqlState: '55P03' } });
    expect(log.completed).toBe(3);
    expect([...log.pids]).toEqual([7]);
  });

  test('is what ran outside a transaction since the tool last wrote down how far it is', () => {
    expect(
      pending(
        logOf(
          '1 create table one',
          "2 insert into schema_migrations values ('1')",
          '3 create table two',
          '4 select 1',
          '5 alter table three !55P03',
        ),
      ),
    ).toEqual(['create table two']);
  });

  test('is nothing of what was sent at once with what failed', () => {
    expect(pending(logOf('1 create table one', '1 create table two', '1 alter table x !55P03'))).toEqual([]);
    expect(pending(logOf('1 create table one', '1 create table two', '2 alter table x !55P03'))).toEqual([
      'create table one',
      'create table two',
    ]);
  });

  test('is what a transaction committed without writing it down, and an index that runs by itself', () => {
    expect(pending(logOf('1 begin', '2 create table one', '3 commit', '4 alter table two !40P01'))).toEqual([
      'create table one',
    ]);
    expect(
      pending(
        logOf('1 begin', '2 create table one', '3 update schema_migrations', '4 commit', '5 alter x !55P03'),
      ),
    ).toEqual([]);
    expect(pending(logOf('1 create index concurrently i', '2 alter table two !40P01'))).toEqual([
      'create index concurrently i',
    ]);
  });

  test('says at which statement it was when nobody answered any more', () => {
    const log = logOf('1 begin', '2 alter table a');
    expect(log.running).toBeNull();
    log.onStart({ number: 3, session: 1, backendPid: 7, sql: 'select pg_sleep(600)' });
    log.onStart({ number: 4, session: 2, backendPid: 8, sql: 'select 1' });
    expect(log.running?.sql).toBe('select pg_sleep(600)');
  });

  test('is told by what failed first, not by what was refused after it', () => {
    const log = logOf('1 begin', '2 alter table a !55P03', '3 select 1 !25P02', '4 rollback');
    expect(log.failed?.sql).toBe('alter table a');
  });

  test('leaves out what changed no row', () => {
    const log = createStatementLog();
    const seen: SeenStatement = {
      number: 1,
      session: 1,
      backendPid: 1,
      sql: 'update member set x = 1',
      tag: 'UPDATE',
      rows: 0,
      error: null,
      notices: [],
      transaction: 'idle',
      batch: 1,
    };
    log.onStatement(seen);
    log.onStatement({ ...seen, batch: 2, rows: 3 });
    log.onStatement({ ...seen, batch: 3, rows: null, tag: 'SELECT' });
    expect(log.pending.map(({ batch }) => batch)).toEqual([2]);
  });

  test('leaves out the table that any tool looks for first, whatever it is called', () => {
    expect(
      pending(
        logOf(
          '1 create table if not exists done (name text primary key)',
          '2 begin',
          '3 alter table a !55P03',
          '4 rollback',
        ),
      ),
    ).toEqual([]);
    const copied = 'create table if not exists old as select * from member';
    expect(pending(logOf(`1 ${copied}`, '2 alter table a !55P03'))).toEqual([copied]);
  });

  test.each([
    ['drop table if exists a', 'table "a" does not exist, skipping', false],
    [
      'alter table a add column if not exists b int',
      'column "b" of relation "a" already exists, skipping',
      false,
    ],
    ['drop table if exists a, b', 'table "a" does not exist, skipping', true],
    ['drop table a cascade', 'drop cascades to view v', true],
    ['drop table if exists a', null, true],
  ])('keeps %s, of which the server said %s: %s', (sql, notice, isKept) => {
    const log = createStatementLog();
    log.onStatement({
      number: 1,
      session: 1,
      backendPid: 1,
      sql,
      tag: 'DROP TABLE',
      rows: null,
      error: null,
      notices: notice === null ? [] : [{ severity: 'NOTICE', sqlState: '00000', message: notice }],
      transaction: 'idle',
      batch: 1,
    });
    expect(pending(log)).toEqual(isKept ? [sql] : []);
  });
});

test.each([
  ['insert into "schema_migrations" ("version") values ($1)', true],
  ['INSERT INTO "public"."schema_migrations" ("version","inserted_at") VALUES ($1,$2)', true],
  ['insert into "drizzle"."__drizzle_migrations" ("hash") values ($1)', true],
  ['CREATE SCHEMA IF NOT EXISTS "drizzle"', true],
  ['create table if not exists "_prisma_migrations" (id text)', true],
  ['UPDATE "_prisma_migrations" SET finished_at = now()', true],
  ['insert into knex_migrations (name) values ($1)', true],
  ['update "knex_migrations_lock" set "is_locked" = $1', true],
  ['insert into flyway_schema_history values ($1)', true],
  ['insert into django_migrations (app) values ($1)', true],
  ['UPDATE alembic_version SET version_num=$1', true],
  ['insert into pgmigrations (name) values ($1)', true],
  ['TRUNCATE "public"."schema_migrations"', true],
  ['insert into sqitch.changes (change) values ($1)', true],
  ['INSERT INTO "SequelizeMeta" ("name") VALUES ($1)', true],
  ['insert into migrations (name) values ($1)', true],
  ['delete from "migrations" where "id" = $1', true],
  ['create table if not exists migrations (id int)', true],
  ['insert into members (name) values ($1)', false],
  ['delete from customer_migrations where id = 1', false],
  ["insert into bird_migration values ('north')", false],
  ['update data_migrations set done = true where id = 1', false],
  ['delete from migrations', false],
  ['truncate migrations', false],
  ['insert into migrations select * from members', false],
  ['create table migrated_members ()', false],
  ['alter table schema_migrations add column x int', false],
  ['update member set immigration = 1', false],
])('%s: %j', (sql, isIt) => {
  expect(isBookkeeping(sql)).toBe(isIt);
});

test('a table that a project may have by itself is written by a tool one row at a time', () => {
  const sql = 'delete from migrations where id > 0';
  expect([isBookkeeping(sql, 0), isBookkeeping(sql, 1), isBookkeeping(sql, 2)]).toEqual([true, true, false]);
});

test('what a transaction was sent is known until it ends, but for what only touches rows', () => {
  expect(logOf('1 begin', '2 alter table a', "3 insert into a values ('x')", '4 do it').openOf(7)).toEqual([
    'alter table a',
    'do it',
  ]);
  expect(logOf('1 begin', '2 alter table a', '3 commit').openOf(7)).toEqual([]);
  expect(logOf('1 begin', '2 alter table a').openOf(8)).toEqual([]);
});

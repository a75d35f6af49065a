import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseSchema } from '../../src/migrations/schema/database-schema.ts';
import { diffSchemas, objectOf } from '../../src/migrations/schema/diff-schemas.ts';
import { withPostgres } from '../../src/providers/postgres/connect-postgres.ts';
import { readSchema } from '../../src/providers/postgres/read-schema.ts';
import { postgresRig, type PostgresRig } from '../support/postgres-rig.ts';

let rig: PostgresRig;
let base: DatabaseSchema;

beforeAll(async () => {
  rig = await postgresRig();
  base = await schemaAfter(SHOP);
});

afterAll(() => rig[Symbol.asyncDispose]());

const SHOP = `
  create extension pg_trgm;
  create schema shop;
  create type shop.mood as enum ('sad', 'glad');
  create domain shop.positive as int check (value > 0);
  create type shop.pair as (a int, b text);
  create sequence shop.counter increment 5;
  create function shop.noop() returns trigger language plpgsql as 'begin return new; end';
  create table shop.customers (id int generated always as identity primary key, email text not null unique);
  create table shop.orders (
    id bigserial primary key, customer int references shop.customers (id), total numeric(10, 2) default 0,
    mood shop.mood, twice int generated always as (2) stored, constraint total_check check (total >= 0));
  create index orders_customer on shop.orders (customer) where total > 0;
  create trigger keep before update on shop.orders for each row execute function shop.noop();
  alter table shop.orders enable row level security;
  create policy own on shop.orders for select using (customer = 1);
  create table shop.loose (id int, at date);
  create table shop.par (id int);
  create table shop.chi (id int);
  create aggregate shop.sum_up(int) (sfunc = int4pl, stype = int);
  create table shop.events (at date not null) partition by range (at);
  create table shop.events_2020 partition of shop.events for values from ('2020-01-01') to ('2021-01-01');
  create view shop.seen as select id from shop.orders;
  create materialized view shop.kept as select id from shop.orders;
`;

async function schemaAfter(...statements: string[]): Promise<DatabaseSchema> {
  const url = await rig.database();
  return withPostgres(url, {}, async (client: Client) => {
    for (const statement of statements) await client.query(statement);
    return { objects: (await readSchema(client)) as unknown as DatabaseSchema['objects'] };
  });
}

describe('the schema of a database', () => {
  test('is the same after the same statements, in another database', async () => {
    expect(diffSchemas(base, await schemaAfter(SHOP))).toEqual([]);
    expect(new Set(base.objects.map((object) => object.kind)).size).toBe(15);
  });

  test('is empty where nothing was made but what Postgres brings itself', async () => {
    const { objects } = await schemaAfter('create extension pg_trgm');
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'schema public',
      'extension pg_trgm',
    ]);
  });

  test.each([
    ['alter table shop.orders add note text', 'column note'],
    ['alter table shop.orders alter total type numeric(12, 2)', 'column total'],
    ['alter table shop.orders alter customer set not null', 'column customer'],
    ['alter table shop.orders alter total set default 1', 'column total'],
    ['alter table shop.orders drop constraint total_check', 'constraint total_check'],
    ['alter table shop.orders add constraint c check (id > 0) not valid', 'constraint c'],
    ['drop index shop.orders_customer', 'index orders_customer'],
    ["alter type shop.mood add value 'angry'", 'enum shop.mood'],
    ['alter domain shop.positive set not null', 'domain shop.positive'],
    ['alter type shop.pair add attribute c int', 'type shop.pair'],
    ['alter sequence shop.counter increment 7', 'sequence shop.counter'],
    ['alter table shop.orders disable trigger keep', 'trigger keep'],
    ['alter policy own on shop.orders using (customer = 2)', 'policy own'],
    ['create or replace view shop.seen as select id + 0 as id from shop.orders', 'view shop.seen'],
    ['drop materialized view shop.kept', 'materialized view shop.kept'],
    [
      "create or replace function shop.noop() returns trigger language plpgsql as 'begin return old; end'",
      'function shop.noop()',
    ],
    ['alter table shop.loose set unlogged', 'table shop.loose'],
    ['drop table shop.events_2020', 'table shop.events_2020'],
    ['create schema other', 'schema other'],
    ['drop extension pg_trgm', 'extension pg_trgm'],
    ['alter policy own on shop.orders to pg_monitor', 'policy own'],
    ['alter view shop.seen set (security_invoker = true)', 'view shop.seen'],
    ['alter view shop.seen set (security_barrier = true)', 'view shop.seen'],
    ['alter table shop.loose set (fillfactor = 70)', 'table shop.loose'],
    ['alter table shop.loose replica identity full', 'table shop.loose'],
    ['alter table shop.customers replica identity using index customers_email_key', 'table shop.customers'],
    ['alter table shop.chi inherit shop.par', 'table shop.chi'],
    ['alter table shop.loose enable row level security', 'table shop.loose'],
    ['alter index shop.orders_customer set (fillfactor = 70)', 'index orders_customer'],
    ['alter table shop.orders enable always trigger keep', 'trigger keep'],
    ['alter table shop.orders enable replica trigger keep', 'trigger keep'],
    ['create rule skip as on delete to shop.loose do instead nothing', 'rule skip'],
    ['create statistics shop.together on id, at from shop.loose', 'statistics shop.together'],
    ['create type shop.span as range (subtype = float8)', 'type shop.span'],
    [
      'create operator shop.<+> (leftarg = int, rightarg = int, function = int4pl)',
      'operator shop.<+> (integer, integer)',
    ],
    [
      'create or replace aggregate shop.sum_up(int) (sfunc = int4larger, stype = int)',
      'function shop.sum_up(integer)',
    ],
    [
      'create or replace aggregate shop.sum_up(int) (sfunc = int4pl, stype = int, initcond = 1)',
      'function shop.sum_up(integer)',
    ],
  ])('shows what a statement changed: %s', async (statement, expected) => {
    const changed = await schemaAfter(SHOP, statement);
    const differences = diffSchemas(base, changed).map(objectOf);
    expect(differences.map(({ kind, name }) => `${kind} ${name}`)).toEqual([expected]);
  });
});

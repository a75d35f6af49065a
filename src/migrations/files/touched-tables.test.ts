import { expect, test } from 'vitest';
import { touchedTables } from './touched-tables.ts';

test.each([
  ['alter table member add column phone text; create index on "Note" (id)', ['Note', 'member']],
  ['create table shop.order_line (member int references member (id))', ['member', 'shop.order_line']],
  [
    'alter table note add constraint f foreign key (member) references shop.member (id) not valid',
    ['note', 'shop.member'],
  ],
  [
    'begin; set lock_timeout = 1; update member set x = (select max(id) from other); commit',
    ['member', 'other'],
  ],
  ["create type mood as enum ('ok')", []],
  ['', []],
])('%s locks %j', async (sql, tables) => {
  expect(await touchedTables([sql])).toEqual(tables);
});

test.each([
  'drop table member',
  'drop index member_name',
  'alter table member drop column name',
  'alter table member alter column id type bigint',
  'alter table member drop constraint f',
  "do $$ begin execute 'drop table member'; end $$",
  'truncate member cascade',
  'create table member (',
])('what %s locks cannot be told from its text', async (sql) => {
  expect(await touchedTables(['create table a ()', sql])).toBeNull();
});

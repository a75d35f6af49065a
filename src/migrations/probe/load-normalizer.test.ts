import { expect, test } from 'vitest';
import { loadNormalizer, UNREADABLE } from './load-normalizer.ts';

const normalize = await loadNormalizer();

test.each([
  ["update member set name = 'geheim' where id = 7", 'update member set name = $1 where id = $2'],
  ["create role reporter login password 'geheim'", 'create role reporter login password $1'],
  [
    "alter table plan alter column title type varchar(300) using title || 'geheim'",
    "alter table plan alter column title type varchar(300) using title || '…'",
  ],
  [
    "alter table plan add column note text default E'it\\'s geheim'",
    "alter table plan add column note text default '…'",
  ],
  ["comment on table plän is 'geheim'", "comment on table plän is '…'"],
  ["create table t as select 'geheim' as a, 12 as b", "create table t as select '…' as a, 12 as b"],
  [
    "create server s foreign data wrapper w options (password 'geheim')",
    "create server s foreign data wrapper w options (password '…')",
  ],
  [
    "prepare p as select $$geheim$$, $x$geheim$x$, U&'geheim', X'1F'",
    "prepare p as select '…', '…', '…', '…'",
  ],
  [
    '/* geheim */ alter table "it\'s" add column "geheim?" int -- geheim',
    'alter table "it\'s" add column "geheim?" int',
  ],
  ["select 'geheim", UNREADABLE],
  ["selec 'geheim'", UNREADABLE],
])('of %j is kept: %j', (sql, kept) => {
  expect(normalize(sql)).toBe(kept);
});

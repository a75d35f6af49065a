import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlStatements } from '../src/sql-statements.ts';

test('statements are split at semicolons, and an empty end is none', () => {
  assert.deepEqual(sqlStatements('select 1;\n select 2 ;\n'), ['select 1', 'select 2']);
});

test('a semicolon in quoted text, names, bodies and comments splits nothing', () => {
  const whole = [
    `insert into t values ('a;''b;')`,
    `alter table "a;b" add c int`,
    'do $body$ begin perform 1; end $body$',
    'select 1 /* ; */ -- ;',
  ];
  assert.deepEqual(sqlStatements(whole.join('\n;')), whole);
});

test('a comment alone is no statement', () => {
  assert.deepEqual(sqlStatements('-- nothing;\n/* here; */'), []);
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byteIndex, loadSqlParser } from './sql-parser.ts';

/** Some 60 MB are Node's own; as V8 would do it by itself it is more than 600. */
const MEMORY_MB_MAX = 250;

test('a process that parses stays small, and does not wait at its end for better code', () => {
  const code = `
    const { loadSqlParser } = await import(${JSON.stringify(join(import.meta.dirname, 'sql-parser.ts'))});
    const parser = await loadSqlParser();
    for (let n = 0; n < 300; n += 1) parser.parse('CREATE TABLE shop.a' + n + ' (id bigint PRIMARY KEY, b text NOT NULL)');
    process.on('exit', () => process.stdout.write(String(process.resourceUsage().maxRSS / 1024)));
  `;
  const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(Number(stdout)).toBeGreaterThan(10);
  expect(Number(stdout)).toBeLessThan(MEMORY_MB_MAX);
});

test('the parser is loaded once', async () => {
  expect(await loadSqlParser()).toBe(await loadSqlParser());
});

test('bytes become indices, whatever the characters', () => {
  const text = 'aé€😀b';
  const indexOf = byteIndex(text);
  expect([0, 1, 3, 6, 10, 11].map(indexOf)).toEqual([0, 1, 2, 3, 5, 6]);
  expect(byteIndex('abc')(2)).toBe(2);
});

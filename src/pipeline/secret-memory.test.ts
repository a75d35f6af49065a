import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSecretMemory } from './secret-memory.ts';

test('what was sent is known again, by the same app, name and value alone', async () => {
  const db = new DatabaseSync(':memory:');
  const memory = createSecretMemory(db, randomBytes);
  const fingerprint = await memory.fingerprint('shop', 'KEY', 'hunter2-hunter2');
  memory.remember('shop', { version: 4, secrets: { KEY: { fingerprint, digest: 'd1' } } });
  const again = createSecretMemory(db, randomBytes);
  expect(again.recall('shop')).toEqual({ version: 4, secrets: { KEY: { fingerprint, digest: 'd1' } } });
  expect(again.recall('other')).toEqual({ version: null, secrets: {} });
  expect(await again.fingerprint('shop', 'KEY', 'hunter2-hunter2')).toBe(fingerprint);
  for (const [app, name, value] of [
    ['shop', 'KEY', 'hunter3-hunter3'],
    ['shop', 'KEY2', 'hunter2-hunter2'],
    ['other', 'KEY', 'hunter2-hunter2'],
  ] as const)
    expect(await again.fingerprint(app, name, value)).not.toBe(fingerprint);
  memory.remember('shop', { version: 5, secrets: { MORE: { fingerprint: 'f', digest: null } } });
  expect(again.recall('shop').version).toBe(5);
  expect(Object.keys(again.recall('shop').secrets)).toEqual(['KEY', 'MORE']);
});

test('another project gives the same secret another fingerprint, and no file holds the value', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-memory-'));
  const file = join(dir, 'state.db');
  const db = new DatabaseSync(file);
  const one = createSecretMemory(db, randomBytes);
  const other = createSecretMemory(new DatabaseSync(':memory:'), randomBytes);
  const fingerprint = await one.fingerprint('shop', 'KEY', 'hunter2-hunter2');
  expect(await other.fingerprint('shop', 'KEY', 'hunter2-hunter2')).not.toBe(fingerprint);
  one.remember('shop', { version: 1, secrets: { KEY: { fingerprint, digest: null } } });
  db.close();
  expect(readFileSync(file).includes('hunter2')).toBe(false);
  rmSync(dir, { recursive: true });
});

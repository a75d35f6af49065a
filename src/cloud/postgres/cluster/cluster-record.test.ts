import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readClusterRecord, writeClusterRecord } from './cluster-record.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-record-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** As it was written before there were branches. */
const FORMAT_1 = {
  version: 1,
  id: 'shop-db',
  port: 12_345,
  databases: ['shop'],
  logins: [{ name: 'app', role: 'schema_admin', password: 'p' }],
  adminPassword: 'a',
  isBootstrapped: true,
  createdAt: 1_790_000_000_000,
};

test('a record of the first format is read as one without a past, and kept as such', async () => {
  writeFileSync(join(dir, 'cluster.json'), JSON.stringify(FORMAT_1));
  const record = await readClusterRecord(dir);
  expect(record).toMatchObject({ ...FORMAT_1, version: 2, isUnfinished: false, isRecovered: true });
  expect(record?.history).toEqual({
    backups: [],
    archives: [{ name: expect.any(String) as unknown, until: null }],
  });
  if (record !== null) await writeClusterRecord(dir, record);
  expect(await readClusterRecord(dir)).toEqual(record);
  expect(readdirSync(dir)).toEqual(['cluster.json']);
});

test('a directory without a record is no cluster', async () => {
  expect(await readClusterRecord(dir)).toBeNull();
});

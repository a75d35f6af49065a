import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReleaseBook } from './release-book.ts';
import type { ReleaseRecord } from './release-book.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'glidepath-releases-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

function release(version: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    id: `r${version}`,
    app: 'web',
    version,
    status: 'pending',
    strategy: 'ROLLING',
    imageRef: 'registry.test/web:1',
    definition: { app: 'web' },
    metadata: null,
    createdAt: version,
    ...more,
  };
}

test('Releases and builds are there after a restart, as they were last told', () => {
  const first = new ReleaseBook(stateDir);
  first.save(release(1));
  first.save(release(2));
  first.save(release(1, { status: 'complete' }));
  const build = first.addBuild('web', 5);
  first.finishBuild(build, 'completed');
  const second = new ReleaseBook(stateDir);
  expect(second.releasesOf('web').map(({ version, status }) => [version, status])).toEqual([
    [2, 'pending'],
    [1, 'complete'],
  ]);
  expect(second.find('r2')).toEqual(release(2));
  expect(second.findBuild(build.id)).toEqual({ ...build, status: 'completed' });
  expect(second.addBuild('web', 6).id).toBe(build.id + 1);
});

test('Of an app the newest hundred are kept, and none when it is gone', () => {
  const releases = new ReleaseBook(stateDir);
  releases.save(release(1, { id: 'other', app: 'other' }));
  for (let version = 1; version <= 130; version += 1) releases.save(release(version));
  const kept = releases.releasesOf('web').map(({ version }) => version);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([100, 130, 31]);
  releases.forgetApp('web');
  expect([releases.releasesOf('web'), releases.releasesOf('other').length]).toEqual([[], 1]);
});

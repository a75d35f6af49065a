import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CacheStore } from '../../src/checks/cache/cache-store.ts';
import type { CheckClaims } from '../../src/checks/claims/check-claims.ts';
import { createCheckMemory } from '../../src/checks/create-check-memory.ts';
import type { HeldResults } from '../../src/checks/held/held-results.ts';
import { systemClock } from '../../src/util/clock.ts';
import { newEntry, newSigner, rigCache, writeTree } from '../support/cache-rig.ts';

/** Of a fresh clone. */
const NOTHING_HELD = { last: () => null } as unknown as HeldResults;

test('the order of checks is decided by what this machine knows: the shared cache is not asked', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'glidepath-order-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const asked: string[] = [];
  const nothing: CacheStore = {
    where: 'the shared cache',
    get: async (name) => (asked.push(name), null),
    has: async () => false,
    put: async () => undefined,
    remove: async () => undefined,
  };
  writeTree(directory, { 'dist/a.js': 'a' });
  const trusted = [newSigner().publicKey];
  const cache = rigCache({ directory: join(directory, 'cache'), remote: nothing, trusted });
  await cache.store(newEntry('a', ['dist/a.js'], { durationMs: 4321 }), directory);
  const memory = createCheckMemory({
    root: directory,
    checks: [],
    variable: () => undefined,
    tools: async () => ({}),
    place: async () => 'host',
    held: NOTHING_HELD,
    claims: {} as CheckClaims,
    cache,
    commit: async () => null,
    clock: systemClock,
    signal: new AbortController().signal,
  });
  expect([...(await memory.durations(['build', 'test', 'lint']))]).toEqual([['build', 4321]]);
  expect(asked).toEqual([]);
});

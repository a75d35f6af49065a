// Stores, restores and evicts entries of one cache, over and over, until it is killed: started by the tests of the cache.
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckCache } from '../../src/checks/cache/create-check-cache.ts';
import { diskStore } from '../../src/checks/cache/disk-store.ts';
import { systemClock } from '../../src/util/clock.ts';
import { ed25519Signer } from '../../src/util/ed25519.ts';
import { newEntry, seededTree, writeTree } from './cache-rig.ts';

const [directory = '', key = '', root = mkdtempSync(join(tmpdir(), 'glidepath-worker-')), rounds = '0'] =
  process.argv.slice(2);
const machine = ed25519Signer(key);
if (machine === null) throw new Error('no key');
mkdirSync(root, { recursive: true });
const cache = createCheckCache({
  local: diskStore(directory, systemClock),
  remote: null,
  isScoped: false,
  trust: { domain: 'local', trusted: [], machine, shared: null },
  clock: systemClock,
  // Some of the entries: there is always something to evict.
  maxBytes: 1_500_000,
  disposable: async (_, paths) => new Set(paths),
  onWarning: (sentence) => process.stdout.write(`warning ${sentence}\n`),
});
process.stdout.write('ready\n');
const last = rounds === '0' ? Number.POSITIVE_INFINITY : Number(rounds);
for (let round = 0; round < last; round += 1) {
  const seed = randomInt(8);
  const found = await cache.find(newEntry(`seed ${seed}`, []).key);
  if (found === null) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    const tree = seededTree(seed);
    writeTree(root, tree);
    await cache.store(newEntry(`seed ${seed}`, Object.keys(tree)), root);
  } else if (await cache.restore(found, root)) writeFileSync(join(root, 'restored'), String(seed));
  if (round % 5 === 4) await cache.settle();
  process.stdout.write('round\n');
}
process.stdout.write('done\n');

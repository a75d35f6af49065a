import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { loadedByCi, MEMO, QUICK_FILES, QUIET } from '../support/quick-checks.ts';

let rig: ProjectRig;

beforeAll(async () => {
  rig = await projectRig(QUICK_FILES);
});
afterAll(async () => rig[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const file of ['new.txt', 'src/d.txt']) rmSync(join(rig.dir, file), { force: true });
  await settle();
});

/** What has only just been changed is not believed to stay: so runs are made until one has nothing to write anew. */
async function settle(): Promise<void> {
  rmSync(join(rig.dir, MEMO), { force: true });
  expect((await rig.run('ci')).code).toBe(0);
  await vi.waitFor(
    async () => {
      const written = memoNode();
      expect((await rig.run('ci')).code).toBe(0);
      expect(written).not.toBeNull();
      expect(memoNode()).toBe(written);
    },
    { timeout: 120_000 },
  );
}

function memoNode(): number | null {
  return statSync(join(rig.dir, MEMO), { throwIfNoEntry: false })?.ino ?? null;
}

const RESTORED =
  /↺ build .*restored: same inputs.*\n↺ lint .*up to date.*\n2 checks passed in .*, all up to date/;

test('where only outputs are gone they are restored, again and again, and the command itself is not loaded', async () => {
  const made = readFileSync(join(rig.dir, 'dist/all.txt'), 'utf8');
  for (let times = 0; times < 2; times += 1) {
    rmSync(join(rig.dir, 'dist'), { recursive: true });
    const { stdout, loaded } = await loadedByCi(rig);
    expect(stdout).toMatch(RESTORED);
    expect(loaded).toMatch(/cli\/quick-restore\.cjs/);
    expect(loaded).not.toMatch(/cli\/main\.js/);
    expect(readFileSync(join(rig.dir, 'dist/all.txt'), 'utf8')).toBe(made);
  }
  // What it restored is known to be in place, and nothing is left beside it.
  expect((await rig.run('ci')).stdout).toMatch(QUIET);
  expect(readdirSync(join(rig.dir, '.glidepath/restoring'))).toEqual([]);
  expect(readdirSync(join(rig.dir, '.glidepath/claims'))).toEqual([]);
});

test.each<readonly [string, () => void, RegExp]>([
  ['a file came beside them', () => rig.write('new.txt', 'x\n'), RESTORED],
  ['a file came that is an input', () => rig.write('src/d.txt', 'd\n'), /✓ build .*ran: src\/d\.txt is new/],
  ['a link is in their place', () => symlinkSync('src', join(rig.dir, 'dist')), /[↺✓] build /],
  ['a run was killed', () => leaveClaim(), RESTORED],
  ['the cached result is damaged', () => damageEntries(), /✓ build .*ran: /],
])('where outputs are gone and %s, the command itself decides', async (_, change, says) => {
  rmSync(join(rig.dir, 'dist'), { recursive: true });
  change();
  const { stdout, loaded } = await loadedByCi(rig);
  expect(stdout).toMatch(says);
  expect(loaded).toMatch(/cli\/main\.js/);
  const inputs = readdirSync(join(rig.dir, 'src')).toSorted();
  const wanted = inputs.map((name) => readFileSync(join(rig.dir, 'src', name), 'utf8')).join('');
  expect(readFileSync(join(rig.dir, 'dist/all.txt'), 'utf8')).toBe(wanted);
});

/** The mark of a process that is there no more, as `kill -9` leaves it. */
function leaveClaim(): void {
  mkdirSync(join(rig.dir, '.glidepath/claims'), { recursive: true });
  symlinkSync('999999999 1 gone', join(rig.dir, '.glidepath/claims/build'));
}

function damageEntries(): void {
  const entries = join(rig.dir, '.glidepath/cache/local/entries');
  for (const name of readdirSync(entries, { recursive: true, encoding: 'utf8' })) {
    const path = join(entries, name);
    if (statSync(path).isFile()) truncateSync(path, statSync(path).size - 8);
  }
}

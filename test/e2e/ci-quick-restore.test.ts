import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

const CONFIG = `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'gone', apps: {}, environments: {},
  ci: {
    checks: {
      build: check('mkdir -p dist && cat src/*.txt > dist/all.txt', { inputs: ['src/**'], outputs: ['dist/**'] }),
      lint: check('echo "$STYLE" && sh tool.sh', { needs: ['build'], inputs: ['src/**', 'tool.sh'], env: ['STYLE'] }),
    },
  },
});
`;

const MEMO = '.glidepath/cache/quick';
const QUIET = /↺ build .*\n↺ lint .*\n2 checks passed in .*, all up to date/;

let rig: ProjectRig;

beforeAll(async () => {
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'src/a.txt': 'a\n',
    'src/b.txt': 'b\n',
    'tool.sh': '#!/bin/sh\nexit 0\n',
    '.gitignore': 'dist\n.glidepath\nnode_modules\n',
  });
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

/** Runs it, and says which files of Glidepath were loaded. */
async function loadedBy(): Promise<{ stdout: string; loaded: string }> {
  const list = join(rig.dir, '.glidepath', 'loaded');
  const hooks = join(rig.dir, '.glidepath', 'hooks.mjs');
  writeFileSync(
    hooks,
    `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({ load: (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + '\\n'), next(url, context)) });`,
  );
  rmSync(list, { force: true });
  const { stdout, code } = await rig.runWith({ NODE_OPTIONS: `--import ${hooks}` }, 'ci');
  expect(code).toBe(0);
  return { stdout, loaded: readFileSync(list, 'utf8') };
}

const RESTORED =
  /↺ build .*restored: same inputs.*\n↺ lint .*up to date.*\n2 checks passed in .*, all up to date/;

test('where only outputs are gone they are restored, again and again, and the command itself is not loaded', async () => {
  const made = readFileSync(join(rig.dir, 'dist/all.txt'), 'utf8');
  for (let times = 0; times < 2; times += 1) {
    rmSync(join(rig.dir, 'dist'), { recursive: true });
    const { stdout, loaded } = await loadedBy();
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
  const { stdout, loaded } = await loadedBy();
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

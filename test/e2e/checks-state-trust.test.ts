import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeIndex, encodeIndex } from '../../src/checks/inputs/stored-tree.ts';
import { ownFiles } from '../../src/checks/own-files/own-files.ts';
import { decodeMemo, encodeMemo } from '../../src/cli/checks/quick/memo.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

// The check passes where a file lies that no key knows of: on the machine of who attacks.
const CONFIG = `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'trust', apps: {}, environments: {},
  ci: { checks: { test: check('test -e .git/passes && ! grep -q broken src/*.txt', { inputs: ['src/**'] }) } },
});
`;

let rig: ProjectRig;
const at = (path: string): string => join(rig.dir, path);
const cache = (name: string): string => at(`.glidepath/cache/${name}`);

beforeAll(async () => {
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'src/a.txt': 'a\n',
    '.gitignore': '.glidepath\nnode_modules\n',
  });
});
afterAll(async () => rig[Symbol.asyncDispose]());
beforeEach(async () => {
  rmSync(at('src/b.txt'), { force: true });
  await rig.git('reset', '--quiet');
  newMachine();
});

/** Nothing is known here yet, and the check fails. */
function newMachine(): void {
  for (const path of ['.glidepath', '.git/state', '.git/passes'])
    rmSync(at(path), { recursive: true, force: true });
}

/** Runs until a file is kept: what has only just been changed is not. The check passes. */
async function made(name: string): Promise<Buffer> {
  writeFileSync(at('.git/passes'), '');
  await vi.waitFor(
    async () => {
      expect((await rig.run('ci')).code).toBe(0);
      expect(existsSync(cache(name))).toBe(true);
    },
    { timeout: 120_000 },
  );
  return readFileSync(cache(name));
}

function plant(name: string, content: string | Uint8Array): void {
  rmSync(cache(name), { force: true });
  mkdirSync(dirname(cache(name)), { recursive: true });
  writeFileSync(cache(name), content);
}

/** As if this machine had written it: so one sees that nothing but that was missing. */
function believe(name: string): void {
  const records = at('.git/state/glidepath/own-files');
  ownFiles(records).claim(cache(name), statSync(cache(name)).ino);
}

describe('a file that was planted in .glidepath/cache is not believed, though it is what it should be', () => {
  test('what the checkout holds: that the check has passed here', async () => {
    const held = await made('held');
    newMachine();
    plant('held', held);
    expect((await rig.run('ci')).code).toBe(1);
    newMachine();
    plant('held', held);
    believe('held');
    expect((await rig.run('ci')).stdout).toMatch(/↺ test/);
  });

  test('the memo of a run with nothing to do, bound to no file and no variable', async () => {
    const { memo } = decodeMemo(await made('quick')) ?? {};
    if (memo === undefined) throw new Error('no memo');
    const forged = encodeMemo({ ...memo, paths: [], env: {} }, new Float64Array());
    newMachine();
    plant('quick', forged);
    expect((await rig.run('ci')).code).toBe(1);
    expect((await rig.runWith({ GITHUB_ACTIONS: 'true' }, 'ci')).code).toBe(1);
    plant('quick', forged);
    believe('quick');
    expect((await rig.run('ci')).stdout).toMatch(/all up to date/);
  });

  test('the config, with another command', async () => {
    const text = (await made('config.json')).toString();
    const snapshot = JSON.parse(text.replaceAll(/test -e [^"]*txt/g, 'true')) as object;
    const forged = JSON.stringify({ ...snapshot, files: [], env: {} });
    newMachine();
    plant('config.json', forged);
    expect((await rig.run('ci')).code).toBe(1);
    plant('config.json', forged);
    believe('config.json');
    expect((await rig.run('ci')).code).toBe(0);
  });

  test('the tree, without a file that was added', async () => {
    const tree = decodeIndex(await made('tree'));
    if (tree === null) throw new Error('no tree');
    const forged = encodeIndex({
      ...tree,
      isSettled: true,
      guards: [],
      directories: [],
      names: [],
      directoryFigures: new Float64Array(),
    });
    rig.write('src/b.txt', 'broken\n');
    rmSync(cache('quick'), { force: true });
    plant('tree', forged);
    expect((await rig.run('ci')).code).toBe(1);
    plant('tree', forged);
    believe('tree');
    expect((await rig.run('ci')).stdout).toMatch(/↺ test/);
  });
});

describe('what this machine wrote itself is not believed', () => {
  test('once it was written over, copied, or lies behind a link', async () => {
    const held = await made('held');
    const fails = async (): Promise<void> => expect((await rig.run('ci', '--only', 'test')).code).toBe(1);
    const own = ownFiles(at('.git/state/glidepath/own-files'));
    expect(own.read(cache('held'))).toEqual(held);
    rmSync(at('.glidepath/cache/local'), { recursive: true, force: true });
    rmSync(at('.git/passes'));
    writeFileSync(cache('held'), held);
    await fails();
    plant('held', held);
    await fails();
    writeFileSync(at('.git/held'), held);
    rmSync(cache('held'));
    symlinkSync('../../.git/held', cache('held'));
    await fails();
  });

  test('by another user, or where there is no home that can be written', async () => {
    await made('held');
    rmSync(at('.glidepath/cache/local'), { recursive: true, force: true });
    rmSync(at('.git/passes'));
    expect((await rig.runWith({ XDG_STATE_HOME: at('.git/other') }, 'ci')).code).toBe(1);
    writeFileSync(at('.git/passes'), '');
    // A file is where the directory should be.
    const closed = { XDG_STATE_HOME: at('.git/HEAD') };
    for (const _ of [1, 2]) expect((await rig.runWith(closed, 'ci')).code).toBe(0);
    rmSync(at('.git/passes'));
    expect((await rig.runWith(closed, 'ci')).code).toBe(1);
  });
});

describe('STATE_COMMITTED refuses a repository with state of Glidepath in it', () => {
  const refused = { code: 2, stderr: expect.stringContaining('STATE_COMMITTED') as unknown };

  test.each([
    ['.glidepath/cache/held', 'held'],
    ['.glidepath/bin/test', '#!/bin/sh\nexit 0\n'],
    ['.GlidePath/reports/summary.json', '{}'],
  ])('%s', async (path, content) => {
    await made('held');
    rig.write(path, content);
    await rig.git('add', '--force', path);
    try {
      expect(await rig.run('ci')).toMatchObject(refused);
      expect(await rig.run('ci', '--no-cache')).toMatchObject(refused);
      expect((await rig.run('ci', 'why', 'test')).stderr).toContain(path);
    } finally {
      await rig.git('rm', '-r', '--quiet', '--force', path);
    }
    expect((await rig.run('ci')).code).toBe(0);
  });

  test('.glidepath as a link, and as a submodule', async () => {
    mkdirSync(at('.git/linked'), { recursive: true });
    symlinkSync('.git/linked', at('.glidepath'));
    await rig.git('add', '--force', '.glidepath');
    expect(await rig.run('ci')).toMatchObject(refused);
    await rig.git('rm', '--quiet', '--force', '.glidepath');
    const head = (await rig.git('rev-parse', 'HEAD')).trim();
    await rig.git('update-index', '--add', '--cacheinfo', `160000,${head},.glidepath`);
    expect(await rig.run('ci')).toMatchObject(refused);
    await rig.git('rm', '--quiet', '--force', '--cached', '.glidepath');
  });

  test('a journal: neither are runs read from it nor is anything deployed by it', async () => {
    await using tiny = await projectRig(tinyProject());
    tiny.write('.glidepath/state.db', 'planted');
    await tiny.git('add', '--force', '.glidepath/state.db');
    expect(await tiny.run('runs')).toMatchObject(refused);
    expect(await tiny.run('deploy', 'staging')).toMatchObject(refused);
  });
});

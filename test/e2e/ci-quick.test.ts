import { existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { loadedByCi, MEMO, QUICK_CONFIG, QUICK_FILES, QUIET } from '../support/quick-checks.ts';

let rig: ProjectRig;

anewAfterFailure(async () => (rig = await projectRig(QUICK_FILES)));
beforeEach(settle);

/** What has only just been changed is not believed to stay: so runs are made until one has been remembered. */
async function settle(): Promise<void> {
  rmSync(join(rig.dir, MEMO), { force: true });
  await vi.waitFor(
    async () => {
      expect((await rig.run('ci')).code).toBe(0);
      expect(existsSync(join(rig.dir, MEMO))).toBe(true);
    },
    { timeout: 120_000 },
  );
}

test('where nothing has changed, the same is said as before, and the command itself is not loaded', async () => {
  const { stdout, loaded } = await loadedByCi(rig);
  const whole = await rig.run('ci', '--keep-going');
  expect(stdout).toMatch(QUIET);
  const withoutTimes = (text: string): string =>
    text.replaceAll(/\d+(\.\d+)? (ms|seconds?|minutes?|s)|just now/g, '…');
  expect(withoutTimes(stdout).replaceAll(' ago', '')).toBe(withoutTimes(whole.stdout).replaceAll(' ago', ''));
  expect(loaded).toMatch(/cli\/quick-ci\.cjs/);
  expect(loaded).not.toMatch(/cli\/main\.js/);
});

test.each<readonly [string, () => void, RegExp]>([
  ['a file changes', () => rig.write('src/a.txt', 'c\n'), /✓ build .*ran: src\/a\.txt changed/],
  [
    'a file changes and keeps its size and its time',
    () => {
      const file = join(rig.dir, 'src/a.txt');
      const { atime, mtime } = statSync(file);
      rig.write('src/a.txt', 'z\n');
      utimesSync(file, atime, mtime);
    },
    /✓ build .*ran: src\/a\.txt changed/,
  ],
  ['a file comes', () => rig.write('src/c.txt', 'c\n'), /✓ build .*ran: src\/c\.txt is new/],
  ['a file goes', () => rmSync(join(rig.dir, 'src/b.txt')), /✓ build .*ran: src\/b\.txt is gone/],
  ['an output goes', () => rmSync(join(rig.dir, 'dist/all.txt')), /↺ build .*restored/],
  ['an output is written over', () => rig.write('dist/all.txt', 'x\n'), /↺ build .*restored/],
  ['a file comes among the outputs', () => rig.write('dist/deep/more.txt', 'x\n'), /↺ build .*restored/],
  [
    'the shortcut is spoilt',
    () => rig.write(MEMO, readFileSync(join(rig.dir, MEMO), 'latin1').slice(0, -9)),
    QUIET,
  ],
  ['the shortcut is none', () => rig.write(MEMO, 'nothing of the kind'), QUIET],
  [
    'the config changes',
    () => rig.write('glidepath.config.ts', QUICK_CONFIG.replace('echo "$STYLE" &&', 'true &&')),
    /↺ build[^]*✓ lint .*ran: its command changed/,
  ],
])('it is seen that %s', async (_, change, says) => {
  change();
  expect((await rig.run('ci')).stdout).toMatch(says);
});

test('a reader that has gone is no failure', async () => {
  const written = statSync(join(rig.dir, MEMO)).ino;
  // Nobody can read from the pipe any more when the command begins. The rest is as it was when the shortcut was taken.
  const { stdout, stderr } = await rig.shell(`
    node=$(command -v node)
    export PATH="\${PATH#*:}" HOME='${process.env['HOME'] ?? ''}' XDG_STATE_HOME="$PWD/.git/state"
    mkfifo .git/pipe
    exec 3<>.git/pipe 4>.git/pipe 3<&-
    "$node" "$CLI" ci >&4
    echo "exit code $?"`);
  expect({ stdout, stderr }).toEqual({ stdout: 'exit code 0\n', stderr: '' });
  // The whole command would have written it again.
  expect(statSync(join(rig.dir, MEMO)).ino).toBe(written);
});

test('it is seen that a variable has another value, or that another check is asked for', async () => {
  expect((await rig.runWith({ STYLE: 'strict' }, 'ci')).stdout).toMatch(/✓ lint .*ran: STYLE/);
  expect((await rig.run('ci', '--only', 'build')).stdout).toMatch(/^↺ build .*\n1 check passed/);
});

test('a check that failed is not forgotten', async () => {
  rig.write('tool.sh', '#!/bin/sh\nexit 3\n');
  expect((await rig.run('ci')).code).toBe(1);
  expect((await rig.run('ci')).code).toBe(1);
});

// What a checkout holds of its checks is believed only where it is what they made: whoever else was at work there.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { CheckEvent } from '../../src/checks/check-event.ts';
import { checkoutRig, type CheckoutRig } from '../support/checkout-rig.ts';
import { resolvedCheck } from '../support/projects.ts';

const RUNNER = fileURLToPath(new URL('../support/checks-runner.ts', import.meta.url));
const FILES = { '.gitignore': '.glidepath\ndist\nvendor\n', lock: '1.7.14\n', 'src/a.txt': 'a\n' };

/** A package manager that writes nothing down, and a test that says which version it met. */
const INSTALL = resolvedCheck('install', {
  command: 'rm -rf vendor/phoenix && mkdir -p vendor/phoenix && cp lock vendor/phoenix/.hex',
  inputs: ['lock'],
  leaves: ['vendor'],
  prepares: true,
});
const TEST = resolvedCheck('test', {
  command: 'cat vendor/phoenix/.hex; cmp lock vendor/phoenix/.hex',
  inputs: ['src/**'],
  needs: ['install'],
});

test('versions that somebody installed for another branch are not taken for those of this one', async () => {
  using rig = checkoutRig(FILES);
  expect((await rig.run([INSTALL, TEST])).hasPassed).toBe(true);
  await rig.run([INSTALL, TEST]);
  expect(rig.result('install').from).toBe('in-place');
  // By hand, on a branch with another lock file, and back.
  rig.write('vendor/phoenix/.hex', '1.7.15\n');
  rig.write('src/a.txt', 'b\n');
  expect((await rig.run([INSTALL, TEST])).hasPassed).toBe(true);
  expect(rig.result('install').reason).toBe('ran: vendor changed or is gone');
  expect(rig.lines('test')).toEqual(['1.7.14']);
});

/** Installs deeper than anybody looks, and goes on when it is told to. */
const DEEP = resolvedCheck('install', {
  command:
    'd=vendor/a/b/c; mkdir -p $d; cp lock $d/v; if [ "$(cat lock)" = slow ]; then touch .glidepath/half; while [ ! -e .glidepath/go ]; do sleep 0.02; done; fi; echo whole >> $d/v',
  inputs: ['lock'],
  leaves: ['vendor'],
  prepares: true,
});

test.each([false, true])(
  'what a killed run has left half done is never taken for what was there before (no cache: %s)',
  async (isCacheless) => {
    using rig = checkoutRig(FILES);
    await rig.run([DEEP]);
    rig.write('lock', 'slow\n');
    const other = start(rig, [DEEP], isCacheless);
    await expect.poll(() => rig.has('.glidepath/half'), { timeout: 60_000 }).toBe(true);
    await kill(other);
    rig.write('lock', '1.7.14\n');
    expect((await rig.run([DEEP])).hasPassed).toBe(true);
    expect(rig.result('install').from).toBe('ran');
    // What the killed run had started would write this now.
    rig.write('.glidepath/go', '');
    expect(rig.read('vendor/a/b/c/v')).toBe('1.7.14\nwhole\n');
    await rig.run([DEEP]);
    expect(rig.result('install').from).toBe('in-place');
  },
);

test('what a run without the cache has installed is not taken for what was there before', async () => {
  using rig = checkoutRig(FILES);
  await rig.run([DEEP]);
  rig.write('lock', 'other\n');
  await rig.run([DEEP], { isCacheless: true });
  rig.write('lock', '1.7.14\n');
  await rig.run([DEEP]);
  expect(rig.read('vendor/a/b/c/v')).toBe('1.7.14\nwhole\n');
});

/** Makes two files, and between them waits to be told to go on. */
const BUILD = resolvedCheck('build', {
  command:
    'echo ran >> .glidepath/count; rm -rf dist; mkdir dist; cp src/a.txt dist/1; while [ ! -e .glidepath/go ]; do sleep 0.02; done; cp src/a.txt dist/2',
  inputs: ['src/**'],
  outputs: ['dist/**'],
  prepares: true,
});

test('of two runs that would make the same at once one waits, and takes what the other has made', async () => {
  using rig = checkoutRig(FILES);
  const other = start(rig, [BUILD]);
  await expect.poll(() => rig.has('dist/1'), { timeout: 60_000 }).toBe(true);
  const { waited, outcome } = runUntilItWaits(rig, [BUILD]);
  expect(await waited).toEqual({ name: 'build', pid: other.pid });
  rig.write('.glidepath/go', '');
  expect((await outcome).results).toMatchObject([{ status: 'passed', from: 'in-place' }]);
  expect(rig.read('.glidepath/count')).toBe('ran\n');
  rmSync(join(rig.root, 'dist'), { recursive: true });
  await rig.run([BUILD]);
  expect([rig.result('build').from, rig.read('dist/1'), rig.read('dist/2')]).toEqual([
    'restored',
    'a\n',
    'a\n',
  ]);
});

test('a run that waits for another begins when that is killed, and keeps what is whole', async () => {
  using rig = checkoutRig(FILES);
  const other = start(rig, [BUILD]);
  await expect.poll(() => rig.has('dist/1'), { timeout: 60_000 }).toBe(true);
  const { waited, outcome } = runUntilItWaits(rig, [BUILD]);
  await waited;
  await kill(other);
  await expect.poll(() => rig.read('.glidepath/count'), { timeout: 60_000 }).toBe('ran\nran\n');
  // What the killed run had started would go on with it.
  rig.write('.glidepath/go', '');
  expect((await outcome).hasPassed).toBe(true);
  rmSync(join(rig.root, 'dist'), { recursive: true });
  await rig.run([BUILD]);
  expect(rig.result('build').from).toBe('restored');
  expect([rig.read('dist/1'), rig.read('dist/2')]).toEqual(['a\n', 'a\n']);
  expect(readdirSync(join(rig.root, '.glidepath/claims'))).toEqual([]);
  expect(readdirSync(join(rig.root, '.glidepath/running'))).toEqual([]);
});

test('nothing is made again under a check of another run that needs it', async () => {
  using rig = checkoutRig(FILES);
  rig.write('.glidepath/go', '');
  const slow = resolvedCheck('slow', {
    command: 'touch .glidepath/half; while [ ! -e .glidepath/end ]; do sleep 0.02; done; cat dist/1 dist/2',
    inputs: ['lock'],
    needs: ['build'],
  });
  const other = start(rig, [BUILD, slow]);
  await expect.poll(() => rig.has('.glidepath/half'), { timeout: 60_000 }).toBe(true);
  rig.write('src/a.txt', 'b\n');
  const { waited, outcome } = runUntilItWaits(rig, [BUILD]);
  expect(await waited).toEqual({ name: 'build', pid: other.pid });
  expect(rig.read('dist/1')).toBe('a\n');
  rig.write('.glidepath/end', '');
  expect((await outcome).results).toMatchObject([{ status: 'passed', from: 'ran' }]);
  expect(rig.read('dist/2')).toBe('b\n');
});

const QUICK_BUILD = resolvedCheck('build', {
  command: 'mkdir -p dist; cp src/a.txt dist/1',
  inputs: ['src/**'],
  outputs: ['dist/**'],
  prepares: true,
});

test('a check that writes over what another one made is named, and what ran on it is not kept', async () => {
  using rig = checkoutRig(FILES);
  const hacks = resolvedCheck('hacks', {
    command: 'echo hacked > dist/1; echo new > dist/2',
    inputs: ['lock'],
    needs: ['build'],
  });
  const reads = resolvedCheck('reads', {
    command: 'cat dist/1',
    inputs: ['lock'],
    needs: ['build', 'hacks'],
  });
  await rig.run([QUICK_BUILD, hacks, reads], { isForce: true });
  expect(rig.result('hacks')).toMatchObject({
    status: 'failed',
    isKept: false,
    problem: {
      code: 'CHECK_WROTE_OUTSIDE',
      message: 'The check hacks changed files outside its declared outputs: dist/1, dist/2.',
      hint: 'It is an output of build: write somewhere else, or make the change there; see it alone: glidepath ci --only hacks --force',
    },
  });
  expect(rig.result('reads').status).toBe('not-run');
  // Where somebody works in the checkout it may be that person, but nothing of it is kept.
  await rig.run([QUICK_BUILD, hacks], { isWatched: true });
  expect(rig.result('hacks')).toMatchObject({
    status: 'passed',
    isKept: false,
    warnings: ['dist/1 changed while it ran; the result is not cached'],
  });
  await rig.run([QUICK_BUILD, resolvedCheck('touches', { command: 'touch dist/1', needs: ['build'] })]);
  expect(rig.result('touches')).toMatchObject({ status: 'passed', isKept: true });
});

test('all that ran since are named where a check writes over what it does not need', async () => {
  using rig = checkoutRig(FILES);
  const hacks = resolvedCheck('hacks', {
    command: 'while [ ! -e .glidepath/up ]; do sleep 0.02; done; echo hacked > dist/1; touch .glidepath/done',
    inputs: ['lock'],
  });
  const reads = resolvedCheck('reads', {
    command: 'touch .glidepath/up; while [ ! -e .glidepath/done ]; do sleep 0.02; done',
    inputs: ['lock'],
    needs: ['build'],
  });
  await rig.run([QUICK_BUILD, hacks, reads], { isKeepGoing: true });
  expect(rig.result('reads').problem?.message).toBe(
    'While the checks hacks, reads ran, one of them changed files outside its declared outputs: dist/1.',
  );
});

/** Another process that runs checks in the same checkout. */
function start(rig: CheckoutRig, checks: readonly object[], isCacheless = false): ChildProcess {
  const child = spawn(process.execPath, [RUNNER, rig.root, JSON.stringify(checks), String(isCacheless)], {
    stdio: 'inherit',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Kills the process alone: what its checks started goes on. */
async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Runs checks here, and says who is waited for. */
function runUntilItWaits(
  rig: CheckoutRig,
  checks: Parameters<CheckoutRig['run']>[0],
): {
  readonly waited: Promise<{ name: string; pid: number }>;
  readonly outcome: ReturnType<CheckoutRig['run']>;
} {
  const { promise, resolve } = Promise.withResolvers<{ name: string; pid: number }>();
  const onEvent = (event: CheckEvent): void => {
    if (event.type === 'waiting') resolve({ name: event.name, pid: event.pid });
  };
  return { waited: promise, outcome: rig.run(checks, { onEvent }) };
}

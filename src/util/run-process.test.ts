import { spawn } from 'node:child_process';
import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { systemClock, type Clock } from './clock.ts';
import { runProcess, type ProcessRun } from './run-process.ts';

function run(script: string, more: Partial<ProcessRun> = {}, clock: Clock = systemClock) {
  return runProcess(spawn, clock, {
    program: '/bin/sh',
    args: ['-c', script],
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '' },
    signal: new AbortController().signal,
    onLine: () => undefined,
    ...more,
  });
}

test('tells lines of both streams and the exit code, and sees only the variables it is given', async () => {
  const lines: string[] = [];
  const env = { PATH: process.env['PATH'] ?? '', GIVEN: 'yes' };
  const result = await run('echo $GIVEN$HOME; echo no >&2; exit 3', {
    env,
    onLine: (line) => lines.push(line),
  });
  expect(result).toEqual({ exitCode: 3, signal: null, timedOut: false, left: [], isHeldOpen: false });
  expect(lines.toSorted()).toEqual(['no', 'yes']);
});

test('what takes too long is ended with all that it started', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-run-'));
  const file = join(dir, 'pid');
  const timeoutMs = 4711;
  // Its time is over as soon as it has begun.
  const hasBegun = async (): Promise<void> =>
    vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/\d\n/), 60_000);
  const clock: Clock = {
    ...systemClock,
    sleep: async (ms, signal) => (ms === timeoutMs ? hasBegun() : systemClock.sleep(ms, signal)),
  };
  const result = await run(`sleep 60 & echo $! > ${file}; wait`, { timeoutMs }, clock);
  expect(result).toEqual({ exitCode: null, signal: 'SIGTERM', timedOut: true, left: [], isHeldOpen: false });
  const pid = Number(readFileSync(file, 'utf8'));
  // Its files are closed a moment before it counts as ended.
  const isThere = (): boolean =>
    existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  await expect.poll(isThere, { timeout: 60_000 }).toBe(false);
  rmSync(dir, { recursive: true });
});

test('an abort is thrown, and a program that is not there is an error', async () => {
  const stop = new AbortController();
  const running = run('sleep 60', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(run('', { program: '/no/such/program' })).rejects.toThrow('ENOENT');
});

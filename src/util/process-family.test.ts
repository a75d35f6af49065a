import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { familyMembers, MARK_VARIABLE, outputsOf, processStart } from './process-family.ts';
import { runProcess, type ProcessRun } from './run-process.ts';

/** Runs a script whose processes carry a mark of their own. */
function runMarked(mark: string, script: string, more: Partial<ProcessRun> = {}) {
  return runProcess(spawn, systemClock, {
    program: '/bin/sh',
    args: ['-c', script],
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', [MARK_VARIABLE]: mark },
    signal: new AbortController().signal,
    onLine: () => undefined,
    mark,
    ...more,
  });
}

/** A process that leaves its group, its session and its parent, and holds the output open. */
const DAEMON = 'setsid sh -c "sleep 300 & sleep 300 &" &';

test('what was left running is ended and named, also a daemon that holds the output open', async () => {
  const mark = `left-${process.pid}`;
  const lines: string[] = [];
  const { exitCode, left } = await runMarked(mark, `sleep 300 & ${DAEMON} sleep 0.1; echo done; exit 0`, {
    onLine: (line) => lines.push(line),
  });
  expect(exitCode).toBe(0);
  expect(lines).toEqual(['done']);
  // One that is seen before it became `sleep` still has the name of the shell that began it.
  expect(left.length).toBeGreaterThanOrEqual(3);
  for (const { command } of left) expect(command).toContain('sleep 300');
  expect(familyMembers({ mark, group: null })).toEqual([]);
});

test('a daemon that also clears its environment is found by the output that it holds open', async () => {
  const mark = `hidden-${process.pid}`;
  const go = join(mkdtempSync(join(tmpdir(), 'glidepath-family-')), 'go');
  const script = `until [ -e ${go} ]; do sleep 0.01; done; env -i setsid sleep 300 & echo started`;
  const lines: string[] = [];
  const running = runMarked(mark, script, { onLine: (line) => lines.push(line) });
  // Where its output goes was asked when it was started.
  writeFileSync(go, '');
  const { left, isHeldOpen } = await running;
  rmSync(dirname(go), { recursive: true });
  expect(lines).toEqual(['started']);
  expect({ isHeldOpen, count: left.length }).toEqual({ isHeldOpen: false, count: 1 });
  expect(left[0]?.command).toContain('sleep 300');
});

test('where an output goes is told of pipes, and not of places that everybody uses', async () => {
  const child = spawn('/bin/sh', ['-c', 'exec 2>/dev/null; echo; sleep 300'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child.stdout, 'data');
  expect(outputsOf(child.pid ?? 0)).toEqual([expect.stringMatching(/^(socket|pipe):\[\d+\]$/)]);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('what is about to end by itself is left to do so', async () => {
  const mark = `short-${process.pid}`;
  expect(await runMarked(mark, '(sleep 0.1; echo late) & echo early')).toMatchObject({
    exitCode: 0,
    left: [],
  });
});

test('a check that never ends is ended with a daemon that takes no SIGTERM', async () => {
  const mark = `stuck-${process.pid}`;
  const stubborn = `setsid sh -c "trap '' TERM; while :; do sleep 0.2; done" & trap '' TERM; sleep 300; sleep 300`;
  const stop = new AbortController();
  const running = runMarked(mark, stubborn, { signal: stop.signal, killAfterMs: 300 });
  await expect.poll(() => familyMembers({ mark, group: null }).length).toBeGreaterThanOrEqual(3);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(familyMembers({ mark, group: null })).toEqual([]);
});

test('marks of commands inside commands are told apart, and one stands for all below it', async () => {
  const stop = new AbortController();
  const running = runMarked(`outer-${process.pid}:run-${process.pid}.3`, 'sleep 300', {
    signal: stop.signal,
  });
  const found = (mark: string) => familyMembers({ mark, group: null }).length;
  await expect.poll(() => found(`run-${process.pid}.3`)).toBeGreaterThan(0);
  expect([found(`outer-${process.pid}`) > 0, found(`run-${process.pid}`) > 0]).toEqual([true, true]);
  expect([found(`run-${process.pid}.30`), found(`run-${process.pid}.`), found('un')]).toEqual([0, 0, 0]);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

test('when a process began tells it from a later one with its number', () => {
  const [, seconds] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  expect(Number(seconds)).toBeGreaterThan(0);
  expect(Number(processStart(process.pid))).toBeGreaterThan(0);
  expect(processStart(2 ** 22 + 1)).toBeNull();
});

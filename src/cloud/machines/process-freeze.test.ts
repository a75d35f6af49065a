import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freezeTree } from './process-freeze.ts';
import { listProcesses, processTree } from './process-table.ts';

test.runIf(process.platform === 'linux')(
  'a whole tree stands still, sessions of their own included, and goes on',
  async () => {
    const child = spawn('/bin/sh', ['-c', 'setsid sh -c "while :; do sleep 0.01; done" & echo ready; wait'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const pid = child.pid ?? 0;
    try {
      await once(child.stdout, 'data');
      while (processTree(pid, listProcesses()).length < 3) await delay(5);
      const thaw = freezeTree(pid);
      const frozen = processTree(pid, listProcesses()).map((row) => row.pid);
      // One that was about to end when it was stopped stays as it is, for its parent stands still, too. So does one
      // whose child was stopped between vfork and exec: it waits for that child in the kernel, which is `D`.
      while (!frozen.every((each) => ['T', 'Z', 'D'].includes(stateOf(each) ?? 'Z'))) await delay(5);
      const standing = processTree(pid, listProcesses()).map((row) => row.pid);
      expect(standing.length).toBeGreaterThanOrEqual(2);
      expect(frozen).toEqual(expect.arrayContaining(standing));
      thaw();
      while (frozen.some((each) => stateOf(each) === 'T')) await delay(5);
    } finally {
      for (const row of processTree(pid, listProcesses())) kill(row.pid);
    }
  },
);

/** Each `sleep` of the loop may have ended since it was listed. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** As in `/proc`: `T` is stopped, `D` waits in the kernel; null for one that is no more. */
function stateOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? null;
  } catch {
    return null;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { endFamily } from './end-family.ts';
import { familyMembers, MARK_VARIABLE } from './process-family.ts';

test('what takes no SIGTERM is killed when its time is over, however long a look at the processes takes', async () => {
  const mark = `slow-looks-${process.pid}`;
  const child = spawn('/bin/sh', ['-c', "trap '' TERM; echo ready; while :; do sleep 0.05; done"], {
    env: { PATH: process.env['PATH'], [MARK_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  let now = 0;
  let pauses = 0;
  const clock: Clock = {
    now: () => (now += 400),
    sleep: async () => {
      pauses += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
  const ended = once(child, 'exit');
  await endFamily({ mark, group: null }, clock, 5_000);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(familyMembers({ mark, group: null })).toEqual([]);
  expect(pauses).toBeLessThan(120);
});

import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../test/support/provider-clock.ts';
import { inWaves } from './rollout-waves.ts';

const SIGNAL = new AbortController().signal;

test('runs one alone, then no more than the width at once, and keeps the order of results', async () => {
  const clock = new VirtualClock();
  let running = 0;
  const seen: number[] = [];
  const tasks = [30, 10, 40, 20, 10].map((ms) => async () => {
    seen.push(++running);
    await clock.sleep(ms);
    running--;
    return ms;
  });
  const all = inWaves(tasks, 2, SIGNAL);
  await clock.run();
  expect(await all).toEqual([30, 10, 40, 20, 10]);
  expect(seen).toEqual([1, 1, 2, 2, 2]);
});

test('a failure of the first starts nothing else', async () => {
  let started = 0;
  const tasks = [1, 2, 3].map(() => async () => {
    started++;
    throw new Error('bad release');
  });
  await expect(inWaves(tasks, 3, SIGNAL)).rejects.toThrow('bad release');
  expect(started).toBe(1);
});

test('a later failure lets what runs end, starts nothing more, and is thrown', async () => {
  const clock = new VirtualClock();
  const ended: string[] = [];
  const task =
    (name: string, ms: number, fails = false) =>
    async () => {
      await clock.sleep(ms);
      ended.push(name);
      if (fails) throw new Error(`${name} failed`);
      return name;
    };
  const tasks = [task('first', 1), task('slow', 50), task('bad', 10, true), task('never', 1)];
  const all = inWaves(tasks, 2, SIGNAL).catch((error: unknown) => String(error));
  await clock.run();
  expect(await all).toBe('Error: bad failed');
  expect(ended).toEqual(['first', 'bad', 'slow']);
});

import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/provider-clock.ts';
import { ACTION_LIMIT, READ_MACHINE_LIMIT } from '../fly/client/fly-limits.ts';
import { createPacer } from './pacer.ts';

test('a burst goes through at once, then one a second and a moment, in the order asked', async () => {
  const clock = new VirtualClock();
  const pacer = createPacer(clock);
  const at: string[] = [];
  const all = [1, 2, 3, 4, 5].map(async (number) => {
    await pacer.take('update m1', ACTION_LIMIT);
    at.push(`${number}@${clock.now()}`);
  });
  await clock.run();
  await Promise.all(all);
  expect(at).toEqual(['1@0', '2@0', '3@0', '4@1030', '5@2030']);
});

test('machines do not wait for each other', async () => {
  const clock = new VirtualClock();
  const pacer = createPacer(clock);
  for (const machine of ['m1', 'm2', 'm3', 'm4', 'm5']) await pacer.take(`update ${machine}`, ACTION_LIMIT);
  expect(clock.now()).toBe(0);
});

test('reading one machine is held to five a second after ten', async () => {
  const clock = new VirtualClock();
  const pacer = createPacer(clock);
  const all = Promise.all(Array.from({ length: 20 }, () => pacer.take('get m1', READ_MACHINE_LIMIT)));
  await clock.run();
  await all;
  expect(clock.now()).toBe(2_030);
});

test('a bucket fills again while nothing is sent, up to its burst', async () => {
  const clock = new VirtualClock();
  const pacer = createPacer(clock);
  for (let count = 0; count < 3; count++) await pacer.take('a', ACTION_LIMIT);
  await clock.advance(60_000);
  for (let count = 0; count < 3; count++) await pacer.take('a', ACTION_LIMIT);
  expect(clock.now()).toBe(60_000);
});

test('waiting ends with the reason of the signal', async () => {
  const clock = new VirtualClock();
  const pacer = createPacer(clock);
  for (let count = 0; count < 3; count++) await pacer.take('a', ACTION_LIMIT);
  const stop = new AbortController();
  const waiting = pacer.take('a', ACTION_LIMIT, stop.signal);
  stop.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});

import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/provider-clock.ts';
import { createCallGate } from './call-gate.ts';

test('lets as many through as there is room, the others in the order they came, failures or not', async () => {
  const clock = new VirtualClock();
  const gate = createCallGate(2);
  const order: string[] = [];
  let running = 0;
  let most = 0;
  const calls = ['a', 'b', 'c', 'd', 'e'].map((name, index) =>
    gate.pass(async () => {
      order.push(name);
      most = Math.max(most, ++running);
      await clock.sleep(10);
      running--;
      if (index === 1) throw new Error('refused');
    }),
  );
  const ended = Promise.allSettled(calls);
  await clock.run();
  expect((await ended).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(most).toBe(2);
});

test('who gives up waiting leaves the queue, and takes no room', async () => {
  const clock = new VirtualClock();
  const gate = createCallGate(1);
  const gaveUp = new AbortController();
  const first = gate.pass(() => clock.sleep(10));
  const second = gate.pass(async () => 'second', gaveUp.signal);
  const third = gate.pass(async () => 'third');
  gaveUp.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await clock.run();
  await first;
  expect(await third).toBe('third');
  await expect(gate.pass(async () => 'never', gaveUp.signal)).rejects.toThrow('enough');
  expect(await gate.pass(async () => 'room')).toBe('room');
});

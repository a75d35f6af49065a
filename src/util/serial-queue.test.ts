import { expect, test } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

test('tasks run one after the other in order, and one that fails stops none', async () => {
  const queue = new SerialQueue();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = queue.run(async () => {
    await gate.promise;
    log.push('first');
    throw new Error('first failed');
  });
  const second = queue.run(async () => {
    log.push('second');
    return 2;
  });
  expect(log).toEqual([]);
  gate.resolve();
  await expect(first).rejects.toThrow('first failed');
  expect(await second).toBe(2);
  expect(log).toEqual(['first', 'second']);
});

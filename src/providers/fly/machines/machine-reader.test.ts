import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../test/support/provider-clock.ts';
import { createMachineReader } from './machine-reader.ts';
import type { MachinesApi } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';

/** A platform whose machines change their version with every millisecond, and which counts what it is asked. */
function platform(clock: VirtualClock, count: number) {
  const asked: string[] = [];
  const machine = (id: string): Machine => ({
    id,
    state: 'started',
    region: 'iad',
    instance_id: String(clock.now()),
    config: { image: 'i' },
  });
  const api = {
    list: async () => {
      asked.push('list');
      return Array.from({ length: count }, (_, index) => machine(`m${index}`));
    },
    get: async ({ id }: { id: string }) => {
      asked.push(id);
      return machine(id);
    },
  } as unknown as MachinesApi;
  return { asked, reader: createMachineReader(api, clock) };
}

test('a few machines are read one by one', async () => {
  const clock = new VirtualClock();
  const { asked, reader } = platform(clock, 3);
  await Promise.all(['m0', 'm1', 'm2'].map((id) => reader.read({ app: 'shop', id })));
  expect(asked).toEqual(['m0', 'm1', 'm2']);
});

test('two hundred that are looked at all the time take one list a second', async () => {
  const clock = new VirtualClock();
  const { asked, reader } = platform(clock, 200);
  const watch = async (id: string): Promise<void> => {
    while (clock.now() < 10_000) {
      await reader.read({ app: 'shop', id });
      await clock.sleep(100);
    }
  };
  const all = Promise.all(Array.from({ length: 200 }, (_, index) => watch(`m${index}`)));
  await clock.run();
  await all;
  expect(asked.filter((what) => what === 'list').length).toBeLessThanOrEqual(13);
  expect(asked.filter((what) => what !== 'list').length).toBeLessThan(12);
});

test('who is patient shares a list with all who come meanwhile', async () => {
  const clock = new VirtualClock();
  const { asked, reader } = platform(clock, 200);
  const watch = async (id: string, from: number): Promise<void> => {
    await clock.sleep(from);
    for (let look = 0; look < 2; look++) await reader.read({ app: 'shop', id }, undefined, 5_000);
  };
  // One a second, as they are made.
  const all = Promise.all(Array.from({ length: 60 }, (_, index) => watch(`m${index}`, index * 1_000)));
  await clock.run();
  await all;
  expect(asked.every((what) => what === 'list')).toBe(true);
  expect(asked.length).toBeLessThanOrEqual(14);
});

test('a reading is never older than the question', async () => {
  const clock = new VirtualClock();
  const { reader } = platform(clock, 20);
  const ages: number[] = [];
  const watch = async (id: string, pauseMs: number): Promise<void> => {
    while (clock.now() < 5_000) {
      const askedAt = clock.now();
      const { instance_id: version } = await reader.read({ app: 'shop', id });
      ages.push(Number(version) - askedAt);
      await clock.sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: 20 }, (_, index) => watch(`m${index}`, 70 + 13 * index)));
  await clock.run();
  await all;
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
});

test('a machine that is in no list any more is read by itself; an aborted wait lets the others wait on', async () => {
  const clock = new VirtualClock();
  const { asked, reader } = platform(clock, 20);
  const gaveUp = new AbortController();
  const all = Promise.all([
    ...Array.from({ length: 12 }, (_, index) => reader.read({ app: 'shop', id: `m${index}` })),
    reader.read({ app: 'shop', id: 'destroyed' }),
  ]);
  const aborted = reader.read({ app: 'shop', id: 'm13' }, gaveUp.signal);
  gaveUp.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await clock.run();
  expect(await all).toHaveLength(13);
  expect(asked).toContain('destroyed');
});

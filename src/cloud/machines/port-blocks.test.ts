import { afterEach, expect, test } from 'vitest';
import { PortBlocks } from './port-blocks.ts';

const open: AbortController[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.abort();
});

function cloud(): { readonly blocks: PortBlocks; readonly end: () => void } {
  const ending = new AbortController();
  open.push(ending);
  return { blocks: new PortBlocks(ending.signal), end: () => ending.abort() };
}

/** More than one block has. */
async function many(blocks: PortBlocks): Promise<ReadonlySet<number>> {
  const ports = new Set<number>();
  for (let count = 0; count < 120; count++) ports.add(await blocks.pick(ports, null));
  return ports;
}

test('two clouds never give out the same port, though nobody listens on it yet', async () => {
  const [one, other] = await Promise.all([many(cloud().blocks), many(cloud().blocks)]);
  expect([one.size, other.size]).toEqual([120, 120]);
  expect([...one].filter((port) => other.has(port))).toEqual([]);
});

test('a machine keeps its port, also in the cloud that comes next, but not where another cloud has it', async () => {
  const first = cloud();
  const port = await first.blocks.pick(new Set(), null);
  expect(await first.blocks.pick(new Set(), port)).toBe(port);
  expect(await first.blocks.pick(new Set([port]), port)).not.toBe(port);
  expect(await cloud().blocks.pick(new Set(), port)).not.toBe(port);
  first.end();
  const next = cloud().blocks;
  await expect.poll(() => next.pick(new Set(), port)).toBe(port);
});

test('machines that look for a port at the same time find it in one block', async () => {
  const { blocks } = cloud();
  const ports = await Promise.all(Array.from({ length: 8 }, () => blocks.pick(new Set(), null)));
  expect(new Set(ports.map((port) => Math.floor(port / 100))).size).toBe(1);
});

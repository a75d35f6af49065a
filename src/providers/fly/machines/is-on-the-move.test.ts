import { expect, test } from 'vitest';
import { flyApp } from '../../../../test/support/projects.ts';
import { isJustAwake, isOnTheMove } from './is-on-the-move.ts';
import type { Machine } from '../client/wire-types.ts';

const NOW = 1_800_000_000_000;
const health = { path: '/', intervalMs: 1_000, timeoutMs: 1_000, gracePeriodMs: 0, withinMs: 5_000 };
const sleepy = flyApp('web', { sleep: 'when-idle', health });

const wakeful = flyApp('web', { sleep: 'never', health });

function machine(state: string, startedMsAgo = 60_000): Machine {
  return {
    id: 'm',
    state,
    region: 'iad',
    instance_id: 'i',
    config: { image: 'i' },
    events: [{ id: 'e', type: 'start', timestamp: NOW - startedMsAgo }],
  };
}

test('a machine that may sleep is on the move between sleep and work', () => {
  for (const state of ['starting', 'stopping', 'suspending']) {
    expect(isOnTheMove(machine(state), sleepy), state).toBe(true);
    expect(isOnTheMove(machine(state), wakeful), state).toBe(false);
  }
  for (const state of ['started', 'stopped', 'failed', 'replacing'])
    expect(isOnTheMove(machine(state), sleepy), state).toBe(false);
});

test('it is just awake as long as a new one may take to become healthy', () => {
  expect(isJustAwake(machine('started', 4_000), sleepy, NOW)).toBe(true);
  expect(isJustAwake(machine('started', 6_000), sleepy, NOW)).toBe(false);
  expect(isJustAwake(machine('stopped', 4_000), sleepy, NOW)).toBe(false);
  expect(isJustAwake(machine('started', 4_000), wakeful, NOW)).toBe(false);
});

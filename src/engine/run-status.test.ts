import { describe, expect, test } from 'vitest';
import type { RunStatus } from './events.ts';
import type { RunState } from './journal-store.ts';
import { isActive, isClaimable, isFinished } from './run-status.ts';

const NOW = 1000;
const state = (status: RunStatus, more: Partial<RunState> = {}): RunState => ({
  id: 'r',
  lockKey: 'k',
  status,
  startedAt: 1,
  finishedAt: null,
  error: null,
  cancelRequested: false,
  fence: 1,
  leaseUntil: null,
  owner: null,
  wakeAt: null,
  attendedUntil: null,
  signals: 0,
  undoStatus: null,
  ...more,
});

describe('the states of a run', () => {
  test.each<[RunStatus, Partial<RunState>, boolean]>([
    ['queued', {}, true],
    ['running', { leaseUntil: NOW + 1 }, false],
    ['running', { leaseUntil: NOW }, true],
    ['running', { leaseUntil: null }, true],
    ['waiting', { wakeAt: null }, false],
    ['waiting', { wakeAt: NOW + 1 }, false],
    ['waiting', { wakeAt: NOW }, true],
    ['interrupted', {}, false],
    ['succeeded', {}, false],
    ['failed', {}, false],
    ['cancelled', {}, false],
    ['superseded', {}, false],
  ])('%s with %o: claimable is %s', (status, more, claimable) => {
    expect(isClaimable(state(status, more), NOW, false)).toBe(claimable);
    expect(isClaimable(state(status, { ...more, attendedUntil: NOW }), NOW, false)).toBe(claimable);
    expect(isClaimable(state(status, { ...more, attendedUntil: NOW + 1 }), NOW, false)).toBe(false);
    expect(isClaimable(state(status, { ...more, attendedUntil: NOW + 1 }), NOW, true)).toBe(claimable);
  });

  test.each<[RunStatus, { finished: boolean; active: boolean; activeUnstarted: boolean }]>([
    ['queued', { finished: false, active: false, activeUnstarted: false }],
    ['running', { finished: false, active: true, activeUnstarted: true }],
    ['waiting', { finished: false, active: true, activeUnstarted: true }],
    ['interrupted', { finished: false, active: true, activeUnstarted: false }],
    ['succeeded', { finished: true, active: false, activeUnstarted: false }],
    ['failed', { finished: true, active: false, activeUnstarted: false }],
    ['cancelled', { finished: true, active: false, activeUnstarted: false }],
    ['superseded', { finished: true, active: false, activeUnstarted: false }],
  ])('%s is %o', (status, expected) => {
    expect({
      finished: isFinished(status),
      active: isActive({ status, startedAt: 1 }),
      activeUnstarted: isActive({ status, startedAt: null }),
    }).toEqual(expected);
  });
});

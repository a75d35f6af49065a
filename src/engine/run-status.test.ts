import { describe, expect, test } from 'vitest';
import type { RunStatus } from './events.ts';
import type { RunState } from './journal-store.ts';
import { isClaimable, isFinished } from './run-status.ts';

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

  test('only what ended is finished', () => {
    const all: RunStatus[] = [
      'queued',
      'running',
      'waiting',
      'interrupted',
      'succeeded',
      'failed',
      'cancelled',
      'superseded',
    ];
    expect(all.filter(isFinished)).toEqual(['succeeded', 'failed', 'cancelled', 'superseded']);
  });
});

import { expect, test } from 'vitest';
import { FaultBoard } from './fault-board.ts';

const clock = { now: () => 1_000, sleep: () => Promise.resolve() };
const web = { app: 'web', id: 'm1', name: 'm1', region: 'iad', digest: 'sha256:0', metadata: {} };

test('a fault strikes as often as it should and is then off', () => {
  const board = new FaultBoard(clock);
  board.add({ kind: 'error', route: 'GET /v1/apps', status: 500, delayMs: 0, times: 2 });
  const strikes = [1, 2, 3].map(() => board.strikeRequest({ method: 'GET', path: '/v1/apps' }).length);
  expect(strikes).toEqual([1, 1, 0]);
  expect(board.list()).toEqual([]);
});

test('a machine fault is aimed at an app or at one machine, and at nobody else', () => {
  const board = new FaultBoard(clock);
  board.add({ kind: 'slow-boot', target: 'web', delayMs: 300, times: null });
  board.add({ kind: 'crash', target: 'm1', delayMs: 0, times: 1 });
  expect(board.beforeStart({ ...web, id: 'm2' })).toEqual({ delayMs: 300 });
  expect(board.beforeStart(web)).toEqual({ delayMs: 300, crash: true });
  expect(board.beforeStart(web)).toEqual({ delayMs: 300 });
  expect(board.beforeStart({ ...web, app: 'api', id: 'm3' })).toEqual({});
});

test('unhealthy lasts until it is cleared', () => {
  const board = new FaultBoard(clock);
  const { id } = board.add({ kind: 'unhealthy', target: 'web', delayMs: 0, times: null });
  expect(board.isUnhealthy(web)).toBe(true);
  expect(board.clear(id)).toMatchObject([{ id, kind: 'unhealthy' }]);
  expect(board.isUnhealthy(web)).toBe(false);
});

test('a crash that is used up by running machines leaves the next start alone', () => {
  const board = new FaultBoard(clock);
  const { id } = board.add({ kind: 'crash', target: 'web', delayMs: 0, times: 1 });
  expect(board.strikeCrash(id, web)).toBe(true);
  expect(board.strikeCrash(id, web)).toBe(false);
  expect(board.beforeStart(web)).toEqual({});
});

test('flapping checks fail and pass in turns', () => {
  let now = 1_000;
  const board = new FaultBoard({ ...clock, now: () => now });
  board.add({ kind: 'flapping', target: 'web', delayMs: 500, times: null });
  const seen = [0, 499, 500, 999, 1_000].map((ms) => {
    now = 1_000 + ms;
    return board.isUnhealthy(web);
  });
  expect(seen).toEqual([true, true, false, false, true]);
});

test('a lease is stolen as often as it should be, and from the machine aimed at', () => {
  const board = new FaultBoard(clock);
  board.add({ kind: 'lease-stolen', target: 'm1', delayMs: 5_000, times: 1 });
  expect(board.stealLease({ ...web, id: 'm2' })).toBeNull();
  expect([board.stealLease(web), board.stealLease(web)]).toEqual([5_000, null]);
});

test('an image is gone alone or with all others of its app', () => {
  const board = new FaultBoard(clock);
  const { id } = board.add({ kind: 'image-gone', target: 'web@sha256:1', delayMs: 0, times: null });
  expect([board.isImageGone('web', 'sha256:1'), board.isImageGone('web', 'sha256:2')]).toEqual([true, false]);
  board.clear(id);
  board.add({ kind: 'image-gone', target: 'web', delayMs: 0, times: null });
  expect([board.isImageGone('web', 'sha256:2'), board.isImageGone('api', 'sha256:2')]).toEqual([true, false]);
});

test('a host is unreachable by its name, for one machine or for all of an app', () => {
  const board = new FaultBoard(clock);
  const at = { app: 'web', id: 'm1', host: 'iad-1' };
  const { id } = board.add({ kind: 'host-unreachable', target: 'iad-1', delayMs: 0, times: null });
  const others = [at, { ...at, id: null }, { ...at, host: 'iad-2' }];
  expect(others.map((each) => board.isHostUnreachable(each))).toEqual([true, true, false]);
  board.clear(id);
  board.add({ kind: 'host-unreachable', target: 'm1', delayMs: 0, times: null });
  expect(others.map((each) => board.isHostUnreachable(each))).toEqual([true, false, true]);
});

test('a region is full for so many creates, and looking does not count', () => {
  const board = new FaultBoard(clock);
  board.add({ kind: 'no-capacity', target: 'fra', delayMs: 0, times: 1 });
  const uses = ['look', 'look', 'create', 'create', 'look'] as const;
  expect(uses.map((use) => board.isOutOfCapacity('fra', use))).toEqual([true, true, true, false, false]);
  expect(board.isOutOfCapacity('iad', 'create')).toBe(false);
});

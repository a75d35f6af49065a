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

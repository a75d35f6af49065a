import { describe, expect, test } from 'vitest';
import { machinesToStop } from './autostop.ts';
import { Backend } from './backend.ts';
import type { EdgeApp, EdgeMachine } from './directory.ts';
import { idleSettings } from './idle-watch.ts';
import { decideWithoutBackend, pickBackend } from './route-decision.ts';
import type { RouteInput } from './route-decision.ts';

const NOW = 1_000_000;

function backend(
  id: string,
  changes: Partial<EdgeMachine> & { load?: number; suspectUntil?: number } = {},
): Backend {
  const { load = 0, suspectUntil = 0, ...machine } = changes;
  const started: EdgeMachine = {
    id,
    region: 'iad',
    port: 1,
    state: 'started',
    routable: true,
    wakeable: false,
    startedAt: 0,
    ...machine,
  };
  return Object.assign(new Backend(started, 0), { load, suspectUntil });
}

const stopped = { state: 'stopped', routable: false, wakeable: true, startedAt: null } as const;

function app(backends: readonly Backend[], changes: Partial<EdgeApp> = {}): EdgeApp {
  return {
    name: 'web',
    hosts: [],
    primaryRegion: 'iad',
    minMachinesRunning: 0,
    autostart: true,
    autostop: 'stop',
    concurrency: { type: 'requests', softLimit: 2, hardLimit: 4 },
    machines: backends.map((each) => each.machine),
    ...changes,
  };
}

function input(
  backends: readonly Backend[],
  changes: Partial<RouteInput> & { app?: EdgeApp } = {},
): RouteInput {
  return { app: app(backends), backends, tried: null, now: NOW, turn: 0, ...changes };
}

const awake = { waking: false, failed: new Map<string, string>() };

describe('which machine gets a request', () => {
  test.each<[string, Backend[], string | null]>([
    ['the least loaded', [backend('a', { load: 2 }), backend('b', { load: 1 })], 'b'],
    [
      'one that did not just refuse',
      [backend('a', { suspectUntil: NOW + 1 }), backend('b', { load: 3 })],
      'b',
    ],
    ['one that just refused, when no other is left', [backend('a', { suspectUntil: NOW + 1 })], 'a'],
    ['none at its hard limit', [backend('a', { load: 4 })], null],
    ['none that is unhealthy', [backend('a', { routable: false })], null],
  ])('%s', (_, backends, expected) => {
    expect(pickBackend(input(backends))?.machine.id ?? null).toBe(expected);
  });

  test('equally loaded ones take turns', () => {
    const backends = [backend('a'), backend('b')];
    expect([0, 1, 2].map((turn) => pickBackend(input(backends, { turn }))?.machine.id)).toEqual([
      'a',
      'b',
      'a',
    ]);
  });

  test('not one it already failed on', () => {
    const backends = [backend('a'), backend('b', { load: 3 })];
    expect(pickBackend(input(backends, { tried: new Set(['a']) }))?.machine.id).toBe('b');
  });
});

describe('what happens when there is none', () => {
  test.each<[string, Backend[], object]>([
    ['all at the limit: wait', [backend('a', { load: 4 })], { kind: 'wait', why: 'full' }],
    [
      'asleep: wake the nearest',
      [backend('a', { ...stopped, region: 'syd' }), backend('b', stopped)],
      { kind: 'wake', machineId: 'b' },
    ],
    [
      'asleep: suspended before stopped',
      [backend('a', stopped), backend('b', { ...stopped, state: 'suspended' })],
      { kind: 'wake', machineId: 'b' },
    ],
    [
      'just started, no check passed yet: wait',
      [backend('a', { routable: false, startedAt: NOW - 500 })],
      { kind: 'wait', why: 'settling' },
    ],
    [
      'stopping: wait',
      [backend('a', { state: 'stopping', routable: false })],
      { kind: 'wait', why: 'settling' },
    ],
    ['unhealthy for long: refuse', [backend('a', { routable: false })], { kind: 'refuse' }],
    ['no machines: refuse', [], { kind: 'refuse', text: 'web has no machines' }],
  ])('%s', (_, backends, expected) => {
    expect(decideWithoutBackend(input(backends), awake)).toMatchObject(expected);
  });

  test('while one is being woken, everyone waits for it', () => {
    const decision = decideWithoutBackend(input([backend('a', stopped)]), { ...awake, waking: true });
    expect(decision).toMatchObject({ kind: 'wait', why: 'waking' });
  });

  test('one that could not be started is passed over, and named when it was the last', () => {
    const failed = new Map([['a', 'no image']]);
    const both = [backend('a', stopped), backend('b', stopped)];
    expect(decideWithoutBackend(input(both), { ...awake, failed })).toEqual({ kind: 'wake', machineId: 'b' });
    expect(decideWithoutBackend(input(both.slice(0, 1)), { ...awake, failed })).toMatchObject({
      text: 'web: machine a could not be started: no image',
    });
  });
});

describe('which machines are put to sleep', () => {
  const ids = (backends: readonly Backend[], changes: Partial<EdgeApp> = {}): string[] =>
    machinesToStop(app(backends, changes), backends, NOW, 5_000).map((each) => each.machine.id);

  test('one per region at a look, the one that has been idle longest', () => {
    const backends = [backend('a', { startedAt: 50 }), backend('b'), backend('c', { region: 'syd' })];
    expect(ids(backends)).toEqual(['b', 'c']);
  });

  test('none while as many are over the soft limit as leave only one spare', () => {
    expect(ids([backend('a', { load: 3 }), backend('b')])).toEqual([]);
    expect(ids([backend('a', { load: 2 }), backend('b')])).toEqual(['b']);
  });

  test('the minimum counts in the primary region only', () => {
    const backends = [backend('a'), backend('c', { region: 'syd' })];
    expect(ids(backends, { minMachinesRunning: 1 })).toEqual(['c']);
    expect(ids(backends, { minMachinesRunning: 2, primaryRegion: null })).toEqual([]);
  });

  test('the time that a machine took to boot does not count as idle', () => {
    const booted = backend('a', { routable: false });
    booted.update({ ...booted.machine, routable: true }, NOW - 4_000);
    expect(ids([booted])).toEqual([]);
    booted.openSince = NOW - 5_000;
    expect(ids([booted])).toEqual(['a']);
  });

  test('not within a second, however short they may idle, so that a new one can be seen healthy', () => {
    expect(idleSettings(100)).toEqual({ idleMs: 1_000, checkMs: 100 });
    expect(idleSettings(8_000)).toEqual({ idleMs: 8_000, checkMs: 2_000 });
  });

  test('never a busy one, one idle for too short, or one of an app that asks for none of it', () => {
    expect(ids([backend('a', { load: 1 })])).toEqual([]);
    expect(ids([backend('a', { startedAt: NOW - 4_000 })])).toEqual([]);
    expect(ids([backend('a')], { autostop: 'off' })).toEqual([]);
    expect(ids([backend('a', stopped)])).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { flyApp } from '../../test/support/projects.ts';
import type { ObservedMachine } from '../providers/app-platform.ts';
import { appDrift, driftWords, settingsToWrite } from './drift.ts';
import { runningVersions } from './running-versions.ts';

const LIVE = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const app = flyApp('web', {
  regions: [
    { region: 'iad', count: 2 },
    { region: 'sjc', count: 1 },
  ],
});

function machine(id: string, more: Partial<ObservedMachine> = {}): ObservedMachine {
  return {
    id,
    region: 'iad',
    state: 'started',
    digest: LIVE,
    release: 'r-live',
    commit: null,
    healthy: true,
    reachable: true,
    cordoned: false,
    startedAt: null,
    cpuKind: 'shared',
    cpus: 1,
    memoryMb: 256,
    sleep: 'never',
    wakesOnRequest: false,
    rest: null,
    wake: null,
    ...more,
  };
}

const AS_WRITTEN = [machine('a'), machine('b'), machine('c', { region: 'sjc' })];

describe('an app', () => {
  test('that is as written does not differ', () => {
    expect(appDrift(app, AS_WRITTEN, LIVE)).toEqual([]);
    expect(settingsToWrite(app, AS_WRITTEN, [])).toEqual([]);
  });

  test('differs by region, also in one that is not written at all', () => {
    const there = [machine('a'), machine('c', { region: 'sjc' }), machine('d', { region: 'fra' })];
    const drift = appDrift(app, there, LIVE);
    expect(drift).toEqual([
      { kind: 'count', region: 'iad', written: 2, there: 1 },
      { kind: 'count', region: 'fra', written: 0, there: 1 },
    ]);
    expect(settingsToWrite(app, there, drift)).toEqual(['regions: { iad: 1, sjc: 1, fra: 1 }']);
  });

  test('keeps its primary region in what is to be written, also when it has no machine left', () => {
    const there = [machine('c', { region: 'sjc' })];
    expect(settingsToWrite(app, there, appDrift(app, there, LIVE))).toEqual(['regions: { iad: 0, sjc: 1 }']);
  });

  test('differs by size, which is to be written when every machine has it', () => {
    const larger = { cpus: 2, memoryMb: 1024 };
    const all = AS_WRITTEN.map((one) => ({ ...one, ...larger }));
    const drift = appDrift(app, all, LIVE);
    expect(drift.map(driftWords)).toEqual([
      { written: 'shared-cpu-1x 256 MB', there: 'shared-cpu-2x 1024 MB on 3 machines' },
    ]);
    expect(settingsToWrite(app, all, drift)).toEqual(["vm: { size: 'shared-cpu-2x', memory: '1gb' }"]);
    const one = [machine('a', larger), ...AS_WRITTEN.slice(1)];
    expect(settingsToWrite(app, one, appDrift(app, one, LIVE))).toEqual([]);
  });

  test('differs by what idle machines do, by a cordon and by an image', () => {
    const there = [
      machine('a', { sleep: 'suspend' }),
      machine('b', { cordoned: true }),
      machine('c', { region: 'sjc', digest: OTHER, release: null }),
    ];
    expect(appDrift(app, there, LIVE).map(driftWords)).toEqual([
      { written: 'sleep never', there: 'suspend on machine a' },
      { written: 'every machine takes requests', there: 'machine b cordoned' },
      { written: 'the live release', there: 'an image that nobody recorded on machine c' },
    ]);
  });

  test('does not differ by a machine on a lost host, with another in its place or without', () => {
    const lost = machine('a', { reachable: false, healthy: false, digest: OTHER, release: 'r-old' });
    expect(appDrift(app, [lost, ...AS_WRITTEN.slice(1)], LIVE)).toEqual([]);
    expect(appDrift(app, [lost, machine('d'), ...AS_WRITTEN.slice(1)], LIVE)).toEqual([]);
    expect(runningVersions([lost, machine('d')])).toHaveLength(1);
    const none = [lost, machine('c', { region: 'sjc' })];
    expect(appDrift(app, none, LIVE)).toEqual([{ kind: 'count', region: 'iad', written: 2, there: 0 }]);
  });

  test('is not called different where the platform or the record does not say', () => {
    const silent = AS_WRITTEN.map((one) => ({ ...one, cpuKind: null, sleep: null, digest: null }));
    expect(appDrift(app, silent, null)).toEqual([]);
  });
});

test('the versions that run are told apart by their images, the most common first', () => {
  const there = [machine('a', { digest: OTHER, release: 'r-new' }), machine('b'), machine('c')];
  expect(runningVersions(there)).toEqual([
    { digest: LIVE, release: 'r-live', machines: ['b', 'c'] },
    { digest: OTHER, release: 'r-new', machines: ['a'] },
  ]);
});

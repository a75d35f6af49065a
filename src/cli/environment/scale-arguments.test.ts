import { describe, expect, test } from 'vitest';
import { flyApp } from '../../../test/support/projects.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';
import { isScaledSo, machinesAfter, parseScale, type ScaleArguments } from './scale-arguments.ts';

const web = flyApp('web', { regions: [{ region: 'iad', count: 2 }] });
const spread = flyApp('web', {
  regions: [
    { region: 'iad', count: 1 },
    { region: 'sjc', count: 1 },
  ],
});

function machine(region: string, more: Partial<ObservedMachine> = {}): ObservedMachine {
  return {
    id: region,
    region,
    state: 'started',
    digest: null,
    release: null,
    commit: null,
    healthy: null,
    reachable: true,
    cordoned: false,
    startedAt: null,
    cpuKind: 'shared',
    cpus: 1,
    memoryMb: 512,
    sleep: null,
    wakesOnRequest: false,
    rest: null,
    wake: null,
    ...more,
  };
}

const THERE = [machine('iad'), machine('iad')];
const asked = (typed: Partial<ScaleArguments>, app = web, machines = THERE) =>
  parseScale({ counts: [], vm: null, memory: null, ...typed }, app, machines);

describe('what is asked for', () => {
  test('is counts by region, and a bare number where there is but one', () => {
    expect(asked({ counts: ['iad=3', 'sjc=1'] })).toEqual({ counts: { iad: 3, sjc: 1 }, vm: null });
    expect(asked({ counts: ['4'] })).toEqual({ counts: { iad: 4 }, vm: null });
  });

  test('keeps the memory that machines have where the new size allows it', () => {
    expect(asked({ vm: 'shared-cpu-2x' }).vm).toEqual({ cpuKind: 'shared', cpus: 2, memoryMb: 512 });
    expect(asked({ vm: 'shared-cpu-8x' }).vm).toEqual({ cpuKind: 'shared', cpus: 8, memoryMb: 2048 });
    expect(asked({ memory: '1gb' }).vm).toEqual({ cpuKind: 'shared', cpus: 1, memoryMb: 1024 });
  });

  test('tells how many machines there are afterwards, and whether it is so already', () => {
    const change = asked({ counts: ['iad=1', 'sjc=2'] });
    expect(machinesAfter(change, [...THERE, machine('fra')])).toBe(4);
    expect(machinesAfter(asked({ counts: ['iad=0'] }), THERE)).toBe(0);
    expect(isScaledSo(asked({ counts: ['iad=2'], memory: '512mb' }), THERE)).toBe(true);
    expect(isScaledSo(asked({ memory: '1gb' }), THERE)).toBe(false);
  });
});

test.each<[string, Partial<ScaleArguments>, typeof web, RegExp]>([
  ['nothing', {}, web, /Nothing to change.*glidepath scale/],
  ['a region that is not one', { counts: ['iat=1'] }, web, /no region "iat".*Did you mean iad/],
  ['a region twice', { counts: ['iad=1', 'iad=2'] }, web, /iad is named twice/],
  ['no number', { counts: ['iad=many'] }, web, /"iad=many" is not a machine count.*iad=3/],
  ['less than none', { counts: ['iad=-1'] }, web, /"-1" is not a number of machines/],
  ['less than none in several regions', { counts: ['-1'] }, spread, /^"-1" is not a number of machines/],
  ['a slip of the finger', { counts: ['iad=3000'] }, web, /"3000" is not a number.*From 0 to 200/],
  ['a number without a region', { counts: ['3'] }, spread, /3 machines where\?.*iad=3 sjc=3/],
  [
    'a size that is not one',
    { vm: 'shared-cpu-3x' },
    web,
    /no size "shared-cpu-3x".*Did you mean shared-cpu/,
  ],
  ['no memory', { memory: 'lots' }, web, /"lots" is not a memory size.*512mb/],
  [
    'memory that Fly does not have',
    { memory: '4gb' },
    web,
    /no machine with 1 shared CPU and 4096 MB.*256 to 2048/,
  ],
])('%s is a mistake that is explained', (_, typed, app, expected) => {
  try {
    asked(typed, app);
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    const { code, message, hint } = error as ToolError;
    expect(code).toBe('CLI_USAGE');
    expect(`${message} ${hint}`).toMatch(expected);
    return;
  }
  throw new Error('no mistake was found');
});

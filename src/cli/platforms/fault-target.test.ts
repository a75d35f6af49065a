import { describe, expect, test } from 'vitest';
import { environment, flyApp, project } from '../../../test/support/projects.ts';
import type { MachineFault } from '../../cloud/faults/fault.ts';
import { aimFault } from './fault-target.ts';

const world = {
  project: project([
    environment('staging', { apps: [flyApp('web', { platformName: 'shop-staging-web' })] }),
    environment('production', { apps: [flyApp('web', { platformName: 'shop-web' })] }),
  ]),
  apps: [{ name: 'shop-pr-42-web', machines: [{ id: '148e1' }] }],
  regions: [{ code: 'iad', hosts: ['iad-1'] }],
};

const targets = (target: string, kind: MachineFault['kind'] = 'crash'): string[] =>
  aimFault({ kind, target, delayMs: 0, times: 1 }, world).map((fault) =>
    'target' in fault ? fault.target : '',
  );

describe('a fault is aimed', () => {
  test.each([
    ['web', ['shop-staging-web', 'shop-web']],
    ['staging/web', ['shop-staging-web']],
    ['shop-web', ['shop-web']],
    ['shop-pr-42-web', ['shop-pr-42-web']],
    ['148e1', ['148e1']],
  ])('at %s', (name, expected) => {
    expect(targets(name)).toEqual(expected);
  });

  test('at one image of an app, at a host and at a region, where its kind allows it', () => {
    expect(targets('production/web@sha256:aa', 'image-gone')).toEqual(['shop-web@sha256:aa']);
    expect(targets('iad-1', 'host-unreachable')).toEqual(['iad-1']);
    expect(targets('iad', 'no-capacity')).toEqual(['iad']);
  });

  test('at no machine when it is on a route', () => {
    const fault = { kind: 'error', route: 'GET /v1/apps', status: 503, delayMs: 0, times: 1 } as const;
    expect(aimFault(fault, world)).toEqual([fault]);
  });
});

test.each<[string, MachineFault['kind'], RegExp]>([
  ['wbe', 'crash', /Did you mean web\?/],
  ['stagin/web', 'crash', /Did you mean staging\/web\?/],
  ['shop-wab', 'crash', /Did you mean shop-web\?/],
  ['iad-1', 'crash', /apps and machines/],
  ['iat', 'no-capacity', /Did you mean iad\?/],
])('%s is nothing that a fault of kind %s could strike', (name, kind, hint) => {
  expect(() => targets(name, kind)).toThrow(`There is nothing named "${name}"`);
  try {
    targets(name, kind);
  } catch (error) {
    expect((error as { hint: string }).hint).toMatch(hint);
  }
});

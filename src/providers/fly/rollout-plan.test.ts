import { describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/fly-rig.ts';
import { rolloutPlan, savedState } from './rollout-plan.ts';
import type { Machine } from './wire-types.ts';

describe('what a deployment does to which machine', () => {
  test('creates what is missing in each region', () => {
    const plan = planFor(
      [
        { region: 'iad', count: 2 },
        { region: 'sjc', count: 1 },
      ],
      [machine('a', 'iad')],
    );
    expect(plan.create).toEqual([
      { region: 'iad', number: 2 },
      { region: 'sjc', number: 1 },
    ]);
    expect(plan.update.map(({ id }) => id)).toEqual(['a']);
    expect(plan.remove).toEqual([]);
  });

  test('removes what is too many, keeping those that serve', () => {
    const plan = planFor(
      [{ region: 'iad', count: 1 }],
      [machine('a', 'iad', { state: 'stopped' }), machine('b', 'iad'), machine('c', 'ams')],
    );
    expect(plan.update.map(({ id }) => id)).toEqual(['b']);
    expect(plan.remove.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  test('updates broken machines first and sleeping ones last', () => {
    const plan = planFor(
      [{ region: 'iad', count: 4 }],
      [
        machine('asleep', 'iad', { state: 'suspended' }),
        machine('healthy', 'iad'),
        machine('sick', 'iad', { checks: [{ name: 'c', status: 'critical' }] }),
        machine('failed', 'iad', { state: 'failed' }),
      ],
    );
    expect(plan.update.map(({ id }) => id)).toEqual(['sick', 'failed', 'healthy', 'asleep']);
  });
});

describe('what is saved', () => {
  test('machines of other process groups are left alone, destroyed ones forgotten', () => {
    const state = savedState([
      machine('a', 'iad', { config: { image: 'i', metadata: { fly_process_group: 'worker' } } }),
      machine('b', 'iad', { state: 'destroyed' }),
      machine('c', 'iad', { config: { image: 'i' } }),
    ]);
    expect(state.leftAlone).toEqual([{ id: 'a', group: 'worker' }]);
    expect(state.machines.map(({ id }) => id)).toEqual(['c']);
  });

  test('the release number is one more than the highest there', () => {
    const version = (id: string, number: string): Machine =>
      machine(id, 'iad', { config: { image: 'i', metadata: { fly_release_version: number } } });
    expect(savedState([version('a', '3'), version('b', '11'), version('c', 'x')]).releaseVersion).toBe(12);
    expect(savedState([]).releaseVersion).toBe(1);
  });

  test('the image is named by digest even when the config names a tag', () => {
    const [saved] = savedState([
      machine('a', 'iad', {
        config: { image: 'registry.fly.io/shop:latest' },
        image_ref: { registry: 'registry.fly.io', repository: 'shop', digest: 'sha256:1' },
      }),
    ]).machines;
    expect(saved?.image).toBe('registry.fly.io/shop@sha256:1');
  });
});

function planFor(regions: { region: string; count: number }[], machines: Machine[]) {
  return rolloutPlan(testApp('shop', { regions }), savedState(machines));
}

function machine(id: string, region: string, more: Partial<Machine> = {}): Machine {
  return {
    id,
    region,
    state: 'started',
    instance_id: `i-${id}`,
    config: { image: 'i' },
    checks: [{ name: 'c', status: 'passing' }],
    ...more,
  };
}

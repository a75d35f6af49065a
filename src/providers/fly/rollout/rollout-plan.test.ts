import { describe, expect, test } from 'vitest';
import { testApp } from '../../../../test/support/fly-rig.ts';
import { rolloutPlan, savedState } from './rollout-plan.ts';
import type { Machine } from '../client/wire-types.ts';

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

  test('counts what is on a lost host as missing, and touches nothing of it', () => {
    const lost = machine('lost', 'iad', { host_status: 'unreachable' });
    const before = savedState([lost, machine('a', 'iad')]);
    expect(before.unreachable).toEqual([{ id: 'lost', region: 'iad' }]);
    const plan = rolloutPlan(testApp('web'), before);
    expect(plan.create).toEqual([{ region: 'iad', number: 2 }]);
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

describe('a machine that serves alone', () => {
  const ONE = [{ region: 'iad', count: 1 }];

  test('gets its successor beside it, for rolling and canary', () => {
    for (const strategy of ['rolling', 'canary'] as const) {
      const plan = planFor(ONE, [machine('a', 'iad')], { strategy });
      expect(plan.alone?.id).toBe('a');
      expect(plan.update).toEqual([]);
      expect(plan.remove).toEqual([]);
    }
  });

  test('is replaced in its place by immediate, as a worker, and with a volume', () => {
    const volume = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };
    const mounted = machine('a', 'iad', {
      config: { image: 'i', mounts: [{ volume: 'vol_1', path: '/data' }] },
    });
    const plans = [
      planFor(ONE, [machine('a', 'iad')], { strategy: 'immediate' }),
      planFor(ONE, [machine('a', 'iad')], { port: null, health: null }),
      planFor(ONE, [mounted], { volume }),
    ];
    expect(plans.map((plan) => plan.alone)).toEqual([null, null, null]);
    expect(plans.map((plan) => plan.update.map(({ id }) => id))).toEqual([['a'], ['a'], ['a']]);
  });

  test('counts as alone when the others sleep, and not when another is broken or is made', () => {
    const sleeping = planFor(
      [{ region: 'iad', count: 2 }],
      [machine('a', 'iad'), machine('b', 'iad', { state: 'stopped' })],
      { sleep: 'when-idle' },
    );
    expect([sleeping.alone?.id, sleeping.asleep, sleeping.probes]).toEqual(['a', ['b'], ['b']]);
    const broken = [machine('a', 'iad'), machine('b', 'iad', { state: 'failed' })];
    expect(planFor([{ region: 'iad', count: 2 }], broken).alone).toBeNull();
    expect(planFor([{ region: 'iad', count: 2 }], [machine('a', 'iad')]).alone).toBeNull();
  });
});

describe('sleeping machines', () => {
  test('are woken to be proven in each region that has some, and never where nothing may sleep', () => {
    const asleep = ['a', 'b', 'c'].map((id) => machine(id, id === 'c' ? 'sjc' : 'iad', { state: 'stopped' }));
    const regions = [
      { region: 'iad', count: 2 },
      { region: 'sjc', count: 1 },
    ];
    const plan = planFor(regions, asleep, { sleep: 'suspend' });
    expect([plan.asleep, plan.probes]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
    expect(planFor(regions, asleep).asleep).toEqual([]);
  });
});

describe('a volume', () => {
  test('that is new in the config, or gone from it, takes another machine, made before the old one goes', () => {
    const volume = { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null };
    const mounts = [{ volume: 'vol_1', path: '/data' }];
    const ONE = [{ region: 'iad', count: 1 }];
    for (const plan of [
      planFor(ONE, [machine('a', 'iad')], { volume }),
      planFor(ONE, [machine('a', 'iad', { config: { image: 'i', mounts } })]),
    ]) {
      expect(plan.create).toEqual([{ region: 'iad', number: 1 }]);
      expect([plan.update, plan.remove.map(({ id }) => id)]).toEqual([[], ['a']]);
    }
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

function planFor(
  regions: { region: string; count: number }[],
  machines: Machine[],
  more: Parameters<typeof testApp>[1] = {},
) {
  return rolloutPlan(testApp('shop', { regions, ...more }), savedState(machines));
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

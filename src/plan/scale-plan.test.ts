import { describe, expect, test } from 'vitest';
import {
  approvalGate,
  database,
  environment,
  flyApp,
  migration,
  project,
  worker,
} from '../../test/support/projects.ts';
import { explainNoMatch } from './explain-no-match.ts';
import type { Plan, ScaleChange, Trigger } from './plan.ts';
import { planTrigger } from './plan-trigger.ts';

const shop = project([
  environment('staging', { apps: [flyApp('web')] }),
  environment('production', {
    apps: [flyApp('web', { database: 'main', migrate: migration() }), worker('jobs')],
    databases: [database('main')],
    gates: [{ kind: 'passed', environment: 'staging' }, approvalGate()],
  }),
]);

const scaling = (app: string, change: Partial<ScaleChange> = {}): Trigger => ({
  kind: 'scale',
  environment: 'production',
  app,
  change: { counts: { iad: 4 }, vm: null, ...change },
});

const planned = (trigger: Trigger): Plan => planTrigger(shop, trigger, { environments: {} });
const ids = (plan: Plan): string[] => plan.deployments.flatMap(({ steps }) => steps.map((step) => step.id));

describe('a scaling', () => {
  test('changes one app under the lock of its environment, and neither asks a gate nor migrates or records', () => {
    const plan = planned(scaling('web'));
    expect(ids(plan)).toEqual(['scale:web', 'health:web', 'report']);
    expect(plan.deployments[0]).toMatchObject({ lockKey: 'shop/production', action: 'scale' });
    expect(plan.deployments[0]?.notes.join(' ')).toContain('restores what the config says');
    expect(plan.deployments[0]?.steps[0]).toMatchObject({ mutates: true, undo: expect.any(String) });
  });

  test('of an app without a health check, or down to nothing, asks nobody how it is', () => {
    expect(ids(planned(scaling('jobs')))).toEqual(['scale:jobs', 'report']);
    expect(ids(planned(scaling('web', { counts: { iad: 0 } })))).toEqual(['scale:web', 'report']);
  });

  test('says what was asked for, and takes longer the more machines there are', () => {
    const vm = { cpuKind: 'performance', cpus: 2, memoryMb: 4096 } as const;
    const [step] = planned(scaling('web', { counts: { iad: 4, sjc: 1 }, vm })).deployments[0]?.steps ?? [];
    expect(step?.reason).toContain('iad 4 and sjc 1, performance-2x with 4 GB');
    const [smaller] = planned(scaling('web', { counts: { iad: 1 } })).deployments[0]?.steps ?? [];
    expect(step?.timeoutMs).toBeGreaterThan(smaller?.timeoutMs ?? Infinity);
  });

  test('of the app of a pull request is of that one alone', () => {
    const review = project([
      environment('review', {
        kind: 'review',
        on: [{ kind: 'pull-request' }],
        apps: [flyApp('web', { platformName: 'shop-pr-{pr}' })],
      }),
    ]);
    const of = (name: string): Trigger => ({ ...scaling('web'), environment: name }) as Trigger;
    const { deployments } = planTrigger(review, of('review/pr-42'), { environments: {} });
    expect(deployments).toMatchObject([
      { environment: 'review', pullRequest: 42, lockKey: 'shop/review/pr-42', action: 'scale' },
    ]);
    expect(planTrigger(review, of('review'), { environments: {} }).deployments).toEqual([]);
  });

  test('of an app or environment that does not exist is explained', () => {
    expect(planned(scaling('wbe')).deployments).toEqual([]);
    expect(explainNoMatch(shop, scaling('wbe'))).toMatchObject({
      code: 'PLAN_UNKNOWN_APP',
      hint: expect.stringContaining('web'),
    });
  });
});

test('a deployment says in its notes what was scaled by hand', () => {
  const drift = ['iad 4 now, iad 2 written'];
  const observed = {
    environments: {
      staging: { liveRelease: null, apps: { web: { machines: 4, drift } }, databases: {} },
    },
  };
  const plan = planTrigger(shop, { kind: 'deploy', environment: 'staging' }, observed);
  expect(plan.deployments[0]?.notes).toContain(
    'web is brought back to the config: iad 4 now, iad 2 written.',
  );
});

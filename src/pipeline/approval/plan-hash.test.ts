import { expect, test } from 'vitest';
import { planTrigger } from '../../plan/plan-trigger.ts';
import type { Trigger } from '../../plan/plan.ts';
import { assert } from '../../util/assert.ts';
import { shop } from '../../../test/support/projects.ts';
import { planDifference, planHash, planParts, shortPlan, type PlanSubject } from './plan-hash.ts';

function subject(trigger: Trigger, more: Partial<PlanSubject> = {}): PlanSubject {
  const project = shop();
  const deployment = planTrigger(project, trigger, { environments: {} }).deployments.find(
    ({ environment: name }) => name === 'production',
  );
  const environment = project.environments.find(({ name }) => name === 'production');
  assert(deployment !== undefined && environment !== undefined, 'the shop has a production');
  return {
    project: project.name,
    commit: 'a'.repeat(40),
    environment,
    deployment,
    release: null,
    live: null,
    ...more,
  };
}

const DEPLOY: Trigger = { kind: 'deploy', environment: 'production' };

test('a plan has the same hash in every run, whatever started it and whatever it gives as its reasons', () => {
  const plan = subject(DEPLOY);
  const again: PlanSubject = {
    ...plan,
    deployment: {
      ...plan.deployment,
      steps: plan.deployment.steps.map((step) => ({ ...step, reason: 'another one' })),
    },
  };
  expect(planHash(again)).toBe(planHash(plan));
  expect(planHash(plan)).toMatch(/^[0-9a-f]{64}$/);
  expect(shortPlan(planHash(plan))).toHaveLength(10);
});

test('another commit, release, live release, setting or step makes another plan, and what differs is named', () => {
  const plan = subject(DEPLOY);
  const [app] = plan.environment.apps;
  assert(app !== undefined, 'the shop has an app');
  const [step] = plan.deployment.steps;
  const changes: readonly (readonly [Partial<PlanSubject>, RegExp])[] = [
    [{ commit: 'b'.repeat(40) }, /^the commit is another$/],
    [{ release: 'r-1' }, /^the release is another$/],
    [{ live: 'r-1' }, /^what is live is another$/],
    [
      {
        environment: {
          ...plan.environment,
          apps: [{ ...app, healthPath: '/other' } as never, ...plan.environment.apps.slice(1)],
        },
      },
      new RegExp(`^the app ${app.name} is another$`),
    ],
    [
      { deployment: { ...plan.deployment, steps: plan.deployment.steps.slice(1) } },
      new RegExp(`^the step ${step?.id} is gone$`),
    ],
  ];
  for (const [change, words] of changes) {
    const other = { ...plan, ...change };
    expect(planHash(other)).not.toBe(planHash(plan));
    expect(planDifference(planParts(plan), planParts(other))).toMatch(words);
  }
  expect(planDifference(null, planParts(plan))).toBe('');
  expect(planDifference(planParts(plan), planParts(plan))).toBe('');
});

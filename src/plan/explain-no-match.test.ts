import { expect, test } from 'vitest';
import { environment, flyApp, project, shop } from '../../test/support/projects.ts';
import { explainNoMatch } from './explain-no-match.ts';
import type { Trigger } from './plan.ts';
import { planTrigger } from './plan-trigger.ts';

const LISTENERS = 'staging ← push to main · production ← tag v* · review ← pull requests';

test.each<[Trigger, string, string, string]>([
  [
    { kind: 'push', branch: 'feature' },
    'PLAN_NOTHING_MATCHES',
    `No environment of shop listens to push feature: ${LISTENERS}.`,
    'Change on: in glidepath.config.ts, or deploy by hand: glidepath plan deploy staging',
  ],
  [
    { kind: 'push', branch: 'mian' },
    'PLAN_NOTHING_MATCHES',
    `No environment of shop listens to push mian: ${LISTENERS}.`,
    'Did you mean: glidepath plan push main',
  ],
  [
    { kind: 'push', branch: 'staging' },
    'PLAN_NOTHING_MATCHES',
    `No environment of shop listens to push staging: ${LISTENERS}.`,
    'Did you mean: glidepath plan push main',
  ],
  [
    { kind: 'push', branch: 'production' },
    'PLAN_NOTHING_MATCHES',
    `No environment of shop listens to push production: ${LISTENERS}.`,
    'Did you mean: glidepath plan deploy production',
  ],
  [
    { kind: 'tag', tag: '1.2.0' },
    'PLAN_NOTHING_MATCHES',
    `No environment of shop listens to tag 1.2.0: ${LISTENERS}.`,
    'Change on: in glidepath.config.ts, or deploy by hand: glidepath plan deploy staging',
  ],
  [
    { kind: 'deploy', environment: 'prodction' },
    'PLAN_UNKNOWN_ENVIRONMENT',
    'shop has no environment prodction.',
    'Did you mean production? There are staging, production.',
  ],
  [
    { kind: 'deploy', environment: 'review' },
    'PLAN_NOTHING_MATCHES',
    `deploy review does nothing, because review is made once for each pull request: ${LISTENERS}.`,
    'Plan it for one: glidepath plan pr 1 opened',
  ],
  [
    { kind: 'promote', from: 'stagin', to: 'production' },
    'PLAN_UNKNOWN_ENVIRONMENT',
    'shop has no environment stagin.',
    'Did you mean staging? There are staging, production.',
  ],
  [
    { kind: 'promote', from: 'staging', to: 'qa' },
    'PLAN_UNKNOWN_ENVIRONMENT',
    'shop has no environment qa.',
    'There are staging, production.',
  ],
  [
    { kind: 'promote', from: 'staging', to: 'staging' },
    'PLAN_NOTHING_MATCHES',
    'A release cannot be promoted from staging to itself.',
    'Name where it goes: glidepath promote staging <environment>',
  ],
  [
    { kind: 'rollback', environment: 'live', release: 'r-1', apps: null },
    'PLAN_UNKNOWN_ENVIRONMENT',
    'shop has no environment live.',
    'There are staging, production.',
  ],
  [
    { kind: 'rollback', environment: 'production', release: 'r-1', apps: ['wep'] },
    'PLAN_UNKNOWN_APP',
    'production has no app wep.',
    'Did you mean web? There are api, web, mailer.',
  ],
])('%o is explained', (trigger, code, message, hint) => {
  expect(planTrigger(shop(), trigger, { environments: {} }).deployments).toEqual([]);
  expect(explainNoMatch(shop(), trigger)).toEqual({ severity: 'error', code, message, hint });
});

test('a pull request without a review environment is told how to get one', () => {
  const apps = [flyApp('web')];
  const plain = project([
    environment('live', { apps, on: [{ kind: 'push', branch: 'main' }] }),
    environment('test', { kind: 'test', apps }),
  ]);
  const trigger = { kind: 'pull-request', number: 42, action: 'opened' } as const;
  expect(planTrigger(plain, trigger, { environments: {} }).deployments).toEqual([]);
  expect(explainNoMatch(plain, trigger)).toMatchObject({
    message: 'No environment of shop listens to pr 42 opened: live ← push to main · test ← nothing.',
    hint: 'For review apps, add an environment with on: pullRequest() to glidepath.config.ts.',
  });
  expect(explainNoMatch(plain, { kind: 'deploy', environment: 'test' }).message).toContain(
    'test is for checks and nothing is deployed to it',
  );
});

test('an environment that is not deployed by hand says so, one that only is, too', () => {
  const apps = [flyApp('web')];
  const push = { kind: 'push', branch: 'prod' } as const;
  const careful = project([
    { ...environment('production', { apps, on: [push] }), on: [push] },
    environment('staging', { apps }),
  ]);
  const trigger = { kind: 'deploy', environment: 'production' } as const;
  expect(planTrigger(careful, trigger, { environments: {} }).deployments).toEqual([]);
  expect(explainNoMatch(careful, trigger)).toMatchObject({
    code: 'PLAN_NOTHING_MATCHES',
    message: 'production is not deployed by hand: production ← push to prod · staging ← only by hand.',
    hint: 'Do what it listens to, or take manual: false out of production in glidepath.config.ts.',
  });
  expect(explainNoMatch(careful, { kind: 'tag', tag: 'v1' }).hint).toContain('glidepath plan deploy staging');
  const rollback = { kind: 'rollback', environment: 'production', release: 'r-1', apps: null } as const;
  expect(planTrigger(careful, rollback, { environments: {} }).deployments).toHaveLength(1);
});

test('a project without environments is told to add one', () => {
  expect(explainNoMatch(project([]), { kind: 'push', branch: 'main' })).toMatchObject({
    code: 'PLAN_NOTHING_MATCHES',
    message: 'Nothing listens to push main: shop has no environments.',
  });
  expect(explainNoMatch(project([]), { kind: 'deploy', environment: 'x' }).hint).toBe('There are none.');
});

import { describe, expect, test } from 'vitest';
import type { Gate, ResolvedProject } from '../config/resolved.ts';
import {
  approvalGate,
  qualityGate,
  database,
  environment,
  flyApp,
  migration,
  project,
  resolvedCheck,
  shop,
  vercelApp,
  worker,
} from '../../test/support/projects.ts';
import type { DeploymentPlan, Observed, PlanStep, Trigger } from './plan.ts';
import { planTrigger } from './plan-trigger.ts';

const NOTHING_SEEN: Observed = { environments: {} };
const COMMIT = '1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b';

function only(project: ResolvedProject, trigger: Trigger, observed = NOTHING_SEEN): DeploymentPlan {
  const { deployments } = planTrigger(project, trigger, observed);
  expect(deployments).toHaveLength(1);
  return deployments[0] as DeploymentPlan;
}

function edges(plan: DeploymentPlan): string[] {
  return plan.steps.map((step) => `${step.id} ← ${step.needs.join(', ')}`.trim());
}

function step(plan: DeploymentPlan, id: string): PlanStep {
  const found = plan.steps.find((step) => step.id === id);
  expect(found, `step ${id}`).toBeDefined();
  return found as PlanStep;
}

const deployTo = (name: string): Trigger => ({ kind: 'deploy', environment: name });

/** One standing environment `live` of one project. */
function live(settings: Parameters<typeof environment>[1]): ResolvedProject {
  return project([environment('live', settings)]);
}

describe('the graph', () => {
  test('a push builds, ensures the database, migrates, deploys wave by wave with health, verifies and records', () => {
    const plan = only(shop(), { kind: 'push', branch: 'main' });
    expect(plan).toMatchObject({
      environment: 'staging',
      pullRequest: null,
      action: 'deploy',
      lockKey: 'shop/staging',
      reason: "staging listens to push('main').",
      notes: [],
      rollbackOnFailure: true,
    });
    expect(edges(plan)).toEqual([
      'ancestry ←',
      'migration-files ←',
      'build:api ← ancestry, migration-files',
      'build:web ← ancestry, migration-files',
      'build:mailer ← ancestry, migration-files',
      'readiness ← ancestry, migration-files',
      'ensure-database:main ← build:api, build:web, build:mailer, readiness',
      'migrate:main ← ensure-database:main',
      'deploy:api ← migrate:main',
      'health:api ← deploy:api',
      'deploy:web ← health:api',
      'deploy:mailer ← health:api',
      'health:web ← deploy:web',
      'verify ← health:web, deploy:mailer',
      'record ← verify',
      'report ← record',
    ]);
  });

  test('cheap gates come first, then what has to be run, and a person is asked last', () => {
    const gates: Gate[] = [
      approvalGate(),
      { kind: 'checks' },
      qualityGate(),
      { kind: 'passed', environment: 'staging' },
    ];
    const plan = only(live({ apps: [worker('w')], gates }), deployTo('live'));
    expect(edges(plan).slice(0, 6)).toEqual([
      'ancestry ←',
      'gate:passed-staging ←',
      'gate:checks ← ancestry, gate:passed-staging',
      'gate:quality ← gate:checks',
      'gate:approval ← gate:quality',
      'build:w ← gate:approval',
    ]);
  });

  test('an optional approval is a note and no step; beside a required one it counts for nothing', () => {
    const optional = approvalGate({ optional: true });
    const required = approvalGate();
    const noted = only(live({ apps: [worker('w')], gates: [optional] }), deployTo('live'));
    expect(noted.steps.map((step) => step.id)).not.toContain('gate:approval');
    expect(noted.notes).toEqual([
      'The approval is optional (approval({ optional: true })): nothing waits for it.',
    ]);
    for (const gates of [
      [optional, required],
      [required, optional],
    ]) {
      const asked = only(live({ apps: [worker('w')], gates }), deployTo('live'));
      expect(asked.steps.filter((step) => step.id === 'gate:approval')).toHaveLength(1);
      expect(asked.notes).toEqual([]);
    }
  });

  test('the checks gate names the checks', () => {
    const apps = [worker('w')];
    const checked = { ...live({ apps, gates: [{ kind: 'checks' }] }), checks: [resolvedCheck('lint')] };
    const reason = (of: ResolvedProject): string => step(only(of, deployTo('live')), 'gate:checks').reason;
    expect(reason(checked)).toBe('gates: [checks()] of live: lint must be green for this commit');
    expect(reason({ ...checked, checks: [] })).toBe('gates: [checks()] of live: the project has none');
  });

  test('public addresses are asked before the smoke test where deploying is publishing', () => {
    const smoke = { command: 'smoke.ts', withinMs: 90_000, env: {} };
    const healthUrls = { urls: ['https://shop.example/'], withinMs: 45_000, tolerateDns: true };
    const plan = only(live({ apps: [flyApp('web')], smoke, healthUrls }), deployTo('live'));
    expect(edges(plan).slice(-5)).toEqual([
      'health-urls ← health:web',
      'smoke ← health-urls',
      'verify ← smoke',
      'record ← verify',
      'report ← record',
    ]);
    expect(step(plan, 'health-urls').reason).toBe(
      "health.urls of live: https://shop.example/ answers within 45 s; a name that does not resolve yet is tolerated (tolerate: 'dns')",
    );
  });

  test('a staged Vercel deployment is smoke-tested, made public, and then asked by its public address', () => {
    const smoke = { command: 'smoke.ts', withinMs: 90_000, env: {} };
    const healthUrls = { urls: ['https://shop.example/'], withinMs: 45_000, tolerateDns: false };
    const apps = [vercelApp('web'), worker('jobs')];
    const plan = only(live({ apps, smoke, healthUrls, deployOrder: [['jobs'], ['web']] }), deployTo('live'));
    expect(edges(plan).slice(3)).toEqual([
      'readiness ← ancestry',
      'deploy:jobs ← build:web, build:jobs, readiness',
      'deploy:web ← deploy:jobs',
      'health:web ← deploy:web',
      'smoke ← health:web',
      'make-public:web ← smoke',
      'health-urls ← make-public:web',
      'verify ← health-urls',
      'record ← verify',
      'report ← record',
    ]);
    expect(step(plan, 'make-public:web')).toMatchObject({ mutates: true, undo: expect.any(String) });
    expect(step(plan, 'smoke').reason).toContain('before web is public');
  });
});

describe('migrations', () => {
  test('a command that several apps bring to one database runs once', () => {
    const apps = ['a', 'b'].map((name) => flyApp(name, { database: 'main', migrate: migration() }));
    const plan = only(live({ apps, databases: [database('main')] }), deployTo('live'));
    expect(edges(plan).filter((edge) => edge.startsWith('migrate'))).toEqual([
      'migrate:main ← ensure-database:main',
    ]);
    expect(step(plan, 'migrate:main').action).toEqual({ kind: 'migrate', database: 'main', app: 'a' });
  });

  test('different commands on one database run one after the other, databases side by side', () => {
    const apps = [
      flyApp('a', { database: 'main', migrate: migration('one') }),
      flyApp('b', { database: 'main', migrate: migration('two') }),
      flyApp('c', { database: 'stats', migrate: migration('three') }),
    ];
    const plan = only(live({ apps, databases: [database('main'), database('stats')] }), deployTo('live'));
    const ensured = 'ensure-database:main, ensure-database:stats';
    expect(edges(plan).filter((edge) => edge.startsWith('migrate') || edge.startsWith('deploy:a'))).toEqual([
      `migrate:main ← ${ensured}`,
      'migrate:main+b ← migrate:main',
      `migrate:stats ← ${ensured}`,
      'deploy:a ← migrate:main+b, migrate:stats',
    ]);
  });

  test("the database's own command runs where no app brings one, an external database is not made", () => {
    const external = database('main', {
      provider: 'external',
      platformName: null,
      migrate: { ...migration('pnpm db:migrate'), runs: 'runner' },
    });
    const plan = only(
      live({ apps: [flyApp('a', { database: 'main' })], databases: [external] }),
      deployTo('live'),
    );
    expect(edges(plan).slice(2, 6)).toEqual([
      'build:a ← ancestry, migration-files',
      'readiness ← ancestry, migration-files',
      'migrate:main ← build:a, readiness',
      'deploy:a ← migrate:main',
    ]);
    expect(step(plan, 'migrate:main').reason).toBe(
      "migrate: 'pnpm db:migrate' of databases.main, where Glidepath runs, once and before any app runs the release; no restore point is made before it, for the database is external",
    );
    const brought = flyApp('a', { database: 'main', migrate: migration() });
    const other = only(live({ apps: [brought], databases: [external] }), deployTo('live'));
    expect(other.steps.filter((step) => step.action.kind === 'migrate').map((step) => step.action)).toEqual([
      { kind: 'migrate', database: 'main', app: 'a' },
    ]);
  });

  test('an app that migrates without a database of ours still does so before any app', () => {
    const plan = only(live({ apps: [flyApp('a', { migrate: migration() }), flyApp('b')] }), deployTo('live'));
    expect(step(plan, 'migrate:app.a').action).toEqual({ kind: 'migrate', database: null, app: 'a' });
    expect(step(plan, 'deploy:b').needs).toEqual(['migrate:app.a']);
  });
});

describe('restore points and test data', () => {
  const seed = { command: 'node seed.mjs', timeoutMs: 60_000 };
  const points = { keep: 3, forMs: 7 * 24 * 60 * 60_000 };
  const kinds = (plan: DeploymentPlan): string[] =>
    edges(plan).filter((edge) => /^(restore-point|migrate|seed|deploy)/.test(edge));

  test('the state of a database is kept before anything migrates it, and test data come after', () => {
    const apps = [flyApp('a', { database: 'main', migrate: migration() })];
    const databases = [
      database('main', { restorePoints: points, seed: { ...seed, when: 'deploy' } }),
      database('stats', { restorePoints: points }),
    ];
    const plan = only(live({ apps, databases }), deployTo('live'));
    expect(kinds(plan)).toEqual([
      'restore-point:main ← ensure-database:main, ensure-database:stats',
      'migrate:main ← restore-point:main',
      'seed:main ← migrate:main',
      'deploy:a ← seed:main',
    ]);
    expect(step(plan, 'restore-point:main')).toMatchObject({ mutates: true, undo: null });
  });

  test.each([
    [{ provider: 'external' as const }, 'for the database is external'],
    [
      { fly: { managed: true, plan: 'basic', volumeGb: 10, version: 17 } },
      'Managed Postgres on Fly has none',
    ],
    [{}, 'restorePoints: false'],
    [{ restorePoints: points }, null],
  ])('a migration that nothing is kept before says so: %j', (settings, why) => {
    const apps = [flyApp('a', { database: 'main', migrate: migration() })];
    const plan = only(live({ apps, databases: [database('main', settings)] }), deployTo('live'));
    const { reason } = step(plan, 'migrate:main');
    if (why === null) expect(reason).not.toContain('no restore point');
    else expect(reason).toMatch(new RegExp(`; no restore point is made before it.*${why}$`));
  });

  test('a database that keeps none has no such step, and one that nothing migrates neither', () => {
    const apps = [flyApp('a', { database: 'main', migrate: migration() })];
    const databases = [database('main'), database('other', { restorePoints: points })];
    expect(kinds(only(live({ apps, databases }), deployTo('live')))[0]).toMatch(/^migrate:main/);
  });

  test('test data that are only for rehearsals are left out of every other plan', () => {
    const databases = [database('main', { seed: { ...seed, when: 'rehearse' } })];
    const project = live({ apps: [flyApp('a', { database: 'main' })], databases });
    expect(kinds(only(project, deployTo('live')))).toEqual(['deploy:a ← ensure-database:main']);
    const rehearsed = planTrigger(project, deployTo('live'), NOTHING_SEEN, { isRehearsal: true });
    expect(rehearsed.deployments.flatMap((plan) => kinds(plan))).toEqual([
      'seed:main ← ensure-database:main',
      'deploy:a ← seed:main',
    ]);
  });

  test('a rollback keeps none, compares no files and puts in no test data', () => {
    const apps = [flyApp('a', { database: 'main', migrate: migration() })];
    const databases = [database('main', { restorePoints: points, seed: { ...seed, when: 'deploy' } })];
    const rollback: Trigger = { kind: 'rollback', environment: 'live', release: 'r-1', apps: null };
    const { steps } = only(live({ apps, databases }), rollback);
    const found = steps.map(({ action }) => action.kind);
    expect(found).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/restore-point|migrat|seed/) as unknown]),
    );
  });
});

describe('what is shown before anything changes', () => {
  test('the way back names what is live, and says so where there is nothing to go back to', () => {
    const reason = (live: { id: string; commit: string } | null): string =>
      step(
        only(shop(), deployTo('production'), {
          environments: { production: { liveRelease: live, apps: {}, databases: {} } },
        }),
        'readiness',
      ).reason;
    expect(reason({ id: 'r-1a2b3c4-beef', commit: COMMIT })).toContain('r-1a2b3c4-beef (1a2b3c4) needs');
    expect(reason(null)).toBe('nothing is live in production yet, so there is nothing to roll back to');
  });

  test('a review app has no way back to prove, and an app on Vercel none that is ours', () => {
    const vercel = only(live({ apps: [vercelApp('web')], deployOrder: [['web']] }), deployTo('live'));
    expect(vercel.steps.map(({ id }) => id)).not.toContain('readiness');
  });

  test('domains get their certificates once the app is there, beside the databases', () => {
    const apps = [flyApp('web', { domains: ['a.example.com', 'b.example.com'] })];
    const plan = only(live({ apps, deployOrder: [['web']] }), deployTo('live'));
    expect(edges(plan).slice(2, 5)).toEqual([
      'readiness ← ancestry',
      'domains:web ← build:web, readiness',
      'deploy:web ← domains:web',
    ]);
    expect(step(plan, 'domains:web').reason).toContain('certificates for a.example.com and b.example.com');
  });
});

describe('promotion and rollback', () => {
  test('a promotion reuses the very release, asks the gates and migrates, and builds nothing', () => {
    const seen: Observed = {
      environments: {
        staging: { liveRelease: { id: 'r-1a2b3c4-beef', commit: COMMIT }, apps: {}, databases: {} },
      },
    };
    const plan = only(shop(), { kind: 'promote', from: 'staging', to: 'production' }, seen);
    expect(plan).toMatchObject({ environment: 'production', action: 'promote' });
    expect(edges(plan).slice(0, 8)).toEqual([
      'ancestry ←',
      'migration-files ←',
      'gate:passed-staging ←',
      'reuse ← ancestry, migration-files, gate:passed-staging',
      'readiness ← ancestry, migration-files, gate:passed-staging',
      'ensure-database:main ← reuse, readiness',
      'migrate:main ← ensure-database:main',
      'deploy:api ← migrate:main',
    ]);
    expect(step(plan, 'reuse')).toMatchObject({
      action: { kind: 'reuse', from: 'staging' },
      reason: 'the same digests that run in staging, r-1a2b3c4-beef (1a2b3c4): nothing is rebuilt',
    });
  });

  test('a rollback neither builds nor migrates nor asks, and goes through the waves the other way', () => {
    const plan = only(shop(), { kind: 'rollback', environment: 'production', release: 'r-1', apps: null });
    expect(edges(plan)).toEqual([
      'reuse ←',
      'deploy:web ← reuse',
      'deploy:mailer ← reuse',
      'health:web ← deploy:web',
      'deploy:api ← health:web, deploy:mailer',
      'health:api ← deploy:api',
      'verify ← health:api',
      'record ← verify',
      'report ← record',
    ]);
    expect(step(plan, 'deploy:api').reason).toContain(
      'the database main is not rolled back, its migrations stay',
    );
    expect(step(plan, 'reuse').action).toEqual({ kind: 'reuse', from: null });
    expect(plan.notes).toEqual([
      'Gates are not checked again: they passed when r-1 was first deployed here.',
      'No database is rolled back: every migration stays applied.',
    ]);
  });

  test('a rollback watches no canary: the release has served there before', () => {
    const project = live({ apps: [flyApp('web', { strategy: 'canary' })] });
    const back = only(project, { kind: 'rollback', environment: 'live', release: 'r-1', apps: null });
    const forth = only(project, deployTo('live'));
    expect(step(back, 'deploy:web').reason).not.toMatch(/canary|watched/);
    expect(step(forth, 'deploy:web').reason).toMatch(/canary.* watched/);
    expect(step(back, 'deploy:web').timeoutMs).toBeLessThan(step(forth, 'deploy:web').timeoutMs);
  });

  test('a rollback of one app touches no other', () => {
    const plan = only(shop(), { kind: 'rollback', environment: 'staging', release: 'r-1', apps: ['web'] });
    expect(plan.steps.map((step) => step.id)).toEqual([
      'reuse',
      'deploy:web',
      'health:web',
      'verify',
      'record',
      'report',
    ]);
    expect(step(plan, 'verify').reason).toContain('every instance of web must run');
  });
});

describe('review environments', () => {
  test('an opened pull request gets an environment of its own', () => {
    const plan = only(shop(), { kind: 'pull-request', number: 42, action: 'opened' });
    expect(plan).toMatchObject({
      environment: 'review',
      pullRequest: 42,
      action: 'deploy',
      lockKey: 'shop/review/pr-42',
      notes: [
        'It disappears when the pull request is closed, or 7 days after its last deployment (expires).',
      ],
    });
    expect(JSON.stringify(plan)).not.toContain('{pr}');
    expect(step(plan, 'ensure-database:main').reason).toContain('shop-pr-42-db');
  });

  test('a closed one loses its apps, then its ephemeral databases', () => {
    const plan = only(shop(), { kind: 'pull-request', number: 42, action: 'closed' });
    expect(plan).toMatchObject({ action: 'destroy', rollbackOnFailure: false, notes: [] });
    expect(edges(plan)).toEqual([
      'destroy-app:api ←',
      'destroy-app:web ←',
      'destroy-app:mailer ←',
      'destroy-database:main ← destroy-app:api, destroy-app:web, destroy-app:mailer',
      'report ← destroy-database:main',
    ]);
    expect(step(plan, 'destroy-app:web').reason).toContain('shop-web-pr-42');
  });

  test('a database that is not ephemeral outlives the review app', () => {
    const review = environment('review', {
      kind: 'review',
      apps: [flyApp('web')],
      databases: [database('shared')],
      on: [{ kind: 'pull-request' }],
    });
    const plan = only(project([review]), { kind: 'pull-request', number: 1, action: 'closed' });
    expect(edges(plan)).toEqual(['destroy-app:web ←', 'report ← destroy-app:web']);
    expect(plan.notes).toEqual(['Database shared is not ephemeral and stays.']);
  });

  test('an app that is known to be gone already is said to be', () => {
    const seen: Observed = {
      environments: { 'review/pr-42': { liveRelease: null, apps: { web: null }, databases: {} } },
    };
    const plan = only(shop(), { kind: 'pull-request', number: 42, action: 'closed' }, seen);
    expect(step(plan, 'destroy-app:web').reason).toBe(
      'pull request 42 is closed: shop-web-pr-42 is gone already',
    );
  });
});

describe('matching', () => {
  test('of two environments that match one push, the one the other has to pass in comes first', () => {
    const on = [{ kind: 'push', branch: 'release/*' }] as const;
    const apps = [worker('w')];
    const both = project([
      environment('production', { apps, on, gates: [{ kind: 'passed', environment: 'staging' }] }),
      environment('staging', { apps, on }),
    ]);
    const plan = planTrigger(both, { kind: 'push', branch: 'release/2' }, NOTHING_SEEN);
    expect(plan.deployments.map((one) => one.environment)).toEqual(['staging', 'production']);
    expect(plan.deployments[0]?.reason).toBe(
      "staging listens to push('release/*'), which release/2 matches.",
    );
  });

  test('environments that have to pass in each other do not hang the planner', () => {
    const on = [{ kind: 'push', branch: 'main' }] as const;
    const apps = [worker('w')];
    const ring = project([
      environment('a', { apps, on, gates: [{ kind: 'passed', environment: 'b' }] }),
      environment('b', { apps, on, gates: [{ kind: 'passed', environment: 'a' }] }),
    ]);
    expect(planTrigger(ring, { kind: 'push', branch: 'main' }, NOTHING_SEEN).deployments).toHaveLength(2);
  });

  test('a tag does not match a push, nor a push a tag', () => {
    expect(planTrigger(shop(), { kind: 'push', branch: 'v1' }, NOTHING_SEEN).deployments).toEqual([]);
    expect(planTrigger(shop(), { kind: 'tag', tag: 'main' }, NOTHING_SEEN).deployments).toEqual([]);
  });

  test('an environment that leaves failures as they are says so', () => {
    const plan = only(live({ apps: [worker('w')], rollback: 'manual' }), deployTo('live'));
    expect(plan.rollbackOnFailure).toBe(false);
    expect(plan.notes).toEqual(["A failure leaves everything as it is (rollback: 'manual')."]);
  });
});

describe('what was observed', () => {
  const seen = (apps: Observed['environments'][string]['apps'], databases = {}): Observed => ({
    environments: { staging: { liveRelease: { id: 'r-1a2b3c4-beef', commit: COMMIT }, apps, databases } },
  });
  const push: Trigger = { kind: 'push', branch: 'main' };

  test('tells updating from creating, and names the live release', () => {
    const plan = only(
      shop(),
      push,
      seen({ api: { machines: 2 }, web: null, mailer: { machines: 0 } }, { main: true }),
    );
    expect(plan.reason).toBe(
      "staging listens to push('main'); r-1a2b3c4-beef (1a2b3c4) is live in staging now.",
    );
    expect(step(plan, 'deploy:api')).toMatchObject({
      reason: '2 machines in iad, one at a time, zero downtime; updates shop-api, 2 machines now',
      undo: 'restore the image and config each machine had',
    });
    expect(step(plan, 'deploy:web')).toMatchObject({
      reason: 'one machine in iad: the new one beside it first, zero downtime; creates shop-web',
      undo: 'remove the machines it created',
    });
    expect(step(plan, 'deploy:mailer').reason).toContain('shop-mailer exists and has no machines yet');
    expect(step(plan, 'ensure-database:main').reason).toBe(
      'databases.main of staging: Fly Postgres shop-main-db in iad, one machine of 1 GB with a volume of 1 GB, not managed by Fly; it exists',
    );
    expect(step(plan, 'ancestry').reason).toContain('r-1a2b3c4-beef (1a2b3c4) is live in staging');
  });

  test('an environment in which nothing is live yet is said to be so', () => {
    const empty: Observed = {
      environments: { staging: { liveRelease: null, apps: {}, databases: { main: false } } },
    };
    const plan = only(shop(), push, empty);
    expect(plan.reason).toBe("staging listens to push('main'); nothing is live in staging yet.");
    expect(step(plan, 'ancestry').reason).toBe(
      'nothing is live in staging yet, so any commit may be the first',
    );
    expect(step(plan, 'ensure-database:main').reason).toContain('it does not exist yet and is created');
    expect(step(plan, 'deploy:api').reason).toBe('2 machines in iad, one at a time, zero downtime');
  });
});

describe('how an app is deployed', () => {
  const reasonOf = (settings: Parameters<typeof flyApp>[1]): string =>
    step(only(live({ apps: [flyApp('web', settings)] }), deployTo('live')), 'deploy:web').reason;
  const regions = (...counts: [string, number][]) => counts.map(([region, count]) => ({ region, count }));

  test.each<[Parameters<typeof flyApp>[1], string]>([
    [{ regions: regions(['iad', 1]) }, 'one machine in iad: the new one beside it first, zero downtime'],
    [
      {
        regions: regions(['iad', 1]),
        volume: { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null },
      },
      'one machine in iad: short downtime while it is replaced, for its volume stays with its machine',
    ],
    [
      { regions: regions(['iad', 1]), strategy: 'immediate' },
      'one machine in iad: strategy immediate, short downtime while it is replaced',
    ],
    [
      { regions: regions(['iad', 1]), strategy: 'canary' },
      'one machine in iad: strategy canary, the new one beside it watched for 1 min, zero downtime',
    ],
    [
      { regions: regions(['iad', 1]), port: null },
      'one machine in iad: its work pauses while it is replaced',
    ],
    [
      { regions: regions(['iad', 1]), strategy: 'bluegreen' },
      'one machine in iad: strategy bluegreen, the new one beside it first, zero downtime',
    ],
    [
      { regions: regions(['iad', 1], ['sjc', 1]) },
      '2 machines, one each in iad and sjc, one at a time, zero downtime',
    ],
    [
      { regions: regions(['iad', 2], ['sjc', 1]) },
      '3 machines, 2 in iad and 1 in sjc, one at a time, zero downtime',
    ],
    [{ regions: regions(['iad', 4]), maxUnavailable: 2 }, '4 machines in iad, 2 at a time, zero downtime'],
    [{ regions: regions(['iad', 2]), maxUnavailable: 2 }, '2 machines in iad, one at a time, zero downtime'],
    [
      { strategy: 'immediate' },
      '2 machines in iad, strategy immediate, all at once: short downtime while they are replaced',
    ],
    [
      { strategy: 'canary' },
      '2 machines in iad, strategy canary, one first, watched for 1 min, then one at a time, zero downtime',
    ],
    [
      { strategy: 'bluegreen' },
      '2 machines in iad, strategy bluegreen, new ones beside the old, switched when healthy, zero downtime',
    ],
    [{ regions: regions(['iad', 0]) }, 'regions: no machine is asked for'],
  ])('%o', (settings, reason) => {
    expect(reasonOf(settings)).toBe(reason);
  });

  test('the time a deployment may take grows with its machines and their health', () => {
    const timeout = (settings: Parameters<typeof flyApp>[1]): number =>
      step(only(live({ apps: [flyApp('web', settings)] }), deployTo('live')), 'deploy:web').timeoutMs;
    expect(timeout({ regions: regions(['iad', 3]) })).toBe(120_000 + 3 * (30_000 + 60_000 + 60_000));
    expect(timeout({ regions: regions(['iad', 1]), health: null })).toBe(120_000 + 30_000 + 60_000);
  });
});

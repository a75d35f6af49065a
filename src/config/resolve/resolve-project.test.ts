import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flyApp, vercelApp } from '../builders/apps.ts';
import { check } from '../builders/check.ts';
import { external, flyPostgres, neon } from '../builders/databases.ts';
import { urlOf } from '../builders/env-values.ts';
import { manual, pullRequest, push } from '../builders/triggers.ts';
import type { EnvironmentDefinition } from '../definition/environment-definition.ts';
import type { StackDefinition } from '../definition/stack-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedApp, ResolvedEnvironment, ResolvedFlyApp, ResolvedProject } from '../resolved.ts';
import { validateConfig } from '../validate-config.ts';
import { resolveProject } from './resolve-project.ts';

/** A stack as `node()` makes it: no port, no health, two checks. */
const NODE: StackDefinition = {
  name: 'node',
  build: ['npm run build'],
  include: ['dist'],
  port: null,
  healthPath: null,
  checks: { install: { command: 'npm ci' }, test: { command: 'npm test', needs: ['install'] } },
};

const PNPM: StackDefinition = {
  ...NODE,
  checks: { install: { command: 'pnpm install' }, test: { command: 'pnpm test', needs: ['install'] } },
};

/** A stack that says where it listens. */
const PHOENIX: StackDefinition = { ...NODE, name: 'phoenix', port: 8080, healthPath: '/', checks: {} };

const MINIMAL: ProjectDefinition = {
  name: 'shop',
  apps: { web: flyApp({}) },
  environments: { staging: { on: push('main') } },
};

function resolved(change: Partial<ProjectDefinition> = {}): ResolvedProject {
  return resolveProject({ ...MINIMAL, ...change });
}

function environment(change: Partial<ProjectDefinition> = {}, name = 'staging'): ResolvedEnvironment {
  const found = resolved(change).environments.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no environment ${name}`);
  return found;
}

function app(change: Partial<ProjectDefinition> = {}, name = 'web', where = 'staging'): ResolvedApp {
  const found = environment(change, where).apps.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no app ${name}`);
  return found;
}

function fly(change: Partial<ProjectDefinition> = {}, name = 'web', where = 'staging'): ResolvedFlyApp {
  const found = app(change, name, where);
  if (found.platform !== 'fly') throw new Error(`${name} is not on Fly`);
  return found;
}

function inStaging(settings: EnvironmentDefinition): Partial<ProjectDefinition> {
  return { environments: { staging: { on: push('main'), ...settings } } };
}

describe('where nothing is said', () => {
  test('a project has the defaults', () => {
    expect(resolved()).toMatchObject({
      name: 'shop',
      repository: null,
      mainBranch: 'main',
      checks: [],
      ciSkip: [],
      files: { fly: 'fly.{environment}.toml', dockerfile: null, runbook: 'docs/RUNBOOK.md' },
    });
  });

  test('an app on Fly has those of Fly', () => {
    expect(app()).toEqual({
      name: 'web',
      platform: 'fly',
      platformName: 'shop-staging',
      stack: { name: 'generic', build: [], include: ['.'] },
      env: {},
      database: null,
      migrate: null,
      health: null,
      org: 'personal',
      token: 'FLY_API_TOKEN',
      dockerfile: null,
      command: null,
      port: null,
      regions: [{ region: 'iad', count: 1 }],
      vm: { cpuKind: 'shared', cpus: 1, memoryMb: 256 },
      sleep: 'never',
      minMachinesRunning: 0,
      concurrency: { type: 'connections', softLimit: 20, hardLimit: null },
      stop: { signal: 'SIGINT', timeoutMs: 5_000 },
      strategy: 'rolling',
      maxUnavailable: 1,
      canary: { bakeMs: 60_000, maxErrorRate: 0.01, maxLatencyRatio: 1.5, minRequests: 20 },
      hardened: false,
      build: { target: null, args: {}, secrets: [] },
      volume: null,
      domains: [],
      flyToml: null,
    });
  });

  test('an app on Vercel has those of Vercel', () => {
    const apps = { web: vercelApp({ framework: 'nextjs' }) };
    expect(app({ apps })).toEqual({
      name: 'web',
      platform: 'vercel',
      platformName: 'shop',
      stack: { name: 'nextjs', build: ['vercel build'], include: ['.vercel/output'] },
      env: {},
      database: null,
      migrate: null,
      health: null,
      framework: 'nextjs',
      token: 'VERCEL_TOKEN',
      orgId: 'VERCEL_ORG_ID',
      projectId: 'VERCEL_PROJECT_ID',
      target: 'preview',
    });
    expect(app({ apps: { web: vercelApp({ framework: 'astro' }) } }).stack.name).toBe('generic');
  });

  test('an environment can be deployed by hand and puts failures back', () => {
    expect(environment()).toMatchObject({
      kind: 'standing',
      on: [{ kind: 'push', branch: 'main' }, { kind: 'manual' }],
      gates: [],
      deployOrder: [['web']],
      databases: [],
      healthUrls: null,
      smoke: null,
      rollback: 'automatic',
      expiresAfterMs: null,
    });
  });
});

test('an app that one environment hardens is hardened in all, for they have one image; others are not', () => {
  const { environments } = resolved({
    apps: { web: flyApp({ hardened: false }), job: flyApp({}) },
    environments: {
      staging: { on: push('main') },
      production: { on: push('production'), apps: { web: { hardened: true } } },
    },
  });
  const hardened = environments.map(({ apps }) =>
    apps.map((app) => [app.name, app.platform === 'fly' && app.hardened]),
  );
  const both = [
    ['web', true],
    ['job', false],
  ];
  expect(hardened).toEqual([both, both]);
});

describe('inheritance', () => {
  test('the app in the environment wins over the environment, that over the app, and that over the project', () => {
    const project: Partial<ProjectDefinition> = {
      fly: { org: 'of-project', token: 'PROJECT' },
      apps: {
        web: flyApp({
          sleep: 'suspend',
          strategy: 'canary',
          instances: 2,
          regions: ['ams'],
          env: { A: 'app', B: 'app', C: 'app' },
        }),
      },
      environments: {
        staging: {
          fly: { org: 'of-environment' },
          sleep: 'when-idle',
          strategy: 'immediate',
          regions: ['iad', 'fra'],
          env: { B: 'environment', C: 'environment' },
          apps: { web: { sleep: 'never', env: { C: 'both' }, fly: { token: 'BOTH' } } },
        },
      },
    };
    expect(fly(project)).toMatchObject({
      org: 'of-environment',
      token: 'BOTH',
      sleep: 'never',
      strategy: 'immediate',
      regions: [
        { region: 'iad', count: 2 },
        { region: 'fra', count: 2 },
      ],
      env: {
        A: { kind: 'literal', value: 'app' },
        B: { kind: 'literal', value: 'environment' },
        C: { kind: 'literal', value: 'both' },
      },
    });
  });

  test('objects are merged key by key, and undefined says nothing', () => {
    const apps = {
      web: flyApp({
        port: 1,
        stop: { signal: 'SIGTERM', timeout: '30s' },
        health: { path: '/up', interval: '2s', timeout: '1s', gracePeriod: '3s', within: '1m' },
        concurrency: { type: 'requests', softLimit: 5 },
        migrate: { command: 'old', timeout: '1m' },
      }),
    };
    const overrides = {
      stop: { timeout: '10s' },
      health: { path: undefined, interval: '9s' } as never,
      concurrency: { hardLimit: 9 },
      migrate: { command: 'new' },
    };
    expect(fly({ apps, ...inStaging({ apps: { web: overrides } }) })).toMatchObject({
      stop: { signal: 'SIGTERM', timeoutMs: 10_000 },
      health: { path: '/up', intervalMs: 9_000, timeoutMs: 1_000, gracePeriodMs: 3_000, withinMs: 60_000 },
      concurrency: { type: 'requests', softLimit: 5, hardLimit: 9 },
      migrate: { command: 'new', runs: 'release-command', timeoutMs: 60_000 },
    });
  });

  test('null takes away what an app has', () => {
    const apps = {
      web: flyApp({
        port: 1,
        health: { path: '/' },
        command: ['x'],
        dockerfile: 'Dockerfile',
        migrate: { command: 'm' },
      }),
    };
    const nothing = { port: null, health: null, command: null, dockerfile: null, migrate: null };
    expect(fly({ apps, ...inStaging({ apps: { web: nothing } }) })).toMatchObject(nothing);
  });

  test('machine sizes are merged so that CPUs of one place go with memory of another', () => {
    const apps = { web: flyApp({ vm: { size: 'shared-cpu-2x', memory: '1gb' } }) };
    expect(fly({ apps }).vm).toEqual({ cpuKind: 'shared', cpus: 2, memoryMb: 1024 });
    expect(fly({ apps, ...inStaging({ vm: { cpus: 4 } }) }).vm).toEqual({
      cpuKind: 'shared',
      cpus: 4,
      memoryMb: 1024,
    });
    expect(fly(inStaging({ vm: { size: 'performance-2x' } })).vm).toEqual({
      cpuKind: 'performance',
      cpus: 2,
      memoryMb: 4096,
    });
  });

  test('a share of the machines becomes their number, rounded up', () => {
    const most = (maxUnavailable: number | undefined, machines: number) =>
      fly(
        inStaging({
          regions: { iad: machines },
          ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
        }),
      ).maxUnavailable;
    expect([1, 2, 3, 4, 7].map((machines) => most(undefined, machines))).toEqual([1, 1, 1, 2, 3]);
    expect([most(0.5, 5), most(2, 5), most(0.01, 2)]).toEqual([3, 2, 1]);
  });

  test('the stack gives port and health to an app that names none, and not to a worker', () => {
    expect(fly({ apps: { web: flyApp({ stack: PHOENIX }) } })).toMatchObject({
      port: 8080,
      health: { path: '/', intervalMs: 10_000, timeoutMs: 5_000, gracePeriodMs: 5_000, withinMs: 300_000 },
    });
    expect(fly({ apps: { web: flyApp({ stack: PHOENIX, port: null }) } })).toMatchObject({
      port: null,
      health: null,
    });
    expect(fly({ apps: { web: flyApp({ stack: NODE }) } })).toMatchObject({ port: null, health: null });
  });
});

describe('names on platforms', () => {
  const two = { web: flyApp({ port: 1 }), job: flyApp({}) };

  test('hold the app where there are several', () => {
    expect(app({ apps: two }, 'job').platformName).toBe('shop-staging-job');
  });

  test('hold the pull request in review environments', () => {
    const environments = { review: { on: pullRequest() } };
    expect(app({ environments }, 'web', 'review').platformName).toBe('shop-pr-{pr}');
    expect(app({ environments, apps: two }, 'job', 'review').platformName).toBe('shop-pr-{pr}-job');
    const placed = { review: { on: pullRequest(), platformName: '{environment}-{pr}-{project}' } };
    expect(app({ environments: placed }, 'web', 'review').platformName).toBe('review-{pr}-shop');
  });

  test('follow the template that is nearest', () => {
    const apps = { web: flyApp({ platformName: '{app}-of-{project}-{environment}' }) };
    expect(app({ apps }).platformName).toBe('web-of-shop-staging');
    expect(app({ apps, ...inStaging({ platformName: 'x-{app}' }) }).platformName).toBe('x-web');
    expect(app({ apps, ...inStaging({ apps: { web: { platformName: 'fixed' } } }) }).platformName).toBe(
      'fixed',
    );
  });

  test('tell several apps on Vercel apart', () => {
    const apps = { web: vercelApp({ framework: 'nextjs' }), docs: vercelApp({ framework: 'astro' }) };
    expect(app({ apps }, 'docs').platformName).toBe('shop-docs');
  });
});

describe('environments', () => {
  test('are of the kind that their triggers say', () => {
    const kinds = resolved({
      environments: {
        a: { on: [push('main'), manual()] },
        b: { manual: false, on: push('b') },
        c: { on: pullRequest() },
        d: { kind: 'test' },
        e: {},
      },
    }).environments.map(({ kind, on }) => [kind, on.map((rule) => rule.kind).join()]);
    expect(kinds).toEqual([
      ['standing', 'push,manual'],
      ['standing', 'push'],
      ['review', 'pull-request'],
      ['test', ''],
      ['standing', 'manual'],
    ]);
  });

  test('for tests have databases, and neither apps nor a smoke test', () => {
    const project = {
      smoke: { command: 's' },
      databases: { main: flyPostgres() },
      environments: { test: { kind: 'test' } },
    } as const;
    expect(environment(project, 'test')).toMatchObject({ apps: [], deployOrder: [], smoke: null });
    expect(environment(project, 'test').databases[0]).toMatchObject({
      platformName: 'shop-test-db',
      region: 'iad',
    });
  });

  test('of pull requests expire, after a week when nothing is said', () => {
    const expiry = (expires?: string) =>
      environment(
        { environments: { r: { on: pullRequest(), ...(expires === undefined ? {} : { expires }) } } },
        'r',
      ).expiresAfterMs;
    expect(expiry()).toBe(7 * 86_400_000);
    expect(expiry('1d')).toBe(86_400_000);
  });

  test('deploy workers first, then what listens, unless an order is written', () => {
    const apps = { web: flyApp({ port: 1 }), job: flyApp({}), site: vercelApp({ framework: 'nextjs' }) };
    expect(environment({ apps }).deployOrder).toEqual([['job'], ['web', 'site']]);
    const order = [['web'], ['site'], ['job']];
    expect(environment({ apps, order }).deployOrder).toEqual(order);
    const own = [['site', 'job', 'web']];
    expect(environment({ apps, order, ...inStaging({ order: own }) }).deployOrder).toEqual(own);
  });

  test('have the smoke test of the project, their own, or none', () => {
    const smoke = { command: 'all', within: '90s', env: { U: urlOf('web'), T: 'x' } };
    expect(environment({ smoke }).smoke).toEqual({
      command: 'all',
      withinMs: 90_000,
      env: { U: { kind: 'url-of', app: 'web' }, T: { kind: 'literal', value: 'x' } },
    });
    expect(environment({ smoke, ...inStaging({ smoke: { command: 'own' } }) }).smoke).toEqual({
      command: 'own',
      withinMs: 300_000,
      env: {},
    });
    expect(environment({ smoke, ...inStaging({ smoke: null }) }).smoke).toBeNull();
  });

  test('wait a minute for their addresses, and tolerate nothing, unless they say so', () => {
    const urls = ['https://a.example/'];
    expect(environment(inStaging({ health: { urls } })).healthUrls).toEqual({
      urls,
      withinMs: 60_000,
      tolerateDns: false,
    });
    expect(environment(inStaging({ health: { urls, within: '45s', tolerate: 'dns' } })).healthUrls).toEqual({
      urls,
      withinMs: 45_000,
      tolerateDns: true,
    });
  });

  test('decide what is production on Vercel by their name, or say it', () => {
    const apps = { web: vercelApp({ framework: 'nextjs' }) };
    const on = push('main');
    const target = (environments: ProjectDefinition['environments'], name: string) =>
      app({ apps, environments }, 'web', name);
    expect(target({ production: { on } }, 'production')).toMatchObject({ target: 'production' });
    expect(target({ live: { on, vercel: { target: 'production', token: 'T' } } }, 'live')).toMatchObject({
      target: 'production',
      token: 'T',
    });
  });
});

describe('databases', () => {
  const on = push('main');

  test('on Fly stand beside the first app that uses them, in its organization', () => {
    const apps = {
      other: flyApp({ regions: ['ams'] }),
      web: flyApp({ regions: ['fra', 'iad'], database: 'main' }),
    };
    const databases = { main: flyPostgres({ memory: '1gb', migrate: { command: 'm', timeout: '1m' } }) };
    const staging = { on, fly: { org: 'acme', token: 'T' } };
    expect(environment({ apps, databases, environments: { staging } }).databases).toEqual([
      {
        name: 'main',
        provider: 'fly-postgres',
        secret: 'DATABASE_URL',
        platformName: 'shop-staging-db',
        project: null,
        org: 'acme',
        token: 'T',
        region: 'fra',
        memoryMb: 1024,
        sleep: 'never',
        ephemeral: false,
        migrate: {
          command: 'm',
          runs: 'runner',
          timeoutMs: 60_000,
          files: [],
          lockTimeoutMs: 2000,
          attempts: 5,
          blocksAtMostMs: 800,
        },
        seed: null,
        restorePoints: { keep: 3, forMs: 7 * 86_400_000 },
        fly: { managed: false, plan: 'basic', volumeGb: 1, version: 17 },
        neon: null,
        directSecret: null,
      },
    ]);
  });

  test('managed on Fly are backed up by Fly, which gives no restore points to go back to', () => {
    const databases = { main: flyPostgres({ managed: true, plan: 'launch', volume: '20gb' }) };
    const [main] = environment({ databases, ...inStaging({}) }).databases;
    expect(main?.fly).toEqual({ managed: true, plan: 'launch', volumeGb: 20, version: 17 });
    expect(main?.restorePoints).toBeNull();
  });

  test('on Fly take region, memory, sleep and name from the environment, else from themselves, else the smallest', () => {
    const databases = {
      a: flyPostgres({ region: 'ams', sleep: 'when-idle', platformName: 'cluster-{environment}' }),
      b: flyPostgres({ secret: 'B_URL' }),
    };
    const overrides = { a: { region: 'fra', memory: '2gb', sleep: 'never', platformName: 'own' } } as const;
    const [a, b] = environment({ databases, ...inStaging({ databases: overrides }) }).databases;
    expect(a).toMatchObject({ region: 'fra', memoryMb: 2048, sleep: 'never', platformName: 'own' });
    expect(b).toMatchObject({
      region: 'iad',
      memoryMb: 256,
      platformName: 'shop-staging-b-db',
      secret: 'B_URL',
    });
    expect(environment({ databases }).databases[0]).toMatchObject({
      region: 'ams',
      sleep: 'when-idle',
      platformName: 'cluster-staging',
    });
  });

  test('of review environments are made for each pull request, and sleep', () => {
    const databases = {
      main: flyPostgres(),
      neon: neon({ project: 'p', branches: { r: 'named-{pr}' } }),
      ours: external(),
    };
    const review = { on: pullRequest() };
    const found = environment({ databases, environments: { r: review } }, 'r').databases;
    expect(found.map(({ ephemeral, sleep, platformName }) => [ephemeral, sleep, platformName])).toEqual([
      [true, 'when-idle', 'shop-pr-{pr}-main-db'],
      [true, 'when-idle', 'named-{pr}'],
      [false, 'never', null],
    ]);
    const kept = { r: { ...review, databases: { neon: { ephemeral: false, sleep: 'never' } } } } as const;
    expect(environment({ databases, environments: kept }, 'r').databases[1]).toMatchObject({
      ephemeral: false,
      sleep: 'never',
    });
  });

  test('on Neon are branches, named by the project or after the environment', () => {
    const databases = {
      main: neon({
        project: 'p',
        token: 'KEY',
        region: 'eu',
        migrate: 'go',
        branches: { live: 'production' },
      }),
    };
    const environments = { live: { on }, staging: { on }, r: { on: pullRequest() } };
    const branch = (name: string) => environment({ databases, environments }, name).databases[0];
    expect(branch('live')).toMatchObject({
      provider: 'neon',
      platformName: 'production',
      project: 'p',
      token: 'KEY',
      org: null,
      region: 'eu',
      memoryMb: null,
      migrate: { command: 'go', runs: 'runner', timeoutMs: 300_000 },
    });
    expect(branch('staging')?.platformName).toBe('staging');
    expect(branch('r')?.platformName).toBe('pr-{pr}');
  });

  test('reach the apps that use them through the variable of their secret', () => {
    const databases = { main: external({ secret: 'PG' }) };
    const apps = { web: flyApp({ database: 'main', env: { A: 'a' } }), job: flyApp({}) };
    expect(app({ apps, databases }).env).toEqual({
      PG: { kind: 'database-url', database: 'main' },
      A: { kind: 'literal', value: 'a' },
    });
    expect(app({ apps, databases }, 'job').env).toEqual({});
  });
});

describe('checks', () => {
  test('are those that the project names, with defaults', () => {
    const checks = {
      a: check('run a'),
      b: check('run b', {
        needs: ['a'],
        fast: false,
        outputs: ['x'],
        services: [{ service: 'postgres' }, { service: 'postgres', version: 17 }],
      }),
    };
    expect(resolved({ ci: { checks, skip: ['*.md'] } })).toMatchObject({
      ciSkip: ['*.md'],
      checks: [
        {
          name: 'a',
          command: 'run a',
          needs: [],
          services: [],
          fast: true,
          outputs: [],
          prepares: false,
          timeoutMs: 1_800_000,
          env: [],
        },
        {
          name: 'b',
          command: 'run b',
          needs: ['a'],
          services: ['postgres', 'postgres:17'],
          fast: false,
          outputs: ['x'],
          prepares: true,
        },
      ],
    });
  });

  test.each([
    ['npm ci', {}, true],
    ['mix deps.get --only test', {}, true],
    ['pnpm install --frozen-lockfile', {}, true],
    ['npm run install-hooks', {}, false],
    ['npm ci', { prepares: false }, false],
    ['mix compile', { prepares: true }, true],
    ['mix compile', { outputs: ['_build'] }, true],
  ] as const)('%s with %j prepares others: %s', (command, options, prepares) => {
    const checks = { one: check(command, { timeout: '90s', env: ['MIX_ENV'], ...options }) };
    expect(resolved({ ci: { checks } }).checks).toMatchObject([
      { prepares, timeoutMs: 90_000, env: ['MIX_ENV'] },
    ]);
  });

  test('are else those of the stacks, once where apps share them', () => {
    const apps = {
      a: flyApp({ stack: NODE }),
      b: flyApp({ stack: NODE }),
      c: flyApp({}),
    };
    expect(resolved({ apps }).checks.map((check) => check.name)).toEqual(['install', 'test']);
  });

  test('of another kind of app get its name, and so do their needs', () => {
    const apps = { a: flyApp({ stack: NODE }), b: flyApp({ stack: PNPM }) };
    expect(
      resolved({ apps }).checks.map(({ name, command, needs }) => [name, command, needs.join()]),
    ).toEqual([
      ['install', 'npm ci', ''],
      ['test', 'npm test', 'install'],
      ['install-b', 'pnpm install', ''],
      ['test-b', 'pnpm test', 'install-b'],
    ]);
  });
});

describe('on every config that the checks let through', () => {
  const slug = fc.constantFrom('web', 'job', 'api-2');
  const duration = fc.constantFrom('1s', '250ms', '7d');
  const env = fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('x', { kind: 'secret', name: 'S' }));
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const settings = fc.record(
    {
      regions: fc.oneof(fc.constant(['iad', 'fra']), fc.constant({ iad: 2 })),
      sleep: fc.constantFrom('when-idle', 'suspend', 'never'),
      vm: fc.record({ cpus: fc.constantFrom(1, 2), memory: optional(fc.constant('1gb')) }),
      stop: fc.record({ timeout: optional(duration) }),
      maxUnavailable: fc.constantFrom(0.1, 0.5, 1, 3),
      hardened: fc.boolean(),
      env,
    },
    { requiredKeys: [] },
  );
  const flyApps = settings.chain((options) =>
    fc
      .record(
        {
          platform: fc.constant('fly'),
          stack: fc.constantFrom(NODE, PHOENIX),
          port: fc.constantFrom(80, null),
          database: fc.constant('main'),
          health: fc.constantFrom(null, { path: '/' }),
        },
        { requiredKeys: ['platform', 'stack'] },
      )
      .map((app) => ({ ...options, ...app })),
  );
  const configs = fc.record({
    name: fc.constantFrom('shop', 'a-b'),
    databases: fc.constantFrom(
      { main: flyPostgres() },
      { main: neon({ project: 'p' }) },
      { main: external() },
    ),
    apps: fc.dictionary(slug, flyApps, { minKeys: 1 }),
    environments: fc.dictionary(
      fc.constantFrom('staging', 'live'),
      settings.chain((options) =>
        fc
          .constantFrom({ on: push('main') }, { on: pullRequest() }, {})
          .map((rest) => ({ ...options, ...rest })),
      ),
      { minKeys: 1 },
    ),
  });

  test('resolving succeeds, deploys every app once, and is plain JSON', () => {
    let valid = 0;
    fc.assert(
      fc.property(configs, (config) => {
        const { definition } = validateConfig(config, { file: 'x', source: '' });
        if (definition === null) return;
        valid += 1;
        const project = resolveProject(definition);
        expect(JSON.parse(JSON.stringify(project))).toEqual(project);
        for (const one of project.environments) {
          expect(one.deployOrder.flat().sort()).toEqual(Object.keys(config.apps).sort());
          for (const app of one.apps) {
            if (app.platform === 'fly') expect(app.regions.length).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(valid).toBeGreaterThan(20);
  });
});

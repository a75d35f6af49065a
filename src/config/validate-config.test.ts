import { describe, expect, test } from 'vitest';
import type { StackDefinition } from './definition/stack-definition.ts';
import { flyApp, vercelApp } from './builders/apps.ts';
import { check } from './builders/check.ts';
import { external, flyPostgres, neon } from './builders/databases.ts';
import { databaseUrlOf, publicUrlOf, secret, urlOf } from './builders/env-values.ts';
import { approval, checks, passed, quality } from './builders/gates.ts';
import { manual, pullRequest, push, tag } from './builders/triggers.ts';
import { validateConfig } from './validate-config.ts';

/** A stack as `node()` makes it: nothing but what every stack has. */
const NODE: StackDefinition = {
  name: 'node',
  build: ['npm run build'],
  include: ['dist'],
  port: null,
  healthPath: null,
  checks: { install: { command: 'npm ci' }, test: { command: 'npm test', needs: ['install'] } },
};

const FILE = 'glidepath.config.ts';

/** Everything said about a config, as `CODE path: message → hint`; warnings begin with `?`. */
function said(config: unknown): string[] {
  return validateConfig(config, { file: FILE, source: '' }).diagnostics.map(
    ({ severity, code, path, message, hint }) =>
      `${severity === 'warning' ? '? ' : ''}${code.replace('CONFIG_', '')} ${path ?? '-'}: ${message} → ${hint ?? '-'}`,
  );
}

/** What is said of an app on Vercel, whatever else is. */
const ON_VERCEL =
  "? PROVIDER_NOT_SUPPORTED apps.web: web runs on Vercel, which this version can plan for and not deploy to. → Run it on Fly with flyApp({ stack: nextjs() }) and output: 'standalone' in next.config; or let Vercel deploy it, and take it out of the config.";

/** Cases whose title is what must be said of them. */
function sentences(cases: readonly (readonly [config: unknown, expected: string | readonly string[]])[]) {
  return cases.map(([config, expected]) => {
    const lines = [expected].flat();
    return [lines.join(' · '), config, lines] as const;
  });
}

const app = flyApp({ port: 8080, health: { path: '/health' }, database: 'main' });

/** A config without mistakes, with some of its sections replaced. */
function project(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'shop',
    databases: { main: flyPostgres() },
    apps: { web: app },
    environments: {
      staging: { on: push('main') },
      production: { on: tag('v*'), gates: [passed('staging')] },
    },
    ...change,
  };
}

/** The same with one environment `staging` that has these settings. */
function staging(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return project({ environments: { staging: { on: push('main'), ...settings } } });
}

/** The same with one app `web` that has these settings. */
function web(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return project({ apps: { web: { ...app, ...settings } }, environments: { staging: { on: push('main') } } });
}

describe('a config without mistakes', () => {
  test('is given back, and nothing is said', () => {
    const config = project();
    expect(validateConfig(config, { file: FILE, source: '' })).toEqual({
      diagnostics: [],
      definition: config,
    });
  });

  test('may use every setting there is', () => {
    expect(
      said({
        name: 'all',
        github: {
          repository: 'owner/all.x',
          mainBranch: 'trunk',
          workflows: true,
          runner: 'ubuntu-24.04',
          node: 24,
          elixir: { elixir: '1.18', otp: '27' },
          install: null,
          actions: { 'actions/checkout': { version: 'v7.0.1', sha: 'a'.repeat(40) } },
          dependabot: false,
        },
        fly: { org: 'personal', token: 'FLY_API_TOKEN' },
        vercel: { token: 'T', orgId: 'O', projectId: 'P', target: 'preview' },
        databases: {
          fly: flyPostgres({
            secret: 'FLY_URL',
            memory: '1GB',
            sleep: 'when-idle',
            region: 'fra',
            platformName: '{project}-{environment}-cluster',
            migrate: { command: 'migrate', timeout: '10m' },
          }),
          neon: neon({
            project: 'p',
            branches: { staging: 's' },
            region: 'aws-eu-central-1',
            token: 'NEON',
            sleep: 'never',
            migrate: 'migrate',
          }),
          other: external({ secret: 'OTHER_URL' }),
        },
        apps: {
          api: flyApp({
            stack: NODE,
            dockerfile: 'Dockerfile',
            command: ['node', 'x.js'],
            port: 3000,
            health: { path: '/up?deep=1', interval: '500ms', timeout: '2s', gracePeriod: '1m', within: '1h' },
            database: 'fly',
            migrate: { command: 'x', runs: 'runner', timeout: '1d' },
            platformName: 'all-{environment}',
            env: { A: 'a', B: secret('B'), C: urlOf('api'), D: publicUrlOf('web'), E: databaseUrlOf('neon') },
            regions: ['iad', 'fra'],
            instances: 2,
            sleep: 'suspend',
            minMachinesRunning: 1,
            vm: { cpuKind: 'performance', cpus: 1, memory: '2gb' },
            concurrency: { type: 'requests', softLimit: 10, hardLimit: 20 },
            stop: { signal: 'SIGTERM', timeout: '300s' },
            strategy: 'bluegreen',
            maxUnavailable: 0.5,
            canary: { bake: '2m', maxErrorRate: 0, maxLatencyRatio: 2, minRequests: 0 },
            build: { target: 'run', args: { A: '1' }, secrets: ['NPM_TOKEN'] },
            hardened: true,
          }),
          web: vercelApp({
            framework: 'nextjs',
            health: { path: '/' },
            database: 'neon',
            migrate: { command: 'm' },
          }),
          job: flyApp({
            stack: { ...NODE, name: 'phoenix' },
            volume: { name: 'data', path: '/data', size: '2gb', snapshotRetentionDays: 60 },
            port: null,
            platformName: 'all-job-{environment}',
          }),
        },
        environments: {
          staging: {
            on: [push('main'), manual()],
            manual: true,
            gates: [checks(), quality(), approval(), approval({ optional: true })],
            env: { X: 'y' },
            regions: { iad: 1 },
            apps: {
              api: {
                regions: ['iad'],
                vm: { memory: '2gb' },
                fly: { org: 'other' },
                health: { interval: '1s' },
                domains: ['all.example.com', '*.example.org'],
              },
            },
            databases: {
              fly: { memory: '512mb', region: 'iad', platformName: 'named' },
              neon: { sleep: 'never' },
            },
            order: [['job'], ['api'], ['web']],
            health: { urls: ['https://a.example/'], within: '10s', tolerate: 'dns' },
            smoke: null,
            rollback: 'manual',
          },
          review: {
            on: pullRequest(),
            expires: '1d',
            databases: { fly: 'ephemeral', neon: { ephemeral: false } },
          },
          test: { kind: 'test' },
        },
        ci: {
          checks: { quality: check('q', { services: [{ service: 'postgres', version: 17 }] }) },
          skip: ['*.md'],
        },
        order: [['api', 'job', 'web']],
        smoke: { command: 'smoke', within: '1m', env: { FLY_APP: 'allowed here' } },
        files: { fly: '{app}/{environment}.toml', dockerfile: '{app}/Dockerfile', runbook: null },
      }).filter((line) => !line.startsWith('?') && !line.includes('instances')),
    ).toEqual([]);
  });
});

describe('keys', () => {
  test.each<[string, unknown, string[]]>([
    [
      'the project',
      project({ githb: {} }),
      ['UNKNOWN_KEY githb: The project has no setting githb. → Did you mean github?'],
    ],
    [
      'an app',
      web({ prot: 1 }),
      ['UNKNOWN_KEY apps.web.prot: apps.web has no setting prot. → Did you mean port?'],
    ],
    [
      'something deep in an app of an environment',
      staging({ apps: { web: { vm: { memroy: '1gb' } } } }),
      [
        'UNKNOWN_KEY environments.staging.apps.web.vm.memroy: environments.staging.apps.web.vm has no setting memroy. → Did you mean memory?',
      ],
    ],
    [
      'a trigger in a list',
      staging({ on: [{ kind: 'push', branch: 'main', branches: 'x' }] }),
      [
        'UNKNOWN_KEY environments.staging.on[0].branches: environments.staging.on[0] has no setting branches. → Did you mean branch?',
      ],
    ],
    [
      'a database in an environment, with nothing near',
      staging({ databases: { main: { zzzzzz: 1 } } }),
      [
        'UNKNOWN_KEY environments.staging.databases.main.zzzzzz: environments.staging.databases.main has no setting zzzzzz. → Known settings: ephemeral, sleep, memory, region, platformName, seed, restorePoints.',
      ],
    ],
    [
      'health that may be null',
      web({ health: { path: '/', intervall: '1s' } }),
      [
        'UNKNOWN_KEY apps.web.health.intervall: apps.web.health has no setting intervall. → Did you mean interval?',
      ],
    ],
  ])('an unknown one of %s is named, with a suggestion', (_, config, expected) => {
    expect(said(config)).toEqual(expected);
  });

  test('missing ones are named where they are missing', () => {
    expect(said({ databases: { main: neon({} as never) }, ci: { checks: { a: {} } } })).toEqual([
      "MISSING_KEY name: The project needs the setting name. → Add it: name: '…'",
      "MISSING_KEY databases.main.project: databases.main needs the setting project. → Add it: project: '…'",
      'MISSING_KEY apps: The project needs the setting apps. → Add it: apps: { … }',
      'MISSING_KEY environments: The project needs the setting environments. → Add it: environments: { … }',
      "MISSING_KEY ci.checks.a.command: ci.checks.a needs the setting command. → Add it: command: '…'",
    ]);
    expect(said(staging({ health: {} }))).toEqual([
      'MISSING_KEY environments.staging.health.urls: environments.staging.health needs the setting urls. → Add it: urls: […]',
    ]);
  });
});

describe('values of the wrong type', () => {
  test.each(
    sentences([
      [
        42,
        'WRONG_TYPE -: The project is the number 42, but must be an object. → Export a project: export default defineProject({ … })',
      ],
      [
        'x',
        'WRONG_TYPE -: The project is "x", but must be an object. → Export a project: export default defineProject({ … })',
      ],
      [
        web({ port: 'abc' }),
        'WRONG_TYPE apps.web.port: apps.web.port is "abc", but must be a number. → Write 1.',
      ],
      [
        web({ hardened: 'yes' }),
        'WRONG_TYPE apps.web.hardened: apps.web.hardened is "yes", but must be true or false. → Write true.',
      ],
      [
        web({ command: 'node x' }),
        'WRONG_TYPE apps.web.command: apps.web.command is "node x", but must be a list. → Put it in brackets: [\'node x\']',
      ],
      [
        web({ platformName: 7 }),
        "WRONG_TYPE apps.web.platformName: apps.web.platformName is the number 7, but must be text. → Put it in quotes: '7'",
      ],
      [
        web({ vm: null }),
        'WRONG_TYPE apps.web.vm: apps.web.vm is null, but must be an object. → Write { … }.',
      ],
      [
        web({ vm: [] }),
        'WRONG_TYPE apps.web.vm: apps.web.vm is a list, but must be an object. → Write { … }.',
      ],
      [
        web({ port: Symbol('x') }),
        'WRONG_TYPE apps.web.port: apps.web.port is a symbol, but must be a number. → Write 1.',
      ],
      [
        web({ env: { A: 3 } }),
        "WRONG_TYPE apps.web.env.A: apps.web.env.A is the number 3, but must be text or an object. → Write text, secret('NAME'), urlOf('app'), publicUrlOf('app') or databaseUrlOf('database').",
      ],
      [
        web({ regions: 'iad' }),
        'WRONG_TYPE apps.web.regions: apps.web.regions is "iad", but must be a list or an object. → Put it in brackets: [\'iad\']',
      ],
      [
        web({ regions: 3 }),
        'WRONG_TYPE apps.web.regions: apps.web.regions is the number 3, but must be a list or an object. → Write […] or { … }.',
      ],
      [
        web({ stack: 'phoenx' }),
        'WRONG_TYPE apps.web.stack: apps.web.stack is the text "phoenx" and not a stack. → Did you mean phoenix()? Stacks are node(), nextjs(), phoenix(), generic().',
      ],
      [
        web({ stack: 'cobol' }),
        'WRONG_TYPE apps.web.stack: apps.web.stack is the text "cobol" and not a stack. → Stacks are node(), nextjs(), phoenix(), generic().',
      ],
      [
        project({ apps: { web: { port: 1 } } }),
        'WRONG_TYPE apps.web: apps.web is not made by one of the functions for it. → Write flyApp({ … }) or vercelApp({ … }).',
      ],
      [
        project({ databases: { main: { provider: 'mysql' } } }),
        'WRONG_TYPE databases.main: databases.main is not made by one of the functions for it. → Write flyPostgres({ … }), neon({ … }) or external({ … }).',
      ],
      [
        staging({ on: push }),
        "WRONG_TYPE environments.staging.on: environments.staging.on is a function that was not called, but must be a list or an object. → Write push('branch'), tag('v*'), pullRequest() or manual(), or a list of them.",
      ],
      [
        staging({ gates: [checks] }),
        "WRONG_TYPE environments.staging.gates[0]: environments.staging.gates[0] is a function that was not called, but must be an object. → Write checks(), passed('environment'), approval(), quality() or safeMigrations().",
      ],
      [
        staging({ databases: { main: 'ephemral' } }),
        'WRONG_TYPE environments.staging.databases.main: environments.staging.databases.main is "ephemral", but must be \'ephemeral\' or an object. → Did you mean ephemeral?',
      ],
      [
        staging({ databases: { main: true } }),
        "WRONG_TYPE environments.staging.databases.main: environments.staging.databases.main is the boolean true, but must be 'ephemeral' or an object. → Write { … }.",
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected);
  });
});

describe('values that are not possible', () => {
  const durations = 'Write a whole number and a unit, ms, s, m, h or d: 45s, 10m, 7d.';
  const memories = 'Write a whole number and mb or gb: 256mb, 1gb.';
  test.each(
    sentences([
      [
        project({ name: 'My Shop' }),
        'name: name is "My Shop", which is not a name. → Use lowercase letters, digits and hyphens, starting with a letter: internal-api.',
      ],
      [
        project({ github: { repository: 'https://github.com/a/b' } }),
        'github.repository: github.repository is "https://github.com/a/b", which is not a repository of GitHub. → Write owner/name, without an address around it.',
      ],
      [
        project({ github: { runner: 'ubuntu 24' } }),
        'github.runner: github.runner is "ubuntu 24", which is not the label of a runner. → Use letters, digits, dots and hyphens: ubuntu-24.04.',
      ],
      [
        project({ github: { actions: { 'actions/checkout': { version: 'v7', sha: '3d3c42e' } } } }),
        'github.actions["actions/checkout"].sha: github.actions["actions/checkout"].sha is "3d3c42e", which is not a whole commit. → Write its 40 digits: a tag can be moved to another commit, and so can what a short one stands for.',
      ],
      [
        project({ github: { install: 'npm ci\nrm -rf x' } }),
        'github.install: github.install is "npm ci\\nrm -rf x", which is not a command of one line. → Put what takes more into a script of the repository.',
      ],
      [
        project({ ci: { release: { on: tag('v*'), command: 'x', secrets: ['GITHUB_X'] } } }),
        'ci.release.secrets[0]: ci.release.secrets[0] is GITHUB_X, but GitHub keeps names with GITHUB_ for itself. → Choose another name.',
      ],
      [
        staging({ gates: [approval({ approvers: ['acme/platform', 'octo cat'] })] }),
        "environments.staging.gates[0].approvers[1]: environments.staging.gates[0].approvers[1] is \"octo cat\", which is not somebody on GitHub. → Write a login, or a team as org/team: 'octocat', 'acme/platform'.",
      ],
      [
        web({ port: 0 }),
        'apps.web.port: apps.web.port is 0, which is not a port. → Write a whole number from 1 to 65535.',
      ],
      [
        web({ domains: ['https://example.com'] }),
        'apps.web.domains[0]: apps.web.domains[0] is "https://example.com", which is not a domain. → Write the host name alone, in small letters: \'app.example.com\'',
      ],
      [
        web({ volume: { name: 'my-data', path: 'data', size: '1500mb', snapshotRetentionDays: 61 } }),
        [
          'apps.web.volume.name: apps.web.volume.name is "my-data", which is not a name of a volume. → Small letters, digits and underscores, at most 30: data',
          'apps.web.volume.path: apps.web.volume.path is "data", which is not a path of a volume. → Write an absolute path: \'/data\'',
          'apps.web.volume.size: apps.web.volume.size is "1500mb", which is not a size of a volume. → Write whole gigabytes, 1gb to 500gb.',
          'apps.web.volume.snapshotRetentionDays: apps.web.volume.snapshotRetentionDays is 61, which is not a number of days that Fly keeps snapshots. → Write 1 to 60.',
        ],
      ],
      [
        web({ canary: { maxErrorRate: 2, maxLatencyRatio: 0.5 } }),
        [
          'apps.web.canary.maxErrorRate: apps.web.canary.maxErrorRate is 2, which is not a share. → Write a number from 0 to 1: 0.01',
          'apps.web.canary.maxLatencyRatio: apps.web.canary.maxLatencyRatio is 0.5, which is not a ratio. → Write a number from 1 up: 1.5',
        ],
      ],
      [
        project({ files: { runbook: 'docs/{app}.md' } }),
        'files.runbook: files.runbook has a placeholder, but there is one runbook for the whole project. → Write a plain path.',
      ],
      ...['../RUNBOOK.md', '/etc/runbook', './docs/a.md', 'docs//a.md', '.git/config', 'C:\\\\a.md'].map(
        (path): [unknown, string] => [
          project({ files: { runbook: path } }),
          `files.runbook: files.runbook is ${JSON.stringify(path)}, which is no file of the project. → Write a path from the folder of glidepath.config.ts, such as docs/RUNBOOK.md.`,
        ],
      ),
      [
        web({ port: 65_536 }),
        'apps.web.port: apps.web.port is 65536, which is not a port. → Write a whole number from 1 to 65535.',
      ],
      [
        web({ port: 80.5 }),
        'apps.web.port: apps.web.port is 80.5, which is not a port. → Write a whole number from 1 to 65535.',
      ],
      [
        web({ health: { path: 'health' } }),
        'apps.web.health.path: apps.web.health.path is "health", which is not a path. → Begin it with a slash: /health',
      ],
      [
        web({ health: { path: '/', interval: '7 days' } }),
        `apps.web.health.interval: apps.web.health.interval is "7 days", which is not a duration. → ${durations}`,
      ],
      [
        web({ health: { path: '/', interval: '0s' } }),
        `apps.web.health.interval: apps.web.health.interval is "0s", which is not a duration. → ${durations}`,
      ],
      [
        web({ stop: { timeout: '301s' } }),
        'apps.web.stop.timeout: apps.web.stop.timeout is 301s, longer than Fly waits for a machine to stop. → Write at most 300s.',
      ],
      [
        web({ stop: { timeout: 'soon' } }),
        `apps.web.stop.timeout: apps.web.stop.timeout is "soon", which is not a duration. → ${durations}`,
      ],
      [
        web({ stop: { signal: 'SIGTRM' } }),
        'apps.web.stop.signal: apps.web.stop.signal is "SIGTRM", which is not possible there. → Did you mean SIGTERM?',
      ],
      [
        web({ vm: { memory: '1 gig' } }),
        `apps.web.vm.memory: apps.web.vm.memory is "1 gig", which is not an amount of memory. → ${memories}`,
      ],
      [
        web({ vm: { memory: '0mb' } }),
        `apps.web.vm.memory: apps.web.vm.memory is "0mb", which is not an amount of memory. → ${memories}`,
      ],
      [
        web({ vm: { size: 'shared-cpu-3x' } }),
        'apps.web.vm.size: apps.web.vm.size is "shared-cpu-3x", which is not possible there. → Did you mean shared-cpu-1x?',
      ],
      [
        web({ instances: 0 }),
        'apps.web.instances: apps.web.instances is 0, which is not a whole number from 1 up. → Write 1 or more, without a fraction.',
      ],
      [
        web({ maxUnavailable: 1.5 }),
        'apps.web.maxUnavailable: apps.web.maxUnavailable is 1.5, which is not a number of machines. → Write a whole number from 1 up, or a share below 1: 0.33',
      ],
      [
        web({ regions: [] }),
        "apps.web.regions: apps.web.regions is empty. → Name at least one region: ['iad']",
      ],
      [
        web({ regions: {} }),
        'apps.web.regions: apps.web.regions is empty. → Name at least one region: { iad: 1 }',
      ],
      [
        web({ regions: ['iad', 'iad'] }),
        'apps.web.regions: apps.web.regions names iad twice. → For more machines in a region write their number: { iad: 2 }',
      ],
      [
        web({ regions: ['IAD'] }),
        'apps.web.regions[0]: apps.web.regions[0] is "IAD", which is not a region. → Did you mean iad?',
      ],
      [
        web({ regions: ['frankfurt'] }),
        'apps.web.regions[0]: apps.web.regions[0] is "frankfurt", which is not a region. → Regions have three small letters: iad, fra.',
      ],
      [
        web({ regions: { iadd: 1 } }),
        'apps.web.regions.iadd: apps.web.regions.iadd is "iadd", which is not a region. → Did you mean iad?',
      ],
      [
        web({ regions: { iad: 0 } }),
        'apps.web.regions.iad: apps.web.regions.iad is 0, which is not a whole number from 1 up. → Write 1 or more, without a fraction.',
      ],
      [
        web({ command: [] }),
        "apps.web.command: apps.web.command is empty. → Write the program and its arguments: ['node', 'server.js']",
      ],
      [
        web({ dockerfile: ' ' }),
        'apps.web.dockerfile: apps.web.dockerfile is empty. → Write something, or leave the setting out.',
      ],
      [
        web({ stack: { ...NODE, include: [] } }),
        "apps.web.stack.include: apps.web.stack.include is empty, so the image would be too. → Name what goes in, or ['.'] for everything.",
      ],
      [
        web({ env: { FLY_REGION: 'x' } }),
        'apps.web.env.FLY_REGION: apps.web.env.FLY_REGION begins with FLY_, which Fly keeps for its own variables. → Choose another name.',
      ],
      [
        web({ env: { 'a-b': 'x' } }),
        'apps.web.env["a-b"]: apps.web.env["a-b"] is "a-b", which is not the name of an environment variable. → Use letters, digits and underscores: DATABASE_URL.',
      ],
      [
        web({ env: { A: secret('a b') } }),
        'apps.web.env.A.name: apps.web.env.A.name is "a b", which is not the name of an environment variable. → Use letters, digits and underscores: DATABASE_URL.',
      ],
      [
        staging({ sleep: 'always' }),
        'environments.staging.sleep: environments.staging.sleep is "always", which is not possible there. → Known values: when-idle, suspend, never.',
      ],
      [
        staging({ sleep: true }),
        'environments.staging.sleep: environments.staging.sleep is the boolean true, which is not possible there. → Known values: when-idle, suspend, never.',
      ],
      [
        staging({ kind: 'review' }),
        'environments.staging.kind: environments.staging.kind is "review", which is not possible there. → Known values: test.',
      ],
      [
        staging({ health: { urls: ['a.example'] } }),
        'environments.staging.health.urls[0]: environments.staging.health.urls[0] is "a.example", which is not an http address. → Write it whole: https://example.com/',
      ],
      [
        staging({ health: { urls: [] } }),
        'environments.staging.health.urls: environments.staging.health.urls is empty. → Name at least one address, or leave health out.',
      ],
      [
        project({ files: { fly: 'fly.{env}.toml' } }),
        'files.fly: files.fly has the placeholder {env}, which does not exist. → There are {app} and {environment}.',
      ],
      [project({ apps: {} }), 'apps: apps is empty. → Write at least one app.'],
      [
        project({ environments: {} }),
        'environments: environments is empty. → Write at least one environment.',
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected.map((line) => `INVALID_VALUE ${line}`));
  });

  test('a platform name must be possible on its platform', () => {
    expect(said(web({ platformName: 'Shop_{environment}' }))).toEqual([
      'INVALID_VALUE apps.web.platformName: apps.web.platformName makes the name Shop_staging of web in staging, which no platform takes. → Use small letters, digits and hyphens.',
    ]);
    expect(said(web({ platformName: '{projct}' }))).toEqual([
      'INVALID_VALUE apps.web.platformName: apps.web.platformName has the placeholder {projct}, which does not exist. → There are {project}, {environment}, {app} and {pr}.',
    ]);
    expect(said(web({ platformName: 'a'.repeat(64) }))).toEqual([
      `INVALID_VALUE apps.web.platformName: apps.web.platformName makes a name of 64 characters of web in staging: ${'a'.repeat(64)}. → Set a platformName of at most 63.`,
    ]);
  });

  test('a machine must be one that Fly has', () => {
    expect(said(web({ vm: { cpus: 3 } }))).toEqual([
      'INVALID_VALUE apps.web.vm: apps.web.vm asks for web in staging for 3 shared CPUs, which Fly does not have. → Fly has shared machines with 1, 2, 4, 6, 8 CPUs.',
    ]);
    expect(said(web({ vm: { memory: '300mb' } }))).toEqual([
      'INVALID_VALUE apps.web.vm: apps.web.vm asks for web in staging for 300 MB with 1 shared CPU, which Fly does not have. → Choose 256 to 2048 MB in steps of 256, or other cpus.',
    ]);
    expect(said(web({ vm: { size: 'performance-2x', memory: '2gb' } }))).toEqual([
      'INVALID_VALUE apps.web.vm: apps.web.vm asks for web in staging for 2048 MB with 2 performance CPUs, which Fly does not have. → Choose 4096 to 16384 MB in steps of 1024, or other cpus.',
    ]);
    expect(said(web({ vm: { memory: '4gb' } }))).toHaveLength(1);
  });
});

describe('names that refer to nothing', () => {
  test.each(
    sentences([
      [
        web({ database: 'mian' }),
        'apps.web.database: apps.web.database refers to the database mian, which does not exist. → Did you mean main?',
      ],
      [
        web({ env: { A: urlOf('wbe') } }),
        'apps.web.env.A: apps.web.env.A refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        web({ env: { A: publicUrlOf('api') } }),
        'apps.web.env.A: apps.web.env.A refers to the app api, which does not exist. → Known apps: web.',
      ],
      [
        web({ env: { A: databaseUrlOf('min') } }),
        'apps.web.env.A: apps.web.env.A refers to the database min, which does not exist. → Did you mean main?',
      ],
      [
        staging({ env: { A: urlOf('wbe') } }),
        'environments.staging.env.A: environments.staging.env.A refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        staging({ apps: { web: { env: { A: urlOf('wbe') } } } }),
        'environments.staging.apps.web.env.A: environments.staging.apps.web.env.A refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        staging({ smoke: { command: 'x', env: { A: urlOf('wbe') } } }),
        'environments.staging.smoke.env.A: environments.staging.smoke.env.A refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        project({ smoke: { command: 'x', env: { A: publicUrlOf('wbe') } } }),
        'smoke.env.A: smoke.env.A refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        staging({ apps: { wbe: {} } }),
        'environments.staging.apps.wbe: environments.staging.apps.wbe refers to the app wbe, which does not exist. → Did you mean web?',
      ],
      [
        staging({ databases: { mian: {} } }),
        'environments.staging.databases.mian: environments.staging.databases.mian refers to the database mian, which does not exist. → Did you mean main?',
      ],
      [
        staging({ gates: [passed('stagin')] }),
        'environments.staging.gates[0]: environments.staging.gates[0] refers to the environment stagin, which does not exist. → Did you mean staging?',
      ],
      [
        project({ databases: { main: neon({ project: 'p', branches: { prod: 'x' } }) } }),
        'databases.main.branches.prod: databases.main.branches.prod refers to the environment prod, which does not exist. → Did you mean production?',
      ],
      [
        project({ ci: { checks: { test: check('x', { needs: ['lint'] }) } } }),
        'ci.checks.test.needs[0]: ci.checks.test.needs[0] refers to the check lint, which does not exist. → Known checks: test.',
      ],
      [
        project({ order: [['web', 'job']] }),
        'order[0][1]: order[0][1] refers to the app job, which does not exist. → Known apps: web.',
      ],
      [
        staging({ order: [['web'], ['wev']] }),
        'environments.staging.order[1][0]: environments.staging.order[1][0] refers to the app wev, which does not exist. → Did you mean web?',
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected.map((line) => `UNKNOWN_REFERENCE ${line}`));
  });

  test('a database where there are none', () => {
    expect(said(project({ databases: {} }))).toEqual([
      'UNKNOWN_REFERENCE apps.web.database: apps.web.database refers to the database main, which does not exist. → There are no databases.',
    ]);
  });
});

describe('settings that contradict each other', () => {
  const other = { on: push('x') };
  test.each(
    sentences([
      [
        web({ database: undefined, migrate: { command: 'm' } }),
        [
          "apps.web.migrate: apps.web.migrate migrates, but the app web has no database. → Add database: '…' to apps.web, or take migrate out.",
        ],
      ],
      [
        web({ env: { DATABASE_URL: 'x' } }),
        [
          'apps.web.env.DATABASE_URL: apps.web.env.DATABASE_URL is set, but is the variable through which web gets its database main. → Take it out, or give the database another secret.',
        ],
      ],
      [
        web({ strategy: 'bluegreen', volume: { name: 'data', path: '/data' } }),
        "apps.web.strategy: apps.web.strategy is bluegreen, which starts new machines beside the old ones, but the volume data of web stays with its machine. → Use strategy: 'rolling', or take the volume out.",
      ],
      [
        web({ domains: ['a.example.com', 'a.example.com'] }),
        'apps.web.domains: apps.web.domains gives a.example.com to web in staging, but it belongs to web in staging. → Name it once.',
      ],
      [
        web({ port: null, health: null, domains: ['a.example.com'] }),
        'apps.web.domains: apps.web.domains is set, but web has no port. → Add port: 8080, or take it out.',
      ],
      [
        web({ sleep: 'suspend', vm: { cpus: 2, memory: '4gb' } }),
        [
          "apps.web.sleep: apps.web.sleep is suspend, but web has 4096 MB in staging, and Fly suspends at most 2 GB. → Use sleep: 'when-idle', or less memory.",
        ],
      ],
      [
        web({ minMachinesRunning: 1 }),
        [
          "apps.web.minMachinesRunning: apps.web.minMachinesRunning is set, but no machine of web sleeps in staging. → Take it out, or use sleep: 'when-idle'.",
        ],
      ],
      [
        web({ minMachinesRunning: 2, sleep: 'when-idle' }),
        [
          'apps.web.minMachinesRunning: apps.web.minMachinesRunning is 2, but web has 1 in its primary region iad. → Have more machines there, or keep fewer awake.',
        ],
      ],
      [
        web({ instances: 2, regions: { iad: 1 } }),
        [
          "apps.web.instances: apps.web.instances is set, but the regions say how many machines each has. → Write the numbers in regions, or regions as a list: ['iad']",
        ],
      ],
      [
        web({ vm: { size: 'shared-cpu-2x', cpus: 2 } }),
        [
          'apps.web.vm: apps.web.vm says the CPUs twice: by size and by cpus or cpuKind. → Keep one of the two.',
        ],
      ],
      [
        web({ port: null }),
        [
          'apps.web.health: apps.web.health asks for /health, but web has no port. → Add port: 8080, or take health out.',
        ],
      ],
      [
        web({ strategy: 'bluegreen', health: null }),
        [
          "apps.web.strategy: apps.web.strategy is bluegreen, which needs a health check that web does not have. → Add health: { path: '/health' }, or use strategy: 'rolling'.",
        ],
      ],
      [
        web({ concurrency: { softLimit: 30, hardLimit: 25 } }),
        [
          'apps.web.concurrency: apps.web.concurrency has a hard limit of 25 below the soft limit of 30. → Raise hardLimit, or lower softLimit.',
        ],
      ],
      [
        staging({ expires: '7d' }),
        [
          'environments.staging.expires: environments.staging.expires is set for an environment that stays. → Only review environments expire: take it out, or listen to pullRequest().',
        ],
      ],
      [
        staging({ gates: [passed('staging')] }),
        [
          'environments.staging.gates[0]: environments.staging.gates[0] waits for its own environment. → Name the environment that comes before staging.',
        ],
      ],
      [
        staging({ gates: [checks()] }),
        [
          'environments.staging.gates[0]: environments.staging.gates[0] asks for checks, of which there are none. → Write some in ci.checks, or take the gate out.',
        ],
      ],
      [
        staging({ gates: [quality()] }),
        [
          'environments.staging.gates[0]: environments.staging.gates[0] asks for good checks, of which there are none. → Write some in ci.checks, or take the gate out.',
        ],
      ],
      [
        staging({ on: [push('a'), pullRequest()] }),
        [
          'environments.staging.on: environments.staging.on mixes pullRequest() with branches or tags. → Make two environments of it: one copy per pull request, and one that stays.',
        ],
      ],
      [
        staging({ on: [push('a'), manual()], manual: false }),
        [
          'environments.staging.manual: environments.staging.manual is false, but on has manual(). → Take one of the two out.',
        ],
      ],
      [
        staging({ on: undefined, manual: false }),
        [
          "environments.staging.manual: environments.staging.manual is false, and nothing else starts a deployment. → Add on: push('branch').",
        ],
      ],
      [
        staging({ kind: 'test', on: undefined, gates: [] }),
        [
          "environments.staging.gates: environments.staging.gates is set for a test environment, to which nothing is deployed. → Take it out, or take out kind: 'test'.",
        ],
      ],
      [
        project({
          environments: { a: { ...other, gates: [passed('b')] }, b: { ...other, gates: [passed('a')] } },
        }),
        [
          'environments.a.gates: environments.a.gates wait for each other in a circle: a → b → a. → Take one passed() out, so that an environment can be first.',
        ],
      ],
      [
        project({ environments: { a: { ...other, migrateAfter: 'b' }, b: { gates: [passed('a')] } } }),
        [
          'environments.a.migrateAfter: environments.a.migrateAfter makes environments wait for each other in a circle: a → b → a. → Take it out, or write null: one environment has to be first.',
        ],
      ],
      [
        project({
          environments: { a: { ...other, migrateAfter: 'a' }, r: { on: pullRequest(), migrateAfter: 'a' } },
        }),
        [
          'environments.a.migrateAfter: environments.a.migrateAfter names its own environment. → Name the environment that comes before a.',
          'environments.r.migrateAfter: environments.r.migrateAfter is set for a review environment. → Take it out: its data is thrown away.',
        ],
      ],
      [
        project({ environments: { a: { ...other, migrateAfter: 'r' }, r: { on: pullRequest() } } }),
        [
          'environments.a.migrateAfter: environments.a.migrateAfter names r, a review environment, whose data is thrown away. → Name an environment that listens to a branch or a tag.',
        ],
      ],
      [
        project({ environments: { a: { ...other, gates: [passed('r')] }, r: { on: pullRequest() } } }),
        [
          'environments.a.gates[0]: environments.a.gates[0] waits for r, a review environment, in which no release stays. → Name an environment that listens to a branch or a tag.',
        ],
      ],
      [
        project({ ci: { checks: { a: check('a', { needs: ['b'] }), b: check('b', { needs: ['a'] }) } } }),
        [
          'ci.checks.a.needs: ci.checks.a.needs goes in a circle: a → b → a. → Take one of these needs out, so that a check can be first.',
        ],
      ],
      [project({ order: [[]] }), ['order: order leaves out web. → Name every app once, or take order out.']],
      [project({ order: [['web'], ['web']] }), ['order: order names web twice. → Name every app once.']],
      [
        project({ apps: { web: { ...app, platformName: 'shop' } } }),
        [
          'apps.web.platformName: apps.web.platformName gives web in production the name shop, which web in staging has too. → Set a platformName, or put {environment} and {app} into it.',
        ],
      ],
      [
        staging({ platformName: 'shop-{pr}' }),
        [
          'environments.staging.platformName: environments.staging.platformName makes shop-{pr} of web in staging, which has no pull request. → Take {pr} out of it.',
        ],
      ],
      [
        staging({ on: pullRequest(), platformName: 'shop' }),
        [
          'environments.staging.platformName: environments.staging.platformName makes shop of web in staging, the same for every pull request. → Put {pr} or {environment} into it.',
        ],
      ],
      [
        staging({ platformName: 'shop-staging-db' }),
        [
          'environments.staging.platformName: environments.staging.platformName gives the database main in staging the name shop-staging-db, which web in staging has too. → Set a platformName, or put {environment} and {app} into it.',
        ],
      ],
      [
        staging({ databases: { main: { platformName: 'shop-staging' } } }),
        [
          'environments.staging.databases.main.platformName: environments.staging.databases.main.platformName gives the database main in staging the name shop-staging, which web in staging has too. → Set a platformName, or put {environment} and {app} into it.',
        ],
      ],
      [
        project({ files: { fly: 'fly.toml' } }),
        [
          'files.fly: files.fly writes fly.toml for web in staging and for web in production. → Put {environment} into it.',
        ],
      ],
      [
        project({ apps: { a: app, b: app }, files: { dockerfile: 'Dockerfile' } }),
        [
          'files.dockerfile: files.dockerfile writes Dockerfile for a in staging and for b in staging. → Put {app} into it.',
        ],
      ],
      [
        project({
          databases: { main: external() },
          environments: { staging: { ...other, databases: { main: 'ephemeral' } } },
        }),
        [
          'environments.staging.databases.main: environments.staging.databases.main changes a database that somebody else runs. → Take it out, or make it flyPostgres() or neon().',
        ],
      ],
      [
        project({
          databases: { main: neon({ project: 'p' }) },
          environments: { staging: { ...other, databases: { main: { memory: '1gb' } } } },
        }),
        [
          'environments.staging.databases.main.memory: environments.staging.databases.main.memory is set for Neon, which has no such setting. → Take it out.',
        ],
      ],
      [
        project({
          apps: { web: app, job: flyApp({ env: { U: urlOf('job') } }) },
          smoke: { command: 's', env: { J: publicUrlOf('job') } },
          environments: { staging: other },
        }),
        [
          'smoke.env.J: smoke.env.J is the address of job, which listens on no port. → Give job a port, or take the variable out.',
          'apps.job.env.U: apps.job.env.U is the address of job, which listens on no port. → Give job a port, or take the variable out.',
        ],
      ],
      [
        project({
          apps: {
            web: vercelApp({
              framework: 'nextjs',
              database: 'main',
              migrate: { command: 'm', runs: 'release-command' },
            }),
          },
          environments: { staging: other },
        }),
        [
          "apps.web.migrate: apps.web.migrate runs as a release command, which Vercel does not have. → Write runs: 'runner'.",
        ],
      ],
      [
        project({
          apps: { web: vercelApp({ framework: 'nextjs' }) },
          environments: {
            staging: {
              ...other,
              apps: {
                web: {
                  port: 80,
                  domains: ['a.example.com'],
                  build: { target: 'run' },
                  canary: { bake: '5s' },
                  volume: { name: 'data', path: '/data' },
                },
              },
            },
          },
        }),
        ['canary', 'build', 'domains', 'port', 'volume'].map(
          (key) =>
            `environments.staging.apps.web.${key}: environments.staging.apps.web.${key} is not a setting of an app on Vercel. → Take it out: web runs on Vercel.`,
        ),
      ],
      [
        staging({ apps: { web: { vercel: { token: 'X' } } } }),
        [
          'environments.staging.apps.web.vercel: environments.staging.apps.web.vercel is not a setting of an app on Fly. → Take it out: web runs on Fly.',
        ],
      ],
    ]),
  )('%s', (_, config, expected) => {
    const conflicts = said(config).filter((line) => line !== ON_VERCEL);
    expect(conflicts).toEqual(expected.map((line) => `CONFLICT ${line}`));
  });

  test('a migration that only an environment speaks of needs its command', () => {
    expect(said(staging({ apps: { web: { migrate: { timeout: '1m' } } } }))).toEqual([
      "MISSING_KEY environments.staging.apps.web.migrate: The migration of web in staging has no command. → Add it: migrate: { command: '…' }",
    ]);
  });

  test('null takes away what would contradict', () => {
    const config = web({ migrate: { command: 'm' }, database: 'main' });
    expect(
      said({ ...config, environments: { staging: { on: push('a'), apps: { web: { migrate: null } } } } }),
    ).toEqual([]);
  });
});

describe('warnings', () => {
  test('leave the config usable', () => {
    const { definition, diagnostics } = validateConfig(web({ regions: ['zzz'] }), { file: FILE, source: '' });
    expect(diagnostics).toHaveLength(1);
    expect(definition).not.toBeNull();
  });

  test.each(
    sentences([
      [
        web({ regions: ['iab'] }),
        'apps.web.regions: apps.web.regions names the region iab, which this version does not know. → Did you mean iad?',
      ],
      [
        web({ health: undefined }),
        "apps.web: apps.web has a port but no health check, so a bad release is only found when it exits. → Add health: { path: '/health' }, or health: null if that is meant.",
      ],
      [
        staging({ databases: { main: 'ephemeral' } }),
        'environments.staging.databases.main: environments.staging.databases.main is ephemeral in an environment that stays. → Its data goes with the environment; is that meant?',
      ],
      [
        project({
          environments: {
            a: { on: push('a'), fly: { org: 'one' } },
            b: { on: push('b'), fly: { org: 'two' } },
          },
        }),
        'environments.b.fly.token: environments.b.fly.token: FLY_API_TOKEN is the token of two organizations, one (a) and two (b). → Give each organization a token of its own, so that one environment cannot change the other.',
      ],
      [
        project({ environments: { a: { on: push('a'), fly: { org: 'one' } }, b: { on: push('b') } } }),
        'environments.b: environments.b: FLY_API_TOKEN is the token of two organizations, one (a) and personal (b). → Give each organization a token of its own, so that one environment cannot change the other.',
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected.map((line) => `? CONFLICT ${line}`));
  });
});

describe('all at once', () => {
  test('mistakes of every kind are reported together, and in the order of the file', () => {
    const config = {
      name: 'Shop',
      databases: { main: flyPostgres({ memory: 'much' }) },
      apps: { web: flyApp({ port: 99_999, health: null, database: 'mian' }) },
      environments: {
        staging: { on: push('main'), expires: '7d', gates: [passed('staging'), passed('nowhere'), 'x'] },
      },
      order: [],
    };
    const source = `import { defineProject } from 'glidepath';
export default defineProject({
  name: 'Shop',
  databases: { main: flyPostgres({ memory: 'much' }) },
  apps: { web: flyApp({ port: 99_999, health: null, database: 'mian' }) },
  environments: {
    staging: { on: push('main'), expires: '7d', gates: [passed('staging'), passed('nowhere'), 'x'] },
  },
  order: [],
});`;
    const { diagnostics } = validateConfig(config, { file: FILE, source });
    expect(diagnostics.map(({ path, location }) => [path, location?.line, location?.column])).toEqual([
      ['name', 3, 9],
      ['databases.main.memory', 4, 44],
      ['apps.web.port', 5, 31],
      ['apps.web.database', 5, 63],
      ['environments.staging.expires', 7, 43],
      ['environments.staging.gates[1]', 7, 76],
      ['environments.staging.gates[2]', 7, 95],
      ['order', 9, 10],
    ]);
    expect(diagnostics.every(({ location }) => location?.file === FILE)).toBe(true);
  });

  test('an app on Vercel is warned of once, for it cannot be deployed', () => {
    const apps = { web: vercelApp({ framework: 'nextjs' }) };
    const environments = { staging: { on: push('a') }, production: { on: push('b') } };
    const { definition } = validateConfig(project({ apps, environments }), { file: FILE, source: '' });
    expect(said(project({ apps, environments }))).toEqual([ON_VERCEL]);
    expect(definition).not.toBeNull();
  });

  test('what stands at an app and is wrong in every environment is said once', () => {
    expect(said(project({ apps: { web: { ...app, vm: { cpus: 2, size: 'shared-cpu-2x' } } } }))).toHaveLength(
      1,
    );
  });

  test('what a wrong part belonged to is not called wrong for missing it', () => {
    expect(said(project({ apps: { web: { ...app, stack: { name: 'node' } } } }))).toEqual(
      ['build', 'include', 'port', 'healthPath', 'checks'].map((key) =>
        expect.stringContaining(`MISSING_KEY apps.web.stack.${key}`),
      ),
    );
  });
});

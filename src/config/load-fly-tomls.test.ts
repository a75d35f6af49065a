import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ToolError } from '../diagnostics/tool-error.ts';
import { loadProject } from './load-project.ts';
import type { ResolvedFlyApp, ResolvedProject } from './resolved.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-toml-')));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const TOML = `app = "shop-live"
primary_region = "fra"
swap_size_mb = 512

[http_service]
  internal_port = 3000
  auto_stop_machines = "stop"
  min_machines_running = 1
  [[http_service.checks]]
    path = "/up"

[env]
  LOG_LEVEL = "debug"
  KEPT = "yes"

[[vm]]
  size = "shared-cpu-2x"
  memory = "1gb"
`;

const STAGING = "staging: { on: push('main') }";

function config(web: string, environments = STAGING, more = ''): string {
  return `import { defineProject, flyApp, pullRequest, push, tag, urlOf } from 'glidepath';
export default defineProject({
  name: 'shop',
  apps: { web: flyApp({ ${web} }) },
  environments: { ${environments} },
  ${more}
});
`;
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

async function said(source: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  write({ ...files, 'glidepath.config.ts': source });
  const loaded = await loadProject({ cwd: root }).catch((thrown: unknown) => thrown);
  const { diagnostics } = loaded as ToolError;
  return diagnostics.map(
    ({ severity, location, message, hint }) =>
      `${location?.file}:${location?.line} ${severity} ${message} → ${hint}`,
  );
}

async function load(source: string, files: Readonly<Record<string, string>>): Promise<ResolvedProject> {
  write({ ...files, 'glidepath.config.ts': source });
  return (await loadProject({ cwd: root })).project;
}

function app(project: ResolvedProject, environment: string): ResolvedFlyApp {
  const found = project.environments.find(({ name }) => name === environment)?.apps[0];
  if (found?.platform !== 'fly') throw new Error(`no app in ${environment}`);
  return found;
}

describe('an app that starts from a fly.toml', () => {
  test('has its settings, and what is written in the config over them', async () => {
    const source = config("config: 'fly.toml', vm: { memory: '512mb' }, env: { LOG_LEVEL: 'info' }");
    expect(app(await load(source, { 'fly.toml': TOML }), 'staging')).toMatchObject({
      platformName: 'shop-live',
      regions: [{ region: 'fra', count: 1 }],
      port: 3000,
      sleep: 'when-idle',
      minMachinesRunning: 1,
      health: { path: '/up' },
      vm: { cpuKind: 'shared', cpus: 2, memoryMb: 512 },
      env: { LOG_LEVEL: { kind: 'literal', value: 'info' }, KEPT: { kind: 'literal', value: 'yes' } },
      flyToml: { path: 'fly.toml', extra: { swap_size_mb: 512 } },
    });
  });

  test('does not suspend with swap, nor answers plain HTTP where its file forces HTTPS', async () => {
    const source = config("config: 'fly.toml', env: { SELF: urlOf('web') }, sleep: 'suspend'");
    const toml = TOML.replace('[http_service]', '[http_service]\nforce_https = true');
    expect(toml).toContain('force_https');
    const lines = await said(source, { 'fly.toml': toml });
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      "warning apps.web.env.SELF is the private address of web, which is plain HTTP, and the fly.toml of web sends plain HTTP away. → Write force_https = false there, or use publicUrlOf('web').",
      "error apps.web.sleep is suspend, but fly.toml gives web swap, and Fly suspends no machine with swap. → Use sleep: 'when-idle', or take swap_size_mb out.",
    ]);
  });

  test.each([
    [
      'whose port is no number',
      TOML.replace('3000', '"3000"'),
      ['fly.toml:6 error http_service.internal_port is "3000", but must be a whole number.'],
    ],
    [
      'that has no port',
      TOML.replace('internal_port = 3000', ''),
      ['fly.toml:5 error The service of fly.toml needs the key internal_port.'],
    ],
    ['that is no TOML', 'app = ', ['fly.toml:1 error fly.toml is not TOML: invalid value.']],
    ['that is not there', null, ['glidepath.config.ts:4 error There is no file fly.toml.']],
  ])('is not called a worker because of a file %s', async (_, toml, expected) => {
    const source = config("config: 'fly.toml', health: { path: '/up' }, env: { SELF: urlOf('web') }");
    const lines = await said(source, toml === null ? {} : { 'fly.toml': toml });
    expect(lines.map((line) => line.split(' →')[0])).toEqual(expected);
  });

  test('is named as the place of what a platform has against its settings', async () => {
    const environments = `${STAGING}, production: { on: tag('v*'), regions: ['ams'], apps: { web: { vm: { memory: '1gb' } } } }`;
    write({
      'fly.toml': TOML,
      'glidepath.config.ts': config("config: 'fly.toml', health: { path: '/up' }", environments),
    });
    const { place } = await loadProject({ cwd: root });
    const placed = (path: string): string => {
      const found = place({ severity: 'error', code: 'CONFIG_INVALID_VALUE', message: '', path });
      const { file = '', line = 0 } = found.location ?? {};
      return `${found.path} ${file}:${line}`;
    };
    expect(placed('environments.staging.apps.web.regions')).toBe('apps.web.config.regions fly.toml:2');
    expect(placed('environments.production.apps.web.regions')).toBe(
      'environments.production.regions glidepath.config.ts:5',
    );
    expect(placed('environments.staging.apps.web.health.path')).toBe(
      'apps.web.health.path glidepath.config.ts:4',
    );
    expect(placed('environments.production.apps.web.vm.memory')).toBe(
      'environments.production.apps.web.vm.memory glidepath.config.ts:5',
    );
    // Nobody wrote it, or it is no setting: nothing is made up.
    expect(placed('environments.staging.fly.token')).toBe('environments.staging.fly.token :0');
    expect(placed('environments.nowhere.apps.web.regions')).toBe('environments.nowhere.apps.web.regions :0');
    expect(placed('smoke.command')).toBe('smoke.command :0');
  });

  test('has the file of an environment instead, or none', async () => {
    const project = await load(
      config(
        "config: 'base.toml', port: 8080",
        `${STAGING}, production: { on: tag('v*'), apps: { web: { config: './fly/live.toml' } } },
         other: { on: push('other'), apps: { web: { config: null } } }`,
      ),
      { 'base.toml': TOML, 'fly/live.toml': 'primary_region = "syd"\nkill_timeout = 9' },
    );
    expect(app(project, 'staging')).toMatchObject({
      regions: [{ region: 'fra' }],
      platformName: 'shop-live',
    });
    expect(app(project, 'production')).toMatchObject({
      regions: [{ region: 'syd' }],
      stop: { timeoutMs: 9000 },
      platformName: 'shop-production',
      flyToml: { path: 'fly/live.toml', extra: {} },
    });
    expect(app(project, 'other')).toMatchObject({ regions: [{ region: 'iad' }], flyToml: null });
  });

  test('keeps its own name in each environment that shares the file, and this is said', async () => {
    const environments = `${STAGING}, production: { on: tag('v*'), sleep: 'never' }, review: { on: pullRequest() }`;
    const source = config("config: 'fly.toml'", environments);
    const project = await load(source, { 'fly.toml': TOML });
    expect(project.environments.map(({ name }) => app(project, name).platformName)).toEqual([
      'shop-staging',
      'shop-production',
      'shop-pr-{pr}',
    ]);
    expect((await said(source, {})).filter((line) => line.includes(' app '))).toEqual([
      "fly.toml:1 warning app is left out: fly.toml stands for 2 apps, and only one can be called shop-live. → Write it where it belongs: environments: { production: { platformName: 'shop-live' } }",
    ]);
    const named = source.replace("tag('v*'),", "tag('v*'), platformName: 'shop-live',");
    expect((await said(named, {})).filter((line) => line.includes(' app '))).toEqual([]);
  });
});

describe('mistakes in a fly.toml', () => {
  test('are said with those of the config, each in its own file', async () => {
    const toml = TOML.replace('"fra"', '"fre"').replace('-2x', '-3x').replace('swap_size', 'swap_sise');
    expect(await said(config("config: 'fly.toml', prot: 1"), { 'fly.toml': toml })).toEqual([
      'glidepath.config.ts:4 error apps.web has no setting prot. → Did you mean port?',
      'fly.toml:2 error primary_region is "fre", which is not a region of Fly. → Did you mean fra?',
      'fly.toml:3 error fly.toml has no key swap_sise_mb. → Did you mean swap_size_mb?',
      'fly.toml:17 error vm[0].size is "shared-cpu-3x", which is not possible there. → Did you mean shared-cpu-1x?',
    ]);
    const error = (await loadProject({ cwd: root }).catch((thrown: unknown) => thrown)) as ToolError;
    expect(error.message).toBe('glidepath.config.ts and fly.toml have 4 mistakes.');
  });

  test('that only the config makes wrong are found where they are from', async () => {
    const toml = `${TOML}[deploy]\n  release_command = "bin/migrate"\n`;
    const lines = await said(config("config: 'fly.toml', vm: { memory: '1.5gb' }"), { 'fly.toml': toml });
    expect(lines.filter((line) => line.includes('error'))).toEqual([
      expect.stringMatching(/^glidepath\.config\.ts:4 error apps\.web\.vm\.memory is "1\.5gb"/),
      expect.stringMatching(/^fly\.toml:20 error .* migrates, but the app web has no database/),
    ]);
  });

  test('a file that is not there is one, with the name that was probably meant', async () => {
    const source = config("config: 'fly.tml', port: 80, health: { path: '/' }");
    expect(await said(source, { 'fly.toml': TOML, 'mix.toml': '' })).toEqual([
      'glidepath.config.ts:4 error There is no file fly.tml. → Did you mean fly.toml?',
    ]);
    expect(await said(source.replace('fly.tml', 'deploy'), { 'deploy/x': '' })).toHaveLength(1);
    expect(await said(source.replace('fly.tml', 'a/b.toml'), {})).toEqual([
      expect.stringContaining('The path is from the folder of the config.'),
    ]);
  });

  test('a file that would be overwritten by what is generated from it is one', async () => {
    const source = config("config: 'fly.staging.toml'");
    expect(await said(source, { 'fly.staging.toml': TOML })).toContain(
      'glidepath.config.ts:4 error apps.web.config is fly.staging.toml, which is also where the fly.toml of web in staging is written. → Keep it as your own, files: { fly: null }, or generate to other names.',
    );
    const kept = await said(config("config: 'fly.staging.toml'", STAGING, 'files: { fly: null },'), {});
    expect(kept.filter((line) => line.includes('error'))).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRepository } from '../../src/cli/project/read-repository.ts';
import { loadProject } from '../../src/config/load-project.ts';
import { initConfig, type InitConfig } from '../../src/emit/init/init-config.ts';

const OXFMT = fileURLToPath(new URL('../../node_modules/.bin/oxfmt', import.meta.url));

const LAUNCHED = (name: string, port = 8080): string => `app = '${name}'
primary_region = 'ams'

[http_service]
  internal_port = ${port}
  force_https = true
  auto_stop_machines = 'stop'
  auto_start_machines = true
  min_machines_running = 0

[[vm]]
  size = 'shared-cpu-1x'
  memory = '512mb'
`;

const PACKAGE = (fields: object): string => JSON.stringify({ name: '@acme/shop', ...fields });

/** What a repository holds, its branches beside `main`, and its remote. */
interface Fixture {
  readonly files: Readonly<Record<string, string>>;
  readonly branches?: readonly string[];
  readonly remote?: string;
}

const FIXTURES: Readonly<Record<string, Fixture>> = {
  'plain node app': {
    files: {
      'package.json': PACKAGE({ scripts: { start: 'node server.js' }, dependencies: { pg: '8' } }),
      'server.js': '',
    },
    remote: 'git@github.com:acme/shop.git',
  },
  'phoenix with fly.toml': {
    files: {
      'mix.exs': 'def project do [app: :my_shop, deps: [{:postgrex, ">= 0.0.0"}]] end',
      Dockerfile: 'FROM debian\n',
      'fly.toml': `swap_size_mb = 512\n${LAUNCHED('my-shop')}[deploy]\n  release_command = "/app/bin/migrate"\n`,
      '.github/workflows/deploy.yml': 'run: flyctl deploy --remote-only',
    },
  },
  'phoenix, new': {
    files: { 'mix.exs': 'def project do [app: :my_shop, deps: [{:postgrex, ">= 0.0.0"}]] end' },
  },
  'nextjs standalone': {
    files: {
      'package.json': PACKAGE({ scripts: { build: 'next build', start: 'next start' } }),
      'pnpm-lock.yaml': '',
      'next.config.ts': `export default { output: 'standalone' };`,
    },
    branches: ['staging', 'production'],
  },
  'nextjs on Vercel, workers on Fly': {
    files: {
      'package.json': PACKAGE({ scripts: { build: 'next build' }, dependencies: { 'drizzle-orm': '1' } }),
      'next.config.mjs': 'export default {};',
      'vercel.json': '{}',
      'Dockerfile.worker': 'FROM node\n',
      'fly.staging.worker.toml': `app = "shop-worker-staging"\n[build]\n  dockerfile = "Dockerfile.worker"\n`,
      'fly.production.worker.toml': `app = "shop-worker"\n[build]\n  dockerfile = "Dockerfile.worker"\n`,
    },
    branches: ['prod'],
  },
  'monorepo with two fly apps': {
    files: {
      'package.json': PACKAGE({ workspaces: ['apps/*'] }),
      'apps/api/package.json': PACKAGE({ scripts: { build: 'tsc', start: 'node dist/main.js' } }),
      'apps/api/fly.toml': LAUNCHED('acme-api', 3000),
      'apps/web-admin/package.json': PACKAGE({ scripts: { start: 'node index.js' } }),
      'apps/web-admin/Dockerfile': 'FROM node\n',
      'apps/web-admin/fly.toml': LAUNCHED('acme-admin').replace('running = 0', 'running = 2'),
    },
    branches: ['staging'],
  },
  'a folder for each app and environment': {
    files: {
      'packages/api/package.json': PACKAGE({}),
      'infra/fly/api/staging/fly.toml': LAUNCHED('api-staging'),
      'infra/fly/api/production/fly.toml': LAUNCHED('api-production'),
      'infra/fly/api/review/fly.toml': LAUNCHED('api-review'),
    },
  },
  'a workspace without any platform': {
    files: {
      'package.json': PACKAGE({}),
      'pnpm-workspace.yaml': "packages:\n  - 'apps/*'\n",
      'apps/api/package.json': PACKAGE({ scripts: { build: 'tsc', start: 'node dist/main.js' } }),
      'apps/jobs/package.json': PACKAGE({ scripts: { start: 'node jobs.js' } }),
      'packages/lib/package.json': PACKAGE({ scripts: { build: 'tsc' } }),
    },
  },
  'a workspace with Next.js, a service and Phoenix': {
    files: {
      'package.json': PACKAGE({ workspaces: ['apps/*'] }),
      'apps/site/package.json': PACKAGE({ scripts: { build: 'next build', start: 'next start' } }),
      'apps/site/next.config.js': `module.exports = { output: 'standalone' };`,
      'apps/api/package.json': PACKAGE({ scripts: { start: 'node server.js' } }),
      'apps/live/mix.exs': 'def project do [app: :live, deps: [{:phoenix, "~> 1.8"}]] end',
    },
  },
  'only a Dockerfile': { files: { Dockerfile: 'FROM x\nEXPOSE 5000\n' } },
  'nothing recognised': { files: { 'README.md': '# Hello' } },
};

let root: string;

beforeEach(() => {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-init-')));
  root = join(parent, 'some-folder');
});

afterEach(() => {
  rmSync(dirname(root), { recursive: true, force: true });
});

function git(...args: string[]): void {
  const { status, stderr } = spawnSync(
    'git',
    ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
}

async function init({ files, branches = [], remote }: Fixture): Promise<InitConfig> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'First');
  for (const branch of branches) git('branch', branch);
  if (remote !== undefined) git('remote', 'add', 'origin', remote);
  const config = initConfig(await readRepository(root));
  writeFileSync(join(root, 'glidepath.config.ts'), config.text);
  return config;
}

// Made again on purpose only: vitest run --project unit test/golden/init.test.ts -u
describe.each(Object.entries(FIXTURES))('init in %s', (name, fixture) => {
  test('writes a config that loads, is formatted, and is what is checked in', async () => {
    const { text, assumed, kept, ignored } = await init(fixture);
    const { diagnostics } = await loadProject({ cwd: root });
    const others = diagnostics.filter(({ code }) => code !== 'CONFIG_NOT_IMPORTED');
    expect(others).toEqual([]);
    const list = (title: string, lines: readonly string[]): string =>
      lines.map((line) => `${title}: ${line}\n`).join('');
    const said = `${list('assumed', assumed)}${list('kept', kept)}${list('ignored', ignored)}`;
    const file = `./init/${name.replaceAll(/\W+/g, '-')}.txt`;
    await expect(`${text}\n${said}`).toMatchFileSnapshot(file);
    writeFileSync(join(root, '.oxfmtrc.json'), '{ "singleQuote": true }');
    const formatted = spawnSync(OXFMT, ['--check', 'glidepath.config.ts'], { cwd: root, encoding: 'utf8' });
    expect(formatted.stdout).toContain('All matched files use the correct format.');
  });
});

test('the name is that of the application, the package, the repository or the folder, made fit', async () => {
  const config = await init({ files: { 'README.md': '' }, remote: 'https://github.com/Acme/Big_Shop.git' });
  expect(config.name).toBe('big-shop');
  expect(config.text).toContain("github: { repository: 'Acme/Big_Shop' }");
});

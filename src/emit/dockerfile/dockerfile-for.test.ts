import { describe, expect, test } from 'vitest';
import type { ResolvedFlyApp, ResolvedProject } from '../../config/resolved.ts';
import { generic } from '../../stacks/generic.ts';
import { nextjs } from '../../stacks/nextjs.ts';
import { node } from '../../stacks/node.ts';
import { phoenix } from '../../stacks/phoenix.ts';
import { flyApp, github, migration } from '../../../test/support/projects.ts';
import { dockerfileFiles } from './dockerfile-files.ts';
import { dockerfileFor } from './dockerfile-for.ts';
import { nodePackages } from './node-packages.ts';

const text = (settings: Partial<ResolvedFlyApp>): string => dockerfileFor(flyApp('web', settings)).dockerfile;
const ignored = (settings: Partial<ResolvedFlyApp>): string[] =>
  dockerfileFor(flyApp('web', settings)).dockerignore.split('\n');

describe('the base of a generic app follows what its commands run', () => {
  test.each([
    [{ command: ['node', 'a.js'] }, [], 'NODE_IMAGE'],
    [{ command: null }, ['pnpm install', 'pnpm build'], 'NODE_IMAGE'],
    [{ command: ['/app/bin/a'] }, ['MIX_ENV=prod mix release'], 'ELIXIR_IMAGE'],
    [{ command: ['/app/a'] }, ['make'], 'BASE_IMAGE'],
  ] as const)('%j built by %j: %s', (settings, build, image) => {
    expect(text({ ...settings, stack: generic({ build }) })).toContain(`ARG ${image}=`);
  });
});

describe('hardened', () => {
  test.each([
    ['node alone has no shell', { stack: node(), command: ['node', 'a.js'] }, 'distroless'],
    ['neither has the server of Next.js', { stack: nextjs() }, 'distroless'],
    ['npm needs one', { stack: node(), command: ['npm', 'start'] }, 'chmod a-s'],
    ['a start script needs one', { stack: node() }, 'chmod a-s'],
    [
      'a migration by a shell needs one',
      { stack: node(), command: ['node', 'a'], migrate: migration('sh a') },
      'chmod a-s',
    ],
    ['a mix release needs one', { stack: phoenix() }, 'chmod a-s'],
  ] as const)('%s', (_, settings, expected) => {
    expect(text({ ...settings, hardened: true })).toContain(expected);
    expect(text({ ...settings, hardened: true })).not.toMatch(
      /^USER (0|root)(:\S+)?\n(?![\s\S]*^USER [1-9])/m,
    );
  });

  test('npm stays where it starts the app', () => {
    expect(text({ stack: node(), command: ['npm', 'start'], hardened: true })).not.toContain('/bin/npm');
    expect(text({ stack: node(), hardened: true })).toContain('/bin/npm');
  });
});

describe('packages', () => {
  test.each([
    ['npm ci', 'npm ci --omit=dev', '/root/.npm'],
    [
      'pnpm install --frozen-lockfile',
      'corepack enable && pnpm install --frozen-lockfile --prod',
      '/root/.local/share/pnpm/store',
    ],
    [
      'yarn install --immutable',
      'corepack enable && yarn workspaces focus --all --production',
      '/root/.yarn/berry/cache',
    ],
    [
      'yarn install --frozen-lockfile',
      'corepack enable && yarn install --frozen-lockfile --production',
      '/usr/local/share/.cache/yarn',
    ],
  ])('%s is taken out of the build, and has its own way to production', (install, production, cache) => {
    const packages = nodePackages(['node prepare.js', install, 'run build']);
    expect(packages).toMatchObject({ installForProduction: production, caches: [cache] });
    expect(packages.build).toEqual(['node prepare.js', 'run build']);
  });

  test('of a workspace everything is copied before they are installed', () => {
    expect(nodePackages(['npm ci', 'npm run build -w api']).manifests).toEqual([]);
    expect(nodePackages(['npm ci', 'npm run build']).manifests).toContain('package.json');
  });

  test('without a command for them the lock file decides', () => {
    expect(nodePackages(['node build.js']).install).toMatch(
      /package-lock\.json.*pnpm-lock\.yaml.*yarn\.lock/s,
    );
  });
});

describe('what the build does not see', () => {
  test('is what it makes itself, but never what the image is made of as it is', () => {
    expect(ignored({ stack: node() })).toContain('dist');
    expect(ignored({ stack: node({ build: [], include: ['dist'] }) })).not.toContain('dist');
  });

  test.each(['.git', '**/.env', '**/.env.local'])('is always %s', (pattern) => {
    expect(ignored({ stack: generic() })).toContain(pattern);
  });
});

test('an argument of the config pins a base, and no other is lost', () => {
  const build = { target: null, args: { NODE_IMAGE: 'node@sha256:1', API: 'x' }, secrets: [] };
  const lines = text({ stack: node(), build }).split('\n');
  expect(lines).toContain('ARG NODE_IMAGE="node@sha256:1"');
  expect(lines).toContain('ARG API="x"');
});

test('a command of several lines stays one command', () => {
  expect(text({ stack: generic({ build: ['a\nb'] }) })).toContain('["/bin/sh", "-c", "a\\nb"]');
});

describe('the files of a project', () => {
  const projectWith = (dockerfile: string | null, staging: Partial<ResolvedFlyApp>): ResolvedProject => {
    const environment = (name: string, settings: Partial<ResolvedFlyApp>) => ({
      name,
      kind: 'standing' as const,
      on: [],
      gates: [],
      migratesAfter: null,
      apps: [flyApp('web', { command: ['node', 'a'], ...settings })],
      deployOrder: [['web']],
      databases: [],
      healthUrls: null,
      smoke: null,
      rollback: 'manual' as const,
      expiresAfterMs: null,
    });
    return {
      name: 'shop',
      repository: null,
      mainBranch: 'main',
      github: github(),
      release: null,
      cache: { maxBytes: 1, remote: null, trust: [] },
      checkContainer: null,
      security: { failOn: 'high', exceptions: [], advisories: null, licences: null },
      checks: [],
      ciSkip: [],
      files: { fly: null, dockerfile, runbook: null },
      environments: [environment('staging', staging), environment('production', {})],
    };
  };

  test('are written once where the environments want the same, and not where the app brings its own', () => {
    expect(dockerfileFiles(projectWith('Dockerfile', {})).map((file) => [file.path, file.reason])).toEqual([
      ['Dockerfile', 'The image of web is built by it for staging, production.'],
      ['Dockerfile.dockerignore', 'The image of web is built by it for staging, production.'],
    ]);
    const own = dockerfileFiles(projectWith('{environment}/Dockerfile', { dockerfile: 'own' }));
    expect(own.map((file) => file.path)).toEqual([
      'production/Dockerfile',
      'production/Dockerfile.dockerignore',
    ]);
    expect(dockerfileFiles(projectWith(null, {}))).toEqual([]);
  });

  test('of one path for two different images are CONFIG_CONFLICT', () => {
    expect(() => dockerfileFiles(projectWith('Dockerfile', { hardened: true }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_CONFLICT', hint: 'Put {environment} into files.dockerfile.' }),
    );
  });
});

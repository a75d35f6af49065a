import { expect, test } from 'vitest';
import { flyApp } from '../builders/apps.ts';
import { check } from '../builders/check.ts';
import { push } from '../builders/triggers.ts';
import type { CheckDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { StackDefinition } from '../definition/stack-definition.ts';
import { resolveChecks } from './resolve-checks.ts';

function projectWith(
  stacks: Readonly<Record<string, Readonly<Record<string, CheckDefinition>>>>,
): ProjectDefinition {
  const stack = (checks: Readonly<Record<string, CheckDefinition>>): StackDefinition => ({
    name: 'node',
    build: [],
    include: ['.'],
    port: null,
    healthPath: null,
    checks,
  });
  return {
    name: 'shop',
    apps: Object.fromEntries(
      Object.entries(stacks).map(([app, checks]) => [app, flyApp({ stack: stack(checks), port: 80 })]),
    ),
    environments: { staging: { on: push('main') } },
  };
}

function graphOf(project: ProjectDefinition): Record<string, readonly string[]> {
  return Object.fromEntries(resolveChecks(project).map(({ name, needs }) => [name, needs]));
}

const install = check('npm ci');

test('apps share the checks that are the same, so that nothing is installed twice at a time', () => {
  const web = { install, test: check('npm test', { needs: ['install'] }) };
  expect(graphOf(projectWith({ web, api: web }))).toEqual({ install: [], test: ['install'] });
});

test('a check that means something else gets the name of its app, and keeps what it needs', () => {
  const web = { install, build: check('npm run build', { needs: ['install'] }) };
  const api = {
    install,
    build: check('make', { needs: ['install'] }),
    pack: check('tar', { needs: ['build'] }),
  };
  expect(graphOf(projectWith({ web, api }))).toEqual({
    install: [],
    build: ['install'],
    'build-api': ['install'],
    'pack-api': ['build-api'],
  });
});

test('one that waits for a check with another meaning is another one, too', () => {
  const web = { deps: check('npm ci'), test: check('test', { needs: ['deps'] }) };
  const api = { deps: check('mix deps.get'), test: check('test', { needs: ['deps'] }) };
  expect(graphOf(projectWith({ web, api }))).toEqual({
    deps: [],
    test: ['deps'],
    'deps-api': [],
    'test-api': ['deps-api'],
  });
});

test('what only installs depends on its manifests and fills its own directory', () => {
  const [root, below, more] = resolveChecks({
    ...projectWith({}),
    ci: {
      checks: {
        root: check('npm ci'),
        below: check('mix deps.get', { directory: 'apps/shop' }),
        more: check('npm ci && make', { directory: 'web' }),
      },
    },
  });
  expect(root).toMatchObject({ leaves: ['node_modules'], network: true, prepares: true, isCached: true });
  expect(root?.inputs).toEqual([expect.stringContaining('**/package.json')]);
  expect(below).toMatchObject({ leaves: ['apps/shop/deps'], inputs: ['apps/shop/{mix.exs,apps/*/mix.exs}'] });
  expect(more).toMatchObject({ leaves: ['web/node_modules'], inputs: ['web/**'] });
});

test('what reads exceptions is not kept, for they end while no file changes', () => {
  const scan = check('glidepath security secrets --sarif x');
  const exceptions = [{ id: 'a', reason: 'known', expires: '2027-01-01' }];
  const cached = (security: object): unknown =>
    resolveChecks({ ...projectWith({}), ci: { checks: { scan, test: check('x') }, security } }).map(
      ({ isCached }) => isCached,
    );
  expect(cached({})).toEqual([true, true]);
  expect(cached({ exceptions })).toEqual([false, true]);
});

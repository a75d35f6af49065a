import { expect, test } from 'vitest';
import { flyApp } from '../builders/apps.ts';
import { external } from '../builders/databases.ts';
import { passed, safeMigrations } from '../builders/gates.ts';
import { manual, pullRequest, push, tag } from '../builders/triggers.ts';
import type { EnvironmentDefinition } from '../definition/environment-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { resolveProject } from './resolve-project.ts';

/** Environment → the one that its migrations have to have run in before. */
function orderOf(
  environments: Readonly<Record<string, EnvironmentDefinition>>,
  app: object = { database: 'main', migrate: { command: 'migrate' } },
): Record<string, string | null> {
  const project: ProjectDefinition = {
    name: 'shop',
    fly: { org: 'shop', token: 'FLY_API_TOKEN' },
    databases: { main: external() },
    apps: { web: flyApp({ port: 8080, ...app }) },
    environments,
  };
  return Object.fromEntries(
    resolveProject(project).environments.map(({ name, migratesAfter }) => [name, migratesAfter]),
  );
}

const [main, live] = [{ on: push('main') }, { on: tag('v*') }];

test('production migrates after staging, in whatever order they are written', () => {
  expect(orderOf({ staging: main, production: live })).toEqual({ staging: null, production: 'staging' });
  expect(orderOf({ production: live, staging: main })).toEqual({ production: 'staging', staging: null });
  expect(orderOf({ staging: { on: manual() }, demo: {}, production: {} })).toEqual({
    staging: null,
    demo: 'staging',
    production: 'staging',
  });
});

test('any other migrates after the one written before it, and none after production', () => {
  expect(orderOf({ dev: main, qa: {}, live })).toEqual({ dev: null, qa: 'dev', live: 'qa' });
  expect(orderOf({ production: live, demo: {} })).toEqual({ production: null, demo: null });
});

test('one push to two environments puts neither before the other', () => {
  expect(orderOf({ staging: main, eu: live, us: live })).toEqual({
    staging: null,
    eu: 'staging',
    us: 'staging',
  });
});

test('what is written counts, and null is none', () => {
  expect(orderOf({ staging: main, qa: {}, production: { ...live, migrateAfter: 'qa' } })).toMatchObject({
    production: 'qa',
  });
  expect(orderOf({ staging: main, production: { ...live, migrateAfter: null } })).toMatchObject({
    production: null,
  });
  // However it is written, none waits for itself.
  expect(orderOf({ a: { migrateAfter: 'b' }, b: {} })).toEqual({ a: 'b', b: null });
});

test('a gate that asks for more is enough, and what waits by a gate comes before nobody', () => {
  expect(orderOf({ staging: main, production: { ...live, gates: [passed('staging')] } })).toEqual({
    staging: null,
    production: null,
  });
  expect(orderOf({ live: { ...live, gates: [passed('next')] }, next: main })).toEqual({
    live: null,
    next: null,
  });
  expect(orderOf({ staging: main, production: { ...live, gates: [safeMigrations()] } })).toMatchObject({
    production: 'staging',
  });
});

test('review apps, checks and environments that migrate something else come before nobody', () => {
  expect(orderOf({ review: { on: pullRequest() }, test: { kind: 'test' }, production: live })).toEqual({
    review: null,
    test: null,
    production: null,
  });
  expect(orderOf({ staging: main, production: live }, { database: 'main' })).toMatchObject({
    production: null,
  });
  const silent = { ...main, apps: { web: { migrate: null } } };
  expect(orderOf({ staging: silent, production: live })).toMatchObject({ production: null });
});

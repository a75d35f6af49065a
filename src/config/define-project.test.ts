import { describe, expect, test } from 'vitest';
import type { StackDefinition } from './definition/stack-definition.ts';
import { flyApp, vercelApp } from './builders/apps.ts';
import { check, postgres } from './builders/check.ts';
import { complexity } from './builders/measures.ts';
import { audit } from './builders/own-checks.ts';
import { external, flyPostgres, neon } from './builders/databases.ts';
import { databaseUrlOf, publicUrlOf, secret, urlOf } from './builders/env-values.ts';
import { approval, checks, passed, quality } from './builders/gates.ts';
import { manual, pullRequest, push, tag } from './builders/triggers.ts';
import { defineProject } from './define-project.ts';

/** A stack as `node()` makes it: no port, no health, two checks. */
const NODE: StackDefinition = {
  name: 'node',
  build: ['npm run build'],
  include: ['dist'],
  port: null,
  healthPath: null,
  checks: { install: { command: 'npm ci' }, test: { command: 'npm test', needs: ['install'] } },
};

// Most of what is proved here is proved by `tsc`: each `@ts-expect-error` fails the build when the line below compiles.
describe('the types of a config', () => {
  test('take every name that exists', () => {
    const project = defineProject({
      name: 'shop',
      databases: {
        main: flyPostgres(),
        other: neon({ project: 'p', branches: { staging: 's' } }),
        old: external(),
      },
      apps: {
        web: flyApp({
          stack: NODE,
          database: 'main',
          env: { A: 'a', B: secret('B'), C: urlOf('api'), D: publicUrlOf('web'), E: databaseUrlOf('other') },
        }),
        api: flyApp({ env: { A: urlOf('web') } }),
        site: vercelApp({ framework: 'nextjs', database: 'other' }),
      },
      order: [['api'], ['web', 'site']],
      smoke: { command: 'x', env: { U: publicUrlOf('web') } },
      ci: {
        checks: {
          a: check('a', { services: [postgres()] }),
          b: check('b', { needs: ['a'] }),
          c: audit({ needs: ['b'] }),
        },
      },
      environments: {
        staging: {
          on: [push('main'), manual()],
          databases: { main: 'ephemeral' },
          apps: { web: { port: null } },
        },
        production: { on: tag('v*'), gates: [checks(), quality(), approval(), passed('staging')] },
        review: { on: pullRequest() },
      },
    });
    expect(project.apps).toMatchObject({ web: { platform: 'fly', database: 'main' } });
    expect(project.environments).toMatchObject({
      production: {
        gates: [
          { kind: 'checks' },
          { kind: 'quality' },
          { kind: 'approval', optional: false },
          { kind: 'passed', environment: 'staging' },
        ],
      },
    });
  });

  test('refuse names that refer to nothing', () => {
    const project = defineProject({
      name: 'shop',
      databases: {
        main: flyPostgres(),
        // @ts-expect-error there is no environment stagin
        other: neon({ project: 'p', branches: { stagin: 's' } }),
      },
      apps: {
        // @ts-expect-error there is no database mian
        web: flyApp({ database: 'mian' }),
        // @ts-expect-error there is no app wbe
        api: flyApp({ env: { A: urlOf('wbe'), B: 'x' } }),
        // @ts-expect-error there is no database mian
        site: vercelApp({ framework: 'nextjs', env: { A: databaseUrlOf('mian') } }),
      },
      // @ts-expect-error there is no app wbe
      order: [['api', 'wbe']],
      // @ts-expect-error there is no app wbe
      smoke: { command: 'x', env: { U: publicUrlOf('wbe') } },
      ci: {
        checks: {
          a: check('a'),
          // @ts-expect-error there is no check c
          b: check('b', { needs: ['c'] }),
          // @ts-expect-error there is no check c
          d: audit({ needs: ['c'] }),
          // @ts-expect-error there is no check c
          e: complexity({ needs: ['c'] }),
        },
      },
      environments: {
        staging: {
          // @ts-expect-error there is no environment stagin
          gates: [passed('stagin')],
          // @ts-expect-error there is no app wbe
          apps: { wbe: {} },
          // @ts-expect-error there is no database mian
          databases: { mian: 'ephemeral' },
          // @ts-expect-error there is no app wbe
          order: [['wbe']],
          // @ts-expect-error there is no app wbe
          env: { A: urlOf('wbe') },
        },
      },
    });
    expect(Object.keys(project.apps)).toEqual(['web', 'api', 'site']);
  });

  test('refuse settings and values that do not exist', () => {
    // @ts-expect-error port is misspelled
    flyApp({ prot: 1 });
    // @ts-expect-error Fly has no such size
    flyApp({ vm: { size: 'shared-cpu-3x' } });
    // @ts-expect-error there is no such strategy
    flyApp({ strategy: 'rollin' });
    // @ts-expect-error a command is a list of words
    flyApp({ command: 'node x' });
    // @ts-expect-error a stack is made by a function
    flyApp({ stack: 'phoenix' });
    // @ts-expect-error an app on Vercel has a framework
    vercelApp({});
    // @ts-expect-error a Neon database has a project
    neon({});
    // @ts-expect-error an environment has no such setting
    defineProject({ name: 'x', apps: { web: flyApp({}) }, environments: { staging: { slep: 'never' } } });
    // @ts-expect-error an environment in which something sleeps always
    defineProject({ name: 'x', apps: { web: flyApp({}) }, environments: { staging: { sleep: 'always' } } });
    // @ts-expect-error a project has apps
    defineProject({ name: 'x', environments: {} });
    // @ts-expect-error an app is made by a function
    defineProject({ name: 'x', apps: { web: { port: 1 } }, environments: {} });
    expect(defineProject({ name: 'x', apps: {}, environments: {} })).toEqual({
      name: 'x',
      apps: {},
      environments: {},
    });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { validateConfig } from '../config/validate-config.ts';
import { flyApp } from '../config/builders/apps.ts';
import { check } from '../config/builders/check.ts';
import { push } from '../config/builders/triggers.ts';
import { generic } from './generic.ts';
import { nextjs } from './nextjs.ts';
import { node } from './node.ts';
import { phoenix, type PhoenixTool } from './phoenix.ts';

const STACKS = { generic, nextjs, node, phoenix };

describe.each(Object.entries(STACKS))('the stack %s', (name, make) => {
  test('is what an app can be made of, and its checks wait for checks that exist', () => {
    const stack: StackDefinition = make();
    expect(stack.name).toBe(name);
    const config = {
      name: 'shop',
      apps: { web: flyApp({ stack, port: 80, health: { path: '/' } }) },
      environments: { staging: { on: push('main') } },
      ci: { checks: stack.checks },
    };
    expect(validateConfig(config, { file: 'x', source: '' }).diagnostics).toEqual([]);
  });

  test('takes what the project says instead', () => {
    const checks = { only: check('x') };
    expect(make({ build: ['b'], include: ['i'], checks })).toMatchObject({
      build: ['b'],
      include: ['i'],
      checks,
    });
  });
});

describe('the stacks of Node', () => {
  test.each([
    ['npm', 'npm ci', 'npm run build'],
    ['pnpm', 'pnpm install --frozen-lockfile', 'pnpm build'],
    ['yarn', 'yarn install --immutable', 'yarn build'],
  ] as const)('build with %s', (packageManager, install, build) => {
    expect(node({ packageManager }).build).toEqual([install, build]);
    expect(nextjs({ packageManager }).build).toEqual([install, build]);
  });
});

test('what listens says where', () => {
  expect([node(), generic(), nextjs(), phoenix()].map(({ port, healthPath }) => [port, healthPath])).toEqual([
    [null, null],
    [null, null],
    [3000, '/'],
    [8080, '/'],
  ]);
});

describe('the checks of Node', () => {
  const commandsOf = (stack: StackDefinition): Record<string, string> =>
    Object.fromEntries(Object.entries(stack.checks).map(([name, { command }]) => [name, command]));

  test('are the usual scripts, which may be missing, and a build that may not', () => {
    expect(commandsOf(node())).toEqual({
      install: 'npm ci',
      format: 'npm run --if-present format:check',
      lint: 'npm run --if-present lint',
      types: 'npm run --if-present typecheck',
      test: 'npm run --if-present test',
      build: 'npm run build',
      audit: 'glidepath security audit --sarif .glidepath/reports/audit.sarif',
    });
    expect(node().checks['build']).toMatchObject({
      needs: ['lint', 'types'],
      outputs: ['dist'],
      fast: false,
    });
  });

  test('are exactly the scripts that are named, which have to be there', () => {
    const stack = node({
      packageManager: 'pnpm',
      scripts: { test: 'test', build: 'compile' },
      outputs: ['out'],
    });
    expect(commandsOf(stack)).toMatchObject({ install: expect.any(String) as unknown, test: 'pnpm test' });
    expect(Object.keys(stack.checks)).toEqual(['install', 'test', 'build', 'audit']);
    expect(stack.checks['build']).toMatchObject({
      command: 'pnpm compile',
      needs: ['install'],
      outputs: ['out'],
    });
    expect(Object.keys(node({ scripts: {} }).checks)).toEqual(['install', 'audit']);
  });

  test('build nothing where the build is no script', () => {
    expect(Object.keys(node({ build: ['make'] }).checks)).not.toContain('build');
    expect(Object.keys(nextjs({ build: ['make'], scripts: { build: 'b' } }).checks)).toContain('build');
  });

  test('run where the package is, and install where the lock file is', () => {
    const { install, test: tests } = node({ directory: 'packages/api' }).checks;
    expect([install?.directory, tests?.directory]).toEqual([undefined, 'packages/api']);
  });

  test('of Next.js have a database for its integration tests, and leave its cache out', () => {
    const { integration, build } = nextjs().checks;
    expect(integration).toMatchObject({ services: [{ service: 'postgres' }], fast: false });
    expect(build?.outputs).toEqual(['.next', '!.next/cache']);
  });

  test.each(['npm', 'yarn'] as const)(
    'with %s pass where package.json has no such script, and run what it has',
    (packageManager) => {
      const home = mkdtempSync(join(tmpdir(), 'glidepath-stack-'));
      try {
        writeFileSync(join(home, 'package.json'), '{ "scripts": { "test": "echo tested" } }');
        // Not every machine has Yarn.
        writeFileSync(join(home, 'yarn'), '#!/bin/sh\necho "$1 tested"\n', { mode: 0o755 });
        const run = (name: string): string =>
          execFileSync('/bin/sh', ['-c', node({ packageManager }).checks[name]?.command ?? ''], {
            cwd: home,
            env: { ...process.env, PATH: `${home}:${process.env['PATH']}` },
            encoding: 'utf8',
          });
        expect(run('lint')).toBe('');
        expect(run('test')).toContain('tested');
      } finally {
        rmSync(home, { recursive: true });
      }
    },
  );
});

test('Phoenix checks each thing by itself, and makes nothing twice', () => {
  const { checks } = phoenix();
  expect(Object.fromEntries(Object.entries(checks).map(([name, { needs }]) => [name, needs ?? []]))).toEqual({
    deps: [],
    compile: ['deps'],
    format: ['deps'],
    credo: ['compile'],
    plt: ['deps'],
    dialyzer: ['plt'],
    'deps-audit': ['deps'],
    'hex-audit': ['deps'],
    test: ['deps'],
    release: ['compile', 'test'],
  });
  expect(checks['plt']?.inputs).toEqual(['{mix.exs,apps/*/mix.exs}']);
  expect(checks['plt']?.outputs).toContain('_build/dialyzer/*.plt');
});

test('Phoenix leaves out checks whose packages a project does not have', () => {
  const names = (tools: readonly PhoenixTool[]): string[] => Object.keys(phoenix({ tools }).checks);
  const always = ['deps', 'compile', 'format', 'hex-audit', 'test', 'release'];
  expect(names([])).toEqual(always);
  expect(names(['credo']).toSorted()).toEqual([...always, 'credo'].toSorted());
  expect(names(['dialyxir']).toSorted()).toEqual([...always, 'plt', 'dialyzer'].toSorted());
  expect(names(['credo', 'dialyxir', 'mix_audit'])).toEqual(Object.keys(phoenix().checks));
});

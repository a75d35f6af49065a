import { describe, expect, test } from 'vitest';
import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { validateConfig } from '../config/validate-config.ts';
import { flyApp } from '../config/builders/apps.ts';
import { check } from '../config/builders/check.ts';
import { push } from '../config/builders/triggers.ts';
import { generic } from './generic.ts';
import { nextjs } from './nextjs.ts';
import { node } from './node.ts';
import { phoenix } from './phoenix.ts';

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

test('Phoenix checks what its pipeline has always checked', () => {
  expect(Object.keys(phoenix().checks)).toEqual(['deps', 'quality', 'security', 'test', 'build']);
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { loadProject } from '../../src/config/load-project.ts';
import { dockerfileFor } from '../../src/emit/dockerfile/dockerfile-for.ts';
import { generic } from '../../src/stacks/generic.ts';
import { nextjs } from '../../src/stacks/nextjs.ts';
import { node } from '../../src/stacks/node.ts';
import { phoenix } from '../../src/stacks/phoenix.ts';
import { flyApp, migration } from '../support/projects.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const GOLDEN = join(REPOSITORY, 'test/golden/dockerfile');

const whole = { include: ['dist', 'node_modules', 'package.json'] };
const APPS: Record<string, ResolvedFlyApp> = {
  'node-npm': flyApp('web', {
    stack: node(whole),
    build: { target: null, args: {}, secrets: ['NPM_TOKEN'] },
  }),
  'node-pnpm-hardened': flyApp('web', {
    stack: node({ ...whole, packageManager: 'pnpm' }),
    command: ['node', 'dist/server.js'],
    hardened: true,
    build: {
      target: null,
      args: { NODE_IMAGE: 'node@sha256:1', API: 'https://$x' },
      secrets: ['SENTRY_TOKEN'],
    },
  }),
  'node-yarn-script-hardened': flyApp('web', {
    stack: node({ ...whole, packageManager: 'yarn' }),
    hardened: true,
  }),
  nextjs: flyApp('web', { stack: nextjs({ packageManager: 'pnpm' }), port: 3000 }),
  'nextjs-hardened': flyApp('web', { stack: nextjs(), port: 3000, hardened: true }),
  phoenix: flyApp('web', {
    stack: phoenix(),
    migrate: migration('/app/bin/migrate'),
  }),
  'phoenix-hardened': flyApp('web', { stack: phoenix(), hardened: true }),
  'generic-plain-with-volume': flyApp('store', {
    stack: generic({ build: ['make release'], include: ['bin'] }),
    command: ['/app/bin/store', '--data', '/data'],
    volume: { name: 'data', path: '/data', sizeGb: 1, snapshotRetentionDays: null },
  }),
  'generic-as-it-is': flyApp('web', {
    stack: generic({ include: ['server.mjs'] }),
    command: ['node', 'server.mjs'],
  }),
};

// Made again on purpose only: vitest run --project unit test/golden/dockerfile.test.ts -u
describe('the Dockerfile of every stack is what is checked in', () => {
  test.each(Object.keys(APPS))('%s', async (name) => {
    await holdsGolden(name, APPS[name] as ResolvedFlyApp);
  });
});

describe('the Dockerfile of every app of the examples is what is checked in', () => {
  test.each(['reify', 'gatherly', 'microbima'])('%s', async (example) => {
    const { project } = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
    for (const environment of project.environments) {
      for (const app of environment.apps) {
        if (app.platform !== 'fly' || app.dockerfile !== null) continue;
        await holdsGolden(`${example}-${environment.name}-${app.name}`, app);
      }
    }
  });

  test('no golden file is left of an app that is gone', () => {
    const examples = /^(reify|gatherly|microbima)-/;
    const names = readdirSync(GOLDEN).map((file) => file.replace(/\.dockerignore$/, ''));
    expect([...new Set(names)].filter((name) => !examples.test(name)).sort()).toEqual(
      Object.keys(APPS).sort(),
    );
  });
});

async function holdsGolden(name: string, app: ResolvedFlyApp): Promise<void> {
  const { dockerfile, dockerignore } = dockerfileFor(app);
  await expect(dockerfile).toMatchFileSnapshot(`./dockerfile/${name}`);
  await expect(dockerignore).toMatchFileSnapshot(`./dockerfile/${name}.dockerignore`);
}

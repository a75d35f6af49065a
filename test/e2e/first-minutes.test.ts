import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';

/** A service as somebody writes it on the first day: no dependency, one file, one test. */
const SERVICE: Readonly<Record<string, string>> = {
  'server.js': `require('node:http').createServer((request, response) => response.end('hello')).listen(process.env.PORT);\n`,
  'a.test.js': `require('node:test')('adds', () => require('node:assert').equal(1 + 1, 2));\n`,
  '.gitignore': 'node_modules\n',
};

const MANIFEST = { name: 'first-app', version: '1.0.0', private: true };
const SCRIPTS = { start: 'node server.js', test: 'node --test' };

const LOCK = JSON.stringify({
  name: 'first-app',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'first-app', version: '1.0.0' } },
});

/** Next.js says so itself when it has built: a server, and beside it what that serves. */
const NEXT_BUILD = `
const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('.next/standalone/.next', { recursive: true });
mkdirSync('.next/static', { recursive: true });
writeFileSync('.next/static/a.css', 'body {}');
writeFileSync('.next/standalone/server.js', \`
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
require('node:http').createServer((request, response) => {
  const file = request.url.startsWith('/_next/') ? '.next/' + request.url.slice(7) : 'public' + request.url;
  try {
    response.end(request.url === '/' ? 'hello' : readFileSync(join(__dirname, file)));
  } catch {
    response.writeHead(404).end();
  }
}).listen(process.env.PORT);
\`);
`;

/** Not every machine has pnpm and Yarn. These know what is asked of them here: to install nothing, and to run a script. */
const MANAGER = `#!/bin/sh
case "$1" in
  install) case "$*" in *"$LOCK_OPTION"*) exit 0 ;; *) echo "not asked for $LOCK_OPTION: $*" >&2; exit 9 ;; esac ;;
  run) shift ;;
esac
while [ "\${1#--}" != "$1" ]; do shift; done
exec node --run "$1"
`;

/** A directory for the PATH in which a package manager is, which installs with that option alone. */
function withManager(rig: ProjectRig, name: string, option: string): Record<string, string> {
  const bin = join(rig.dir, '.git', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), MANAGER.replaceAll('$LOCK_OPTION', option));
  chmodSync(join(bin, name), 0o755);
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
}

/** As somebody goes through it who has read the guide: everything has to succeed, and to leave nothing half said. */
async function firstMinutes(rig: ProjectRig, env: Record<string, string>): Promise<string> {
  const said: string[] = [];
  const run = async (...args: string[]): Promise<CliResult> => {
    const result = await rig.runWith(env, ...args);
    expect([args.join(' '), result.code, result.code === 0 ? '' : result.stdout + result.stderr]).toEqual([
      args.join(' '),
      0,
      '',
    ]);
    said.push(result.stdout);
    return result;
  };
  await run('init');
  await rig.commit('Glidepath');
  const cold = await run('ci');
  expect(cold.stdout).toMatch(/\d checks passed/);
  await run('generate');
  await run('github', 'lint', '--fail-on', 'warning');
  await rig.commit('Generated');
  return said.join('\n');
}

/** The address of the app in the local staging. */
async function deployed(rig: ProjectRig, env: Record<string, string>, ...words: string[]): Promise<string> {
  await rig.cloudUp();
  const { code, stdout, stderr } = await rig.runWith(env, ...words);
  expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  return /https?:\/\/\S+/.exec(stdout)?.[0] ?? '';
}

describe.concurrent('the first minutes with a repository of one package', () => {
  test('under npm lead from init to a deployment', async () => {
    await using rig = await projectRig({
      ...SERVICE,
      'package.json': JSON.stringify({ ...MANIFEST, scripts: SCRIPTS }),
      'package-lock.json': LOCK,
    });
    await rig.git('remote', 'add', 'origin', 'https://github.com/acme/first-app.git');
    const said = await firstMinutes(rig, {});
    expect(said).toMatch(/web: Node on Fly/);
    const address = await deployed(rig, {}, 'rehearse', 'push', 'main');
    expect(await (await fetch(address)).text()).toBe('hello');
  });

  test('under npm without a lock file lead to a deployment, and to the command that makes one', async () => {
    await using rig = await projectRig({
      ...SERVICE,
      'package.json': JSON.stringify({ ...MANIFEST, scripts: SCRIPTS }),
    });
    const said = await firstMinutes(rig, {});
    expect(said).toContain('npm install --package-lock-only');
    const address = await deployed(rig, {}, 'deploy', 'staging', '--local');
    expect(await (await fetch(address)).text()).toBe('hello');
  });

  test.each([
    ['pnpm', '--frozen-lockfile', 'pnpm-lock.yaml', "lockfileVersion: '9.0'\n"],
    ['yarn', '--immutable', 'yarn.lock', '__metadata:\n  version: 8\n'],
    ['yarn', '--frozen-lockfile', 'yarn.lock', '# yarn lockfile v1\n'],
  ])(
    'under %s lead to checks that install with %s, by its lock file',
    async (manager, option, file, lock) => {
      await using rig = await projectRig({
        ...SERVICE,
        'package.json': JSON.stringify({ ...MANIFEST, scripts: SCRIPTS }),
        [file]: lock,
      });
      await firstMinutes(rig, withManager(rig, manager, option));
    },
  );

  test('with Next.js lead to a server on Fly that serves its own files', async () => {
    await using rig = await projectRig({
      'package.json': JSON.stringify({
        ...MANIFEST,
        scripts: { build: 'node build.js', start: 'next start' },
      }),
      'package-lock.json': LOCK,
      'next.config.js': `module.exports = { output: 'standalone' };\n`,
      'build.js': NEXT_BUILD,
      'public/robots.txt': 'User-agent: *\n',
      '.gitignore': 'node_modules\n.next\n',
    });
    const said = await firstMinutes(rig, {});
    expect(said).toMatch(/web: Next\.js on Fly/);
    const address = await deployed(rig, {}, 'deploy', 'staging', '--local');
    const paths = ['/', '/_next/static/a.css', '/robots.txt'];
    const texts = await Promise.all(paths.map(async (path) => (await fetch(new URL(path, address))).text()));
    expect(texts).toEqual(['hello', 'body {}', 'User-agent: *\n']);
  });

  test('with Next.js on Vercel say at every step that this version does not deploy there', async () => {
    await using rig = await projectRig({
      'package.json': JSON.stringify({ ...MANIFEST, scripts: { build: 'next build' } }),
      'package-lock.json': LOCK,
      'next.config.js': 'module.exports = {};\n',
      'vercel.json': '{}\n',
    });
    const words = 'web runs on Vercel, which this version can plan for and not deploy to.';
    const init = await rig.run('init');
    expect([init.code, init.stdout.includes(words), init.stdout.includes('cloud up')]).toEqual([
      0,
      true,
      false,
    ]);
    await rig.commit('Glidepath');
    expect((await rig.run('validate')).stderr).toContain(words);
    expect((await rig.run('plan', 'deploy', 'staging')).stdout).toContain(words);
    const { code, stderr } = await rig.run('deploy', 'staging');
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toContain('flyApp({ stack: nextjs() })');
    expect(stderr).not.toContain('VERCEL_TOKEN');
  });
});

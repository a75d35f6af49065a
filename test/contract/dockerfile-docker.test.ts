import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { dockerfileFor } from '../../src/emit/dockerfile/dockerfile-for.ts';
import { generic } from '../../src/stacks/generic.ts';
import { nextjs } from '../../src/stacks/nextjs.ts';
import { node } from '../../src/stacks/node.ts';
import { BASE_IMAGE, findDocker, type Docker } from '../support/docker.ts';
import { flyApp } from '../support/projects.ts';

const found = await findDocker();

/** The base of the tests with stand-ins for what it lacks: an init, which would be downloaded, and rm. */
const WITH_INIT = 'glidepath-test/node-init:24';
const IMAGE = 'glidepath-test/generated';

/** Says what it finds and ends when it is asked to. */
const SERVER = `
import { readdirSync, writeFileSync } from 'node:fs';
const writes = (path) => { try { writeFileSync(path, ''); return true; } catch { return false; } };
console.log(JSON.stringify({
  uid: process.getuid(), port: process.env.PORT, mode: process.env.NODE_ENV, host: process.env.HOST,
  files: readdirSync('.'), writes: [writes('/app/x'), writes('/tmp/x')], built: process.env.BUILT,
}));
process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
setInterval(() => undefined, 1000);
`;

describe.skipIf(found === null)('a generated Dockerfile (needs a Docker engine)', () => {
  const docker = found as Docker;
  let dir: string;

  beforeAll(async () => {
    const base = mkdtempSync(join(tmpdir(), 'glidepath-init-'));
    const programs = {
      'dumb-init': '#!/bin/sh\nshift\nexec "$@"\n',
      rm: `#!/usr/local/bin/node\nrequire('node:fs').rmSync(process.argv.at(-1), { recursive: true, force: true });\n`,
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(base, name), text);
      chmodSync(join(base, name), 0o755);
    }
    const lines = [
      `FROM ${BASE_IMAGE}`,
      'COPY dumb-init /usr/bin/dumb-init',
      'COPY rm /bin/rm',
      `RUN ["node", "-e", "require('node:fs').chmodSync('/tmp', 0o1777)"]`,
    ];
    writeFileSync(join(base, 'Dockerfile'), lines.join('\n'));
    await docker.run('build', '--quiet', '--network=none', '--tag', WITH_INIT, base);
    rmSync(base, { recursive: true });
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'glidepath-dockerfile-'));
    return () => rmSync(dir, { recursive: true, force: true });
  });
  afterAll(async () => {
    await docker.failure('image', 'rm', '--force', IMAGE);
  });

  async function build(app: ResolvedFlyApp, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, 'context', path)), { recursive: true });
      writeFileSync(join(dir, 'context', path), content);
    }
    const { dockerfile, dockerignore } = dockerfileFor(app);
    const file = join(dir, 'Dockerfile.web');
    writeFileSync(file, dockerfile);
    writeFileSync(`${file}.dockerignore`, dockerignore);
    writeFileSync(join(dir, 'secret'), 'planted-value');
    const images = ['NODE_IMAGE', 'RUNTIME_IMAGE'].map((name) => `--build-arg=${name}=${WITH_INIT}`);
    const secret = `--secret=id=TOKEN,src=${join(dir, 'secret')}`;
    const args = ['--network=none', `--file=${file}`, `--tag=${IMAGE}`, secret, ...images];
    await docker.run('build', ...args, join(dir, 'context'));
  }

  /** What a container says first, how it ends when it is stopped, and all it printed. */
  async function runOnce(): Promise<{ said: Record<string, unknown>; code: string; logs: string }> {
    const limits = ['--network=none', '--cap-drop=ALL', '--read-only', '--tmpfs=/tmp'];
    const id = (await docker.run('run', '--detach', ...limits, IMAGE)).trim();
    try {
      await expect.poll(() => docker.run('logs', id), { timeout: 20_000 }).toContain('\n');
      await docker.run('stop', '--time=10', id);
      const code = (await docker.run('inspect', '--format={{.State.ExitCode}}', id)).trim();
      const logs = await docker.run('logs', id);
      return { said: JSON.parse(logs.split('\n')[0] ?? '') as Record<string, unknown>, code, logs };
    } finally {
      await docker.run('rm', '--force', id);
    }
  }

  test('runs an app as it is: as a user without rights, with nothing of the working copy that is secret', async () => {
    const app = flyApp('web', { stack: generic({ include: ['.'] }), command: ['node', 'server.mjs'] });
    await build(app, { 'server.mjs': SERVER, '.env': 'TOKEN=planted-value', 'app.log': '' });
    const { said, code, logs } = await runOnce();
    expect(said).toMatchObject({ uid: 1000, port: '8080', mode: 'production', host: '0.0.0.0' });
    expect(said).toMatchObject({ files: ['node_modules', 'server.mjs'], writes: [false, true] });
    expect([code, logs]).toEqual(['0', expect.stringContaining('bye')]);
  });

  test('builds with arguments and secrets, of which only what the build made of them is in the image', async () => {
    const make = `printf 'process.env.BUILT="%s %s";' "$GREETING" "\${#TOKEN}" > dist.mjs && cat server.mjs >> dist.mjs`;
    const app = flyApp('web', {
      stack: node({ build: [make], include: ['dist.mjs'] }),
      command: ['node', 'dist.mjs'],
      build: { target: null, args: { GREETING: 'a $HOME' }, secrets: ['TOKEN'] },
    });
    await build(app, { 'server.mjs': SERVER.replace('import ', ';import ') });
    const { said } = await runOnce();
    expect(said).toMatchObject({ built: 'a $HOME 13', files: ['dist.mjs'] });
    expect(await docker.run('history', '--no-trunc', IMAGE)).not.toContain('planted-value');
  });

  test('starts the script of package.json so that it hears that it is to stop', async () => {
    const app = flyApp('web', { stack: node({ build: [], include: ['server.mjs', 'package.json'] }) });
    const manifest = JSON.stringify({ scripts: { start: 'MODE=x node server.mjs' } });
    await build(app, { 'server.mjs': SERVER, 'package.json': manifest });
    const { code, logs } = await runOnce();
    expect([code, logs]).toEqual(['0', expect.stringContaining('bye')]);
  });

  test('hardened runs as another fixed user, to whom nothing belongs but what it is to write', async () => {
    const make =
      'mkdir -p .next/standalone/.next .next/static && cat server.mjs > .next/standalone/server.js';
    const app = flyApp('web', { stack: nextjs({ build: [make] }), port: 3000, hardened: true });
    await build(app, {
      'server.mjs': SERVER.replace(
        /^import.*$/m,
        `const { readdirSync, writeFileSync } = require('node:fs');`,
      ),
    });
    expect((await runOnce()).said).toMatchObject({ uid: 65_532, port: '3000', writes: [false, true] });
    const list = await docker.run(
      'run',
      '--rm',
      '--network=none',
      IMAGE,
      'ls',
      '-ln',
      '.next/standalone/.next',
    );
    expect(list).toMatch(/ 65532 +65532 .* cache$/m);
    const server = await docker.run('run', '--rm', '--network=none', IMAGE, 'ls', '-ln', '.next/standalone');
    expect(server).toMatch(/ 0 +0 .* server\.js$/m);
  });
});

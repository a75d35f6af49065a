import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/fly-rig.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import type { BuiltImage } from '../app-platform.ts';
import { createGitSource } from '../git/git-source.ts';
import { createBuilder } from './builder.ts';
import { blobFile, readLayout } from './oci-layout.ts';

let dir: string;
let root: string;
let commit: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-build-'));
  root = join(dir, 'repo');
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  commit = commitFiles({
    'package.json': '{"scripts":{"start":"node server.js"}}',
    'server.js': 'console.log("hi")',
    'bin/run.sh': '#!/bin/sh\necho run\n',
  });
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('building', () => {
  test('the same commit gives the same bytes in another place and at another time', async () => {
    const app = appWith({
      build: ['mkdir -p dist && cp server.js dist/'],
      include: ['dist', 'bin', 'package.json'],
    });
    const one = await build(app, 'one');
    const two = await build(app, 'two', (directory) => {
      utimesSync(join(directory, 'server.js'), 1_000, 1_000);
    });
    expect(two.digest).toBe(one.digest);
    const [first, second] = [await layerOf(one), await layerOf(two)];
    expect(readFileSync(second)).toEqual(readFileSync(first));
    expect(one.sizeBytes).toBeGreaterThan(readFileSync(first).length);
  });

  test('an image holds what is included, below app/, and nobody\u2019s name or time', async () => {
    const image = await build(appWith({ include: ['bin', 'package.json'] }), 'one');
    const entries = await entriesOf(await layerOf(image));
    expect(entries.map(({ path, mode }) => `${path} ${mode.toString(8)}`)).toEqual([
      'app/ 755',
      'app/bin/ 755',
      'app/bin/run.sh 755',
      'app/package.json 644',
    ]);
    expect(
      entries.every(({ uid, gid, uname, mtime }) => uid === 0 && gid === 0 && !uname && mtime === 0),
    ).toBe(true);
    const { config } = await configOf(image);
    expect(config.Cmd).toEqual(['/bin/sh', '-c', 'exec node server.js']);
    expect(config.Labels['org.opencontainers.image.revision']).toBe(commit);
  });

  test('what is not committed is not in it', async () => {
    writeFileSync(join(root, 'bin', 'extra.sh'), 'no');
    const entries = await entriesOf(await layerOf(await build(appWith({ include: ['.'] }), 'one')));
    expect(entries.map(({ path }) => path)).not.toContain('app/bin/extra.sh');
    expect(entries.map(({ path }) => path)).toContain('app/bin/run.sh');
  });

  test('names longer than a tar header holds come through', async () => {
    const name = `${'deep/'.repeat(30)}${'n'.repeat(120)}.txt`;
    commit = commitFiles({ [name]: 'far down' });
    const entries = await entriesOf(await layerOf(await build(appWith({ include: ['.'] }), 'one')));
    expect(entries.map(({ path }) => path)).toContain(`app/${name}`);
  });

  test('apps with the same commands are built once, whoever asks at the same time', async () => {
    const counter = join(dir, 'count');
    const app = appWith({
      build: [`echo built >> ${counter} && sleep 0.2 && mkdir -p dist`],
      include: ['dist'],
    });
    const [one, two] = [builderIn('shared'), builderIn('shared')];
    await Promise.all([request(one, app), request(one, { ...app, name: 'other' }), request(two, app)]);
    await request(builderIn('shared'), app);
    expect(readFileSync(counter, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('a build that died half-way is made anew', async () => {
    const app = appWith({ build: ['mkdir dist && echo whole > dist/file'], include: ['dist'] });
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(JSON.stringify(app.stack.build)).digest('hex').slice(0, 12);
    const left = join(dir, 'one', commit, `build-${hash}`);
    mkdirSync(join(left, 'dist'), { recursive: true });
    writeFileSync(join(left, 'dist', 'half'), '');
    writeFileSync(`${left}.lock`, '999999999');
    const entries = await entriesOf(await layerOf(await build(app, 'one')));
    expect(entries.map(({ path }) => path)).toEqual(['app/', 'app/dist/', 'app/dist/file']);
  });
});

describe('what goes wrong', () => {
  test('a failing command is BUILD_FAILED with its first and its last lines', async () => {
    const app = appWith({
      build: ['for i in $(seq 1 30); do echo line $i; done; echo no such module >&2; exit 2'],
    });
    const error = await failure(build(app, 'one'));
    expect(error.code).toBe('BUILD_FAILED');
    expect(error.message).toContain('exit code 2');
    expect(error.output.slice(0, 6)).toEqual([
      'line 1',
      'line 2',
      'line 3',
      'line 4',
      'line 5',
      expect.stringContaining('6'),
    ]);
    expect(error.output).toHaveLength(26);
    expect(error.output.at(-1)).toBe('no such module');
  });

  test('a build that leaves nothing to pack says so', async () => {
    const error = await failure(build(appWith({ include: ['dist'] }), 'one'));
    expect(error.code).toBe('BUILD_FAILED');
    expect(error.message).toContain('dist');
  });

  test('secrets of the environment do not reach a build', async () => {
    process.env['FLY_API_TOKEN_TEST'] = 'very-secret';
    try {
      const app = appWith({ build: ['mkdir dist && env > dist/env'], include: ['dist'] });
      await build(app, 'one');
    } finally {
      delete process.env['FLY_API_TOKEN_TEST'];
    }
    const found = execFileSync('find', [join(dir, 'one'), '-name', 'env'], { encoding: 'utf8' }).trim();
    const text = readFileSync(found, 'utf8');
    expect(text).toContain('PATH=');
    expect(text).not.toContain('very-secret');
  });

  test('aborting ends the whole process group, and the next build begins anew', async () => {
    const pidFile = join(dir, 'pid');
    const app = appWith({ build: [`sleep 60 & echo $! > ${pidFile}; wait`], include: ['.'] });
    const stop = new AbortController();
    const building = request(builderIn('one'), app, stop.signal);
    const failed = building.then(
      () => null,
      (error: unknown) => error,
    );
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await systemClock.sleep(10);
    stop.abort(new Error('cancelled'));
    expect(await failed).toMatchObject({ message: 'cancelled' });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    while (isRunning(pid)) await systemClock.sleep(10);
    await build(appWith({ build: ['true'], include: ['.'] }), 'one');
  });
});

describe("the working copy's dependencies", () => {
  test('are lent package by package, so that emptying the copy leaves the original alone', async () => {
    install('lib', 'module.exports = 1');
    const app = appWith({
      build: ['node -e "require(\'lib\')" && rm -rf node_modules/*'],
      include: ['package.json'],
    });
    await build(app, 'one');
    expect(existsSync(join(root, 'node_modules', 'lib', 'index.js'))).toBe(true);
    const directory = await builderIn('one').checkout(commit);
    expect(readlinkSync(join(directory, 'node_modules', 'lib'))).toBe(join(root, 'node_modules', 'lib'));
  });

  test('are packed as files when they are included, so that the image stands alone', async () => {
    install('lib', 'module.exports = 1');
    symlinkSync('lib', join(root, 'node_modules', 'alias'));
    const entries = await entriesOf(
      await layerOf(await build(appWith({ include: ['node_modules'] }), 'one')),
    );
    expect(entries.map(({ path, type }) => `${type} ${path}`)).toContain(
      'File app/node_modules/lib/index.js',
    );
  });

  test('are not lent to a commit that asks for others', async () => {
    install('lib', 'module.exports = 1');
    commit = commitFiles({ 'package-lock.json': '{"a":1}' });
    writeFileSync(join(root, 'package-lock.json'), '{"a":2}');
    const directory = await builderIn('one').checkout(commit);
    expect(existsSync(join(directory, 'node_modules'))).toBe(false);
  });
});

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

function commitFiles(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  if (existsSync(join(root, 'bin'))) chmodSync(join(root, 'bin', 'run.sh'), 0o755);
  git('add', '-A');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-qm', 'Change');
  return git('rev-parse', 'HEAD');
}

function install(name: string, text: string): void {
  mkdirSync(join(root, 'node_modules', name), { recursive: true });
  writeFileSync(join(root, 'node_modules', name, 'index.js'), text);
  writeFileSync(join(root, '.git', 'info', 'exclude'), 'node_modules\n');
}

function appWith(stack: Partial<ResolvedFlyApp['stack']>): ResolvedFlyApp {
  return testApp('web', { stack: { name: 'node', build: [], include: ['.'], ...stack } });
}

function builderIn(name: string) {
  const source = createGitSource({ root, spawn });
  return createBuilder({ source, root, workDir: join(dir, name), clock: systemClock, spawn });
}

async function request(
  builder: ReturnType<typeof createBuilder>,
  app: ResolvedFlyApp,
  signal: AbortSignal = new AbortController().signal,
) {
  return builder.build({ app, commit, signal, log: () => undefined });
}

async function build(app: ResolvedFlyApp, name: string, touch?: (directory: string) => void) {
  const builder = builderIn(name);
  touch?.(await builder.checkout(commit));
  return request(builder, app);
}

/** The one layer of an image. */
async function layerOf(image: BuiltImage): Promise<string> {
  const { blobs } = await readLayout(image.layoutDir);
  return blobFile(image.layoutDir, blobs[1]?.digest ?? '');
}

async function configOf(
  image: BuiltImage,
): Promise<{ config: { Cmd: string[]; Labels: Record<string, string> } }> {
  const { blobs } = await readLayout(image.layoutDir);
  return JSON.parse(readFileSync(blobFile(image.layoutDir, blobs[0]?.digest ?? ''), 'utf8'));
}

interface SeenEntry {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly uname: string | undefined;
  readonly mtime: number | undefined;
}

async function entriesOf(file: string): Promise<SeenEntry[]> {
  const entries: SeenEntry[] = [];
  await list({
    file,
    onReadEntry: ({ path, type, mode, uid, gid, uname, mtime }) => {
      entries.push({ path, type, mode: mode ?? 0, uid, gid, uname, mtime: mtime?.getTime() });
    },
  });
  return entries;
}

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ToolError) return error;
  throw new Error('expected a ToolError', { cause: error });
}

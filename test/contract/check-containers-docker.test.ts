import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExecutionEnd } from '../../src/checks/execute-check.ts';
import { executeOnHost } from '../../src/checks/execute-on-host.ts';
import { openCheckService } from '../../src/cli/checks/check-services.ts';
import { containerChecks, type ContainerChecks } from '../../src/cli/checks/container/container-checks.ts';
import type { ResolvedCheck, ResolvedCheckContainer } from '../../src/config/resolved-ci.ts';
import { systemClock } from '../../src/util/clock.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { resolvedCheck } from '../support/projects.ts';

const docker = await findDocker();

const HOLDER = fileURLToPath(new URL('./check-container-holder.ts', import.meta.url));
const quiet = new AbortController().signal;
/** What BuildKit prints goes where the check prints that the image is built for. */
const BUILD_LINE = /^(#\d+ |\$ docker |$)/;
const DOCKERFILE = `
FROM ${BASE_IMAGE} AS base
ENV FROM_IMAGE=yes
RUN --mount=type=cache,target=/tmp/cache sleep 0
FROM base AS checks
COPY tools/version /etc/tools-version
FROM base AS other
`;

describe.skipIf(docker === null)('checks in containers (needs a Docker engine)', () => {
  let root: string;
  let lines: string[];
  let built: string[];
  const holders: ChildProcess[] = [];

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-checks-docker-')));
    [lines, built] = [[], []];
    write('Dockerfile', DOCKERFILE);
    write('tools/version', '1\n');
    write('src/a.txt', 'first\n');
    write('.gitignore', 'dist/\ntmp/\n');
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-qm', 'First');
  });
  afterEach(async () => {
    for (const holder of holders.splice(0)) holder.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
    expect(await leftOfThisProcess()).toEqual([]);
  });

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const checks = (container: Partial<ResolvedCheckContainer> = {}): ContainerChecks =>
    containerChecks({
      root,
      container: { dockerfile: null, target: null, image: BASE_IMAGE, ...container },
      env: process.env,
      command: null,
      redact: (text) => text,
    });
  const run = (
    check: Partial<ResolvedCheck> & { readonly command: string },
    options: { in?: ContainerChecks; env?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<ExecutionEnd> =>
    (options.in ?? checks()).execute({
      check: resolvedCheck('test', { where: 'container', timeoutMs: 60_000, ...check }),
      root,
      env: { CI: 'true', ...options.env },
      signal: options.signal ?? quiet,
      onLine: (line) => (BUILD_LINE.test(line) ? built : lines).push(line),
    });
  /** Containers, networks, volumes and directories that belong to checks. */
  const left = async (): Promise<string[]> => {
    const label = ['--filter', 'label=dev.glidepath.check', '--quiet'];
    const listed = await Promise.all([
      docker?.run('ps', '--all', ...label),
      docker?.run('network', 'ls', ...label),
      docker?.run('volume', 'ls', ...label),
    ]);
    const layers = readdirSync(tmpdir()).filter((name) => name.startsWith('glidepath-layer-'));
    return [...listed.flatMap((text) => (text ?? '').split('\n').filter((line) => line !== '')), ...layers];
  };
  const leftOfThisProcess = left;

  test('it works in the checkout, with its exit code, both streams, the image and only the variables it is given', async () => {
    process.env['PLANTED'] = 'planted';
    const command =
      'cat a.txt; echo "$FROM_IMAGE $CI $ASKED [$PLANTED]"; echo wrong >&2; pwd; echo kept > "$HOME/home" && cat "$HOME/home"; exit 3';
    const end = await run(
      { command, directory: 'src' },
      { in: checks({ image: null, dockerfile: 'Dockerfile', target: 'checks' }), env: { ASKED: 'asked' } },
    );
    delete process.env['PLANTED'];
    expect(end).toEqual({ exitCode: 3, timedOut: false, left: [], wroteOutside: [] });
    expect(lines.toSorted()).toEqual(
      ['first', 'wrong', 'yes true asked []', join(root, 'src'), 'kept'].toSorted(),
    );
  });

  test('what it declares is there afterwards, of its user; what it does not declare is named and not there', async () => {
    write('dist/old/stale.js', 'of the last build');
    write('dist/kept.js', 'untouched');
    write('reports/one.xml', 'old');
    const command = [
      'rm() { node -e "for (const p of process.argv.slice(1)) fs.rmSync(p, { recursive: true, force: true })" "$@"; }',
      'rm dist/old && mkdir -p dist/old dist/empty && echo new > dist/old/new.js',
      'echo two > reports/two.xml && rm reports/one.xml',
      'echo program > dist/run && node -e "fs.chmodSync(\'dist/run\', 0o755)"',
      "node -e \"fs.symlinkSync('kept.js', 'dist/link')\"",
      'echo changed > src/a.txt && echo more > src/b.txt && rm tools/version',
      'mkdir -p tmp && echo ignored > tmp/scratch',
    ].join('\n');
    const end = await run({
      command,
      outputs: ['dist/**'],
      reports: { junit: ['reports/*.xml'], coverage: [], sarif: [], sbom: [] },
    });
    expect(lines).toEqual([]);
    expect(end).toMatchObject({
      exitCode: 0,
      wroteOutside: ['src/a.txt', 'src/b.txt', 'tools/version'],
    });
    expect(new Set(readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['empty', 'kept.js', 'link', 'old', 'old/new.js', 'run']),
    );
    expect(readlinkSync(join(root, 'dist/link'))).toBe('kept.js');
    expect(lstatSync(join(root, 'dist/run')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(root, 'dist/run')).uid).toBe(process.getuid?.());
    expect(readdirSync(join(root, 'reports'))).toEqual(['two.xml']);
    expect([read('src/a.txt'), read('tools/version'), existsSync(join(root, 'tmp'))]).toEqual([
      'first\n',
      '1\n',
      false,
    ]);
    expect(git('status', '--porcelain')).toBe('?? reports/\n');
  });

  test('reports of a check that fails are kept, and nothing is written through a link that it put in the way', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'glidepath-outside-'));
    symlinkSync(outside, join(root, 'reports'));
    const remove = 'node -e "fs.rmSync(\'reports\')"';
    const end = await run({
      command: `${remove}; mkdir reports; echo failed > reports/junit.xml; exit 1`,
      reports: { junit: ['reports/**'], coverage: [], sarif: [], sbom: [] },
    });
    expect(end.exitCode).toBe(1);
    expect(read('reports/junit.xml')).toBe('failed\n');
    expect(lstatSync(join(root, 'reports')).isDirectory()).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  test('where no layer can be laid, the checkout is read-only but for the directories of what it declares', async () => {
    write('dist/old.js', 'of the last build');
    const direct = containerChecks({
      root,
      container: { dockerfile: null, target: null, image: BASE_IMAGE },
      env: process.env,
      command: null,
      isLayered: false,
      redact: (text) => text,
    });
    const end = await run(
      {
        command: 'echo new > dist/new.js; echo report > reports/one.xml; echo changed > src/a.txt',
        outputs: ['dist/**'],
        reports: { junit: ['reports/*.xml'], coverage: [], sarif: [], sbom: [] },
      },
      { in: direct },
    );
    expect(end.exitCode).not.toBe(0);
    expect(lines.join()).toContain('Read-only file system');
    expect(readdirSync(join(root, 'dist'))).toEqual(['new.js', 'old.js']);
    expect([read('reports/one.xml'), read('src/a.txt')]).toEqual(['report\n', 'first\n']);
  });

  test('it has no network unless it declares one, and no rights over this computer', async () => {
    const server = createServer((_request, response) => void response.end('reached'));
    await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    const gateway = (
      (await docker?.run('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}')) ??
      ''
    ).trim();
    const command = `node -e "fetch('http://${gateway}:${port}').then(async (r) => console.log(await r.text()), () => console.log('nothing'))"`;
    try {
      await run({ command });
      await run({ command, network: true });
      expect(lines).toEqual(['nothing', 'reached']);
    } finally {
      server.close();
    }
    lines.length = 0;
    await run({ command: 'cat /proc/self/status' });
    expect(lines.find((line) => line.startsWith('NoNewPrivs'))).toMatch(/1$/);
    const bounding = BigInt(`0x${/CapBnd:\s+(\w+)/.exec(lines.join('\n'))?.[1] ?? 'f'}`);
    // Not CAP_SYS_ADMIN, CAP_NET_RAW or CAP_MKNOD.
    for (const capability of [21n, 13n, 27n]) expect((bounding >> capability) & 1n).toBe(0n);
  });

  test('a check with a database reaches it without a network, and nothing else', async () => {
    const service = await openCheckService('postgres', quiet);
    write('ask.mjs', ASK);
    try {
      const end = await run({ command: 'node ask.mjs', services: ['postgres'] }, { env: { ...service.env } });
      expect(lines).toEqual(['the database asks for a password', 'nothing outside']);
      expect(end.exitCode).toBe(0);
    } finally {
      await service.close();
    }
  });

  test('one that never ends is ended with all it started, by its time or by Ctrl-C', async () => {
    const began = Date.now();
    const command = '(trap "" TERM; sleep 600) & sleep 600';
    expect(await run({ command, timeoutMs: 1_000 })).toMatchObject({ exitCode: null, timedOut: true });
    expect(Date.now() - began).toBeLessThan(20_000);
    const stop = new AbortController();
    const running = run({ command: 'echo begun; sleep 600' }, { signal: stop.signal });
    await until(() => lines.includes('begun'), 'it to begin');
    stop.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
    expect(await run({ command: 'sleep 600 & echo done' })).toMatchObject({ exitCode: 0 });
  });

  test('a kill -9 of its owner ends it, and what stays is removed by whoever comes next', async () => {
    const holder = spawn(process.execPath, [HOLDER, root], { env: process.env });
    holders.push(holder);
    holder.stderr.pipe(process.stderr);
    await once(holder.stdout, 'data');
    const running = async (): Promise<string> =>
      (await docker?.run('ps', '--quiet', '--filter', 'label=dev.glidepath.check')) ?? '';
    expect(await running()).not.toBe('');
    holder.kill('SIGKILL');
    await until(async () => (await running()) === '', 'its container to end by itself');
    expect((await left()).length).toBeGreaterThan(0);
    await run({ command: 'echo next' });
    expect(await left()).toEqual([]);
  });

  test('the image is built once for what it is built from, which is the place of keys', async () => {
    const place = (): Promise<string> =>
      checks({ image: null, dockerfile: 'Dockerfile', target: 'checks' }).place();
    const show = (target = 'checks'): Promise<ExecutionEnd> =>
      run(
        { command: 'cat /etc/tools-version' },
        { in: checks({ image: null, dockerfile: 'Dockerfile', target }) },
      );
    write('tools/version', `${root}\n`);
    const first = await place();
    expect(first).toMatch(/^container sha256:[0-9a-f]{64}$/);
    await show();
    expect(built.length).toBeGreaterThan(0);
    built.length = 0;
    write('src/a.txt', 'not a part of the image\n');
    await show();
    expect([await place(), built, lines]).toEqual([first, [], [root, root]]);
    write('tools/version', `${root} 2\n`);
    expect(await place()).not.toBe(first);
    await show();
    expect(lines.at(-1)).toBe(`${root} 2`);
    const pinned = `sha256:${'a'.repeat(64)}`;
    expect(await checks({ image: `registry.example.org/ci@${pinned}` }).place()).toBe(`container ${pinned}`);
  });

  test('a Dockerfile that does not build is BUILD_FAILED, an image that cannot be had or run CHECK_CONTAINER_FAILED', async () => {
    write('Dockerfile', `FROM ${BASE_IMAGE}\nRUN echo broken on purpose && exit 7\n`);
    await expect(
      run({ command: 'true' }, { in: checks({ image: null, dockerfile: 'Dockerfile' }) }),
    ).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      output: expect.arrayContaining([expect.stringContaining('broken on purpose')]) as unknown,
    });
    await expect(
      run({ command: 'true' }, { in: checks({ image: null, dockerfile: 'Dockerfile.gone' }) }),
    ).rejects.toMatchObject({ code: 'BUILD_FAILED' });
    await expect(
      run({ command: 'true' }, { in: checks({ image: '127.0.0.1:1/nobody/has:this' }) }),
    ).rejects.toMatchObject({
      code: 'CHECK_CONTAINER_FAILED',
      hint: expect.stringContaining('docker pull') as unknown,
    });
    write('Dockerfile', 'FROM scratch\nCOPY tools/version /version\n');
    await expect(
      run({ command: 'true' }, { in: checks({ image: null, dockerfile: 'Dockerfile' }) }),
    ).rejects.toMatchObject({
      code: 'CHECK_CONTAINER_FAILED',
      hint: expect.stringContaining('/bin/sh') as unknown,
    });
  });

  test('host and container give the same: exit codes, lines, outputs and reports, bit by bit', async () => {
    write('src/test.mjs', SAMPLE_TEST);
    write('src/build.mjs', SAMPLE_BUILD);
    git('add', '-A');
    const onHost = executeOnHost({
      spawn,
      clock: systemClock,
      env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: root },
      mark: `same-${process.pid}`,
      outerMark: null,
      redact: (text) => text,
    });
    const sample = [
      resolvedCheck('build', { command: 'node src/build.mjs', outputs: ['dist/**'] }),
      resolvedCheck('unit', {
        command:
          'node --test --test-reporter=junit --test-reporter-destination=reports/unit.xml src/test.mjs',
        reports: { junit: ['reports/*.xml'], coverage: [], sarif: [], sbom: [] },
      }),
      resolvedCheck('fails', { command: 'echo this is wrong; exit 4' }),
    ];
    const results = [];
    for (const execute of [onHost, checks().execute]) {
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      rmSync(join(root, 'reports'), { recursive: true, force: true });
      mkdirSync(join(root, 'reports'));
      const verdicts = [];
      for (const check of sample) {
        lines.length = 0;
        const onLine = (line: string): void => void lines.push(line);
        const end = await execute({
          check: { ...check, timeoutMs: 60_000 },
          root,
          env: { CI: 'true' },
          signal: quiet,
          onLine,
        });
        verdicts.push([check.name, end.exitCode, end.timedOut, [...lines]]);
      }
      results.push({
        verdicts,
        dist: digestsBelow(join(root, 'dist')),
        reports: withoutTimes(read('reports/unit.xml')),
      });
    }
    expect(results[1]).toEqual(results[0]);
    expect(Object.keys(results[0]?.dist ?? {})).toContain('bundle.js');
  });
});

test('without an engine a check in a container is ENGINE_MISSING, and nothing runs on the host instead', async () => {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-no-engine-'));
  try {
    const { execute } = containerChecks({
      root,
      container: { dockerfile: null, target: null, image: BASE_IMAGE },
      env: { DOCKER_HOST: `unix://${root}/nothing.sock` },
      command: null,
      redact: (text) => text,
    });
    const check = resolvedCheck('test', { command: 'echo ran > ran', where: 'container' });
    await expect(
      execute({ check, root, env: {}, signal: quiet, onLine: () => undefined }),
    ).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      hint: expect.stringContaining("where: 'host'") as unknown,
    });
    expect(readdirSync(root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

const ASK = `
import { connect } from 'node:net';
const { hostname, port } = new URL(process.env.DATABASE_URL);
if (hostname !== process.env.PGHOST || port !== process.env.PGPORT) throw new Error('they differ');
const socket = connect(Number(port), hostname);
const fields = Buffer.from('user\\0app\\0database\\0app_test\\0\\0');
const head = Buffer.alloc(8);
head.writeInt32BE(8 + fields.length, 0);
head.writeInt32BE(196608, 4);
socket.write(Buffer.concat([head, fields]));
// R is a request for a password: a server of Postgres is there.
const said = await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
console.log(said.toString('latin1').startsWith('R') ? 'the database asks for a password' : 'what is that?');
socket.destroy();
const outside = await fetch('http://1.1.1.1', { signal: AbortSignal.timeout(2000) }).then(() => 'something', () => 'nothing');
console.log(outside + ' outside');
process.exit(0);
`;
const SAMPLE_TEST = `
import { test } from 'node:test';
import assert from 'node:assert';
test('adds', () => assert.equal(1 + 1, 2));
test('is in CI', () => assert.equal(process.env.CI, 'true'));
`;
const SAMPLE_BUILD = `
import { mkdirSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
mkdirSync('dist/deep', { recursive: true });
writeFileSync('dist/bundle.js', readFileSync('src/a.txt', 'utf8').toUpperCase());
writeFileSync('dist/deep/run.sh', '#!/bin/sh\\n');
chmodSync('dist/deep/run.sh', 0o755);
console.log('built');
`;

function digestsBelow(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
        return [file.slice(directory.length + 1), `${digest} ${lstatSync(file).mode}`];
      }),
  );
}

/** Of a JUnit report: how long it took, and on which machine, are no part of what was found. */
function withoutTimes(xml: string): string {
  return xml
    .replaceAll(/ (?:time|hostname|timestamp)="[^"]*"/g, '')
    .replaceAll(/<!-- duration_ms [\d.]+ -->/g, '');
}

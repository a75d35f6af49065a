import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/cloud/registry/registry.ts';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { BuiltImage } from '../../src/providers/app-platform.ts';
import { createBuilder } from '../../src/providers/build/builder.ts';
import { blobFile, readLayout } from '../../src/providers/build/oci-layout.ts';
import { FLY_TIMING } from '../../src/providers/fly/client/fly-timing.ts';
import { createRegistryClient } from '../../src/providers/fly/registry/registry-client.ts';
import { createGitSource } from '../../src/providers/git/git-source.ts';
import { systemClock } from '../../src/util/clock.ts';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { testApp } from '../support/fly-rig.ts';

const docker = await findDocker();

const DOCKERFILE = `
FROM ${BASE_IMAGE} AS build
ARG GREETING=none
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/tmp/cache --mount=type=secret,id=NPM_TOKEN \\
    echo "$GREETING" > greeting && cat /run/secrets/NPM_TOKEN > /dev/null && ls > files
FROM ${BASE_IMAGE} AS small
COPY --from=build /app/greeting /app/files /app/
CMD ["cat", "/app/greeting"]
FROM small AS other
ENV OTHER=yes
`;

describe.skipIf(docker === null)('building a Dockerfile with BuildKit (needs a Docker engine)', () => {
  let dir: string;
  let root: string;
  let commit: string;
  const log: string[] = [];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'glidepath-buildkit-'));
    root = join(dir, 'repo');
    mkdirSync(root);
    log.length = 0;
    git('init', '-q', '-b', 'main');
    writeFileSync(join(root, 'Dockerfile'), DOCKERFILE);
    git('add', '-A');
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-qm', 'First');
    commit = git('rev-parse', 'HEAD');
    writeFileSync(join(root, 'uncommitted'), 'no');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const app = (more: Partial<ResolvedFlyApp> = {}): ResolvedFlyApp =>
    testApp('web', {
      dockerfile: 'Dockerfile',
      build: { target: 'small', args: { GREETING: 'hello' }, secrets: ['NPM_TOKEN'] },
      ...more,
    });
  const build = async (
    options: { app?: ResolvedFlyApp; in?: string; isFresh?: boolean; secrets?: Record<string, string> } = {},
  ): Promise<BuiltImage> => {
    const secrets = options.secrets ?? { NPM_TOKEN: 'very-secret-value' };
    const builder = createBuilder({
      source: createGitSource({ root, spawn }),
      root,
      workDir: join(dir, options.in ?? 'builds'),
      clock: systemClock,
      spawn,
      containersFor: () =>
        Promise.resolve(
          docker === null
            ? null
            : {
                docker: docker.command,
                dockerfileFor: () => ({
                  dockerfile: `FROM ${BASE_IMAGE}\nCOPY . /app\nCMD ["ls", "/app"]\n`,
                  dockerignore: 'Dockerfile\n',
                }),
                secret: (name) => secrets[name],
                sourceUrl: 'https://github.com/octo/shop',
                isFresh: options.isFresh === true,
              },
        ),
    });
    return builder.build({
      app: options.app ?? app(),
      commit,
      log: (line) => log.push(line),
      signal: new AbortController().signal,
    });
  };
  const configOf = async (image: BuiltImage) => {
    const { blobs } = await readLayout(image.layoutDir);
    return JSON.parse(readFileSync(blobFile(image.layoutDir, blobs[0]?.digest ?? ''), 'utf8'));
  };

  test('gives an image with its labels, from the commit and not the working copy, at the time of the commit', async () => {
    const image = await build();
    expect(image).toMatchObject({ mode: 'container', digest: expect.stringMatching(/^sha256:/) });
    const config = await configOf(image);
    expect(config.config).toMatchObject({
      Cmd: ['cat', '/app/greeting'],
      Labels: {
        'org.opencontainers.image.revision': commit,
        'org.opencontainers.image.source': 'https://github.com/octo/shop',
      },
    });
    const { at } = await createGitSource({ root, spawn }).commit(commit);
    expect(config.created).toBe(new Date(at).toISOString());
    expect(await printed(image, 'cat', '/app/greeting', '/app/files')).toBe(
      'hello\nDockerfile\nfiles\ngreeting\n',
    );
  });

  test('a secret is in no layer, no label, no history, no argument and no log', async () => {
    const image = await build();
    const found = spawnGrep('very-secret-value', join(dir, 'builds'));
    expect(found).toBe('');
    const unpacked = join(dir, 'unpacked');
    mkdirSync(unpacked);
    for (const { digest } of (await readLayout(image.layoutDir)).blobs.slice(1))
      execFileSync('tar', ['-xzf', blobFile(image.layoutDir, digest), '-C', unpacked, '--exclude=dev/*']);
    expect(spawnGrep('very-secret-value', unpacked)).toBe('');
    expect(log.join('\n')).not.toContain('very-secret-value');
    expect(log.join('\n')).toContain('--secret=id=NPM_TOKEN');
    await expect(build({ in: 'other', secrets: {} })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
  });

  test('is built once for a commit and its inputs, and anew for others', async () => {
    const first = await build();
    const lines = log.length;
    const second = await build();
    expect(second).toEqual(first);
    expect(log.length).toBe(lines);
    const other = await build({
      app: app({ build: { target: 'other', args: { GREETING: 'hello' }, secrets: ['NPM_TOKEN'] } }),
    });
    expect(other.digest).not.toBe(first.digest);
    expect((await configOf(other)).config.Env).toContain('OTHER=yes');
  });

  test('is the same image when everything is carried out again, elsewhere and later', async () => {
    const one = await build({ in: 'one', isFresh: true });
    const two = await build({ in: 'two', isFresh: true });
    expect(two.digest).toBe(one.digest);
    const { at } = await createGitSource({ root, spawn }).commit(commit);
    const [, ...layers] = (await readLayout(two.layoutDir)).blobs;
    const times: number[] = [];
    for (const { digest } of layers)
      await list({
        file: blobFile(two.layoutDir, digest),
        onReadEntry: ({ mtime }) => times.push(mtime?.getTime() ?? 0),
      });
    expect(times.length).toBeGreaterThan(0);
    expect(Math.max(...times)).toBeLessThanOrEqual(at);
  });

  test('leaves nothing in the engine but its build cache', async () => {
    const before = await docker?.run('image', 'ls', '--all', '--quiet', '--no-trunc');
    await build();
    expect(await docker?.run('image', 'ls', '--all', '--quiet', '--no-trunc')).toBe(before);
  });

  test('uses the Dockerfile that is written for an app without one, and what it leaves out', async () => {
    const image = await build({
      app: app({ dockerfile: null, build: { target: null, args: {}, secrets: [] } }),
    });
    expect(await printed(image, 'ls', '/app')).toBe('');
  });

  test('says what failed: the lines of the build, or the Dockerfile that is not in the commit', async () => {
    writeFileSync(join(root, 'Dockerfile.bad'), `FROM ${BASE_IMAGE}\nRUN echo it broke here >&2; exit 7\n`);
    git('add', 'Dockerfile.bad');
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-qm', 'Second');
    commit = git('rev-parse', 'HEAD');
    const bad = app({ dockerfile: 'Dockerfile.bad', build: { target: null, args: {}, secrets: [] } });
    const error = await build({ app: bad }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'BUILD_FAILED' });
    expect((error as { output: string[] }).output.join('\n')).toContain('it broke here');
    await expect(build({ app: app({ dockerfile: 'none' }) })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('There is no none in the commit'),
    });
  });

  test('is pushed to two registries as the same bytes, without the engine', async () => {
    const image = await build();
    const digests = await Promise.all(['one', 'two'].map((name) => pushed(image, name)));
    expect(digests).toEqual([image.digest, image.digest]);
  });

  /** Pushes to a registry of its own and says which image is there. */
  async function pushed(image: BuiltImage, name: string): Promise<string | undefined> {
    const registry = await createRegistry({ stateDir: join(dir, `registry-${name}`), appExists: () => true });
    const client = createRegistryClient({
      registryUrl: 'http://127.0.0.1:1',
      token: new Secret('token'),
      fetch: async (url, init) => registry.routes.fetch(new Request(url, init)),
      clock: systemClock,
      random: Math.random,
      timing: FLY_TIMING,
    });
    await client.push('web', image.layoutDir, new AbortController().signal);
    return (await registry.list())[0]?.digest;
  }

  /** What a command prints in a container of the image. */
  async function printed(image: BuiltImage, ...command: string[]): Promise<string> {
    if (docker === null) throw new Error('no engine');
    const archive = join(dir, 'archive.tar');
    const { blobs } = await readLayout(image.layoutDir);
    const [config, ...layers] = blobs.map(({ digest }) => digest.replace('sha256:', ''));
    const manifest = [
      {
        Config: `blobs/sha256/${config}`,
        RepoTags: ['glidepath-test/built:latest'],
        Layers: layers.map((hex) => `blobs/sha256/${hex}`),
      },
    ];
    writeFileSync(join(image.layoutDir, 'manifest.json'), JSON.stringify(manifest));
    execFileSync('tar', ['-C', image.layoutDir, '-cf', archive, 'manifest.json', 'blobs']);
    await docker.run('load', '--quiet', '--input', archive);
    try {
      return await docker.run('run', '--rm', '--network', 'none', 'glidepath-test/built:latest', ...command);
    } finally {
      await docker.run('image', 'rm', '--force', 'glidepath-test/built:latest');
    }
  }
});

/** The files below a directory that hold a text, one a line. */
function spawnGrep(text: string, directory: string): string {
  try {
    return execFileSync('grep', ['-rla', text, directory], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

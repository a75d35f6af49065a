import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ed25519Signer } from '../../src/util/ed25519.ts';
import { cacheServiceRig, jobOf, type CacheServiceRig } from '../support/cache-service-rig.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';

const KEY = randomBytes(32).toString('base64url');
const PUBLIC_KEY = ed25519Signer(KEY)?.publicKey ?? '';

const CONFIG = `
import { defineProject, flyApp, generic, githubCache, push } from 'glidepath';

export default defineProject({
  name: 'tiny',
  apps: { web: flyApp({ stack: generic({ build: [], include: ['dist'] }), command: ['node', 'dist/a.js'], port: 8080 }) },
  environments: { production: { on: [push('main')], fly: { org: 'tiny', token: 'FLY_API_TOKEN' }, regions: { iad: 1 } } },
  ci: {
    checks: { build: { command: 'sh build.sh', outputs: ['dist/**'], inputs: ['build.sh'] } },
    cache: { remote: githubCache(), trust: ['${PUBLIC_KEY}'] },
  },
});
`;

/** A run on a machine of its own: nothing of an earlier one is left. */
async function runIn(
  rig: ProjectRig,
  service: CacheServiceRig,
  on: { readonly event: string; readonly ref: string; readonly pull?: number; readonly key?: string },
): Promise<CliResult & { readonly made: string }> {
  for (const name of ['dist', '.glidepath']) rmSync(join(rig.dir, name), { recursive: true, force: true });
  rmSync(join(rig.dir, '.git/event.json'), { force: true });
  const event = on.pull === undefined ? {} : { pull_request: { number: on.pull } };
  writeFileSync(join(rig.dir, '.git/event.json'), JSON.stringify(event));
  const result = await rig.runWith(
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: on.event,
      GITHUB_EVENT_PATH: join(rig.dir, '.git/event.json'),
      GITHUB_REF: on.ref,
      GITHUB_REPOSITORY: 'acme/tiny',
      ACTIONS_RESULTS_URL: `${service.url}/`,
      ACTIONS_RUNTIME_TOKEN: service.tokens.mint(jobOf(on.ref)),
      XDG_STATE_HOME: join(rig.dir, '.git', `state-${randomBytes(4).toString('hex')}`),
      GLIDEPATH_CACHE_KEY: on.key ?? '',
    },
    'ci',
  );
  const file = join(rig.dir, 'dist/a.js');
  return { ...result, made: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

test('a pull request finds what main made, and main nothing of what a pull request put there', async () => {
  await using rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    // What it makes depends on more than its key says: so one sees whose it is.
    'build.sh': 'mkdir -p dist; echo "made $(cat .git/who)" > dist/a.js; env > dist/env.txt\n',
    '.gitignore': '.glidepath\ndist\n',
  });
  const service = await cacheServiceRig();
  try {
    const who = (name: string): void => writeFileSync(join(rig.dir, '.git/who'), name);
    who('the pull request 7');
    const pull = { event: 'pull_request', ref: 'refs/pull/7/merge', pull: 7 };
    expect(await runIn(rig, service, pull)).toMatchObject({ code: 0, made: 'made the pull request 7\n' });
    who('nobody');
    // It finds that itself, on another machine.
    const again = await runIn(rig, service, pull);
    expect(again).toMatchObject({ code: 0, made: 'made the pull request 7\n' });
    expect(again.stdout).toContain('restored');
    who('main');
    const main = await runIn(rig, service, { event: 'push', ref: 'refs/heads/main', key: KEY });
    expect(main).toMatchObject({ code: 0, made: 'made main\n' });
    expect(main.stdout).not.toContain('restored');
    // No check is given the key or the token, and no line shows them.
    const env = readFileSync(join(rig.dir, 'dist/env.txt'), 'utf8');
    expect(env).not.toMatch(/GLIDEPATH_CACHE_KEY|ACTIONS_RUNTIME_TOKEN/);
    const shown = (main.stdout + main.stderr).split('\n').filter((line) => line.includes(KEY));
    // GitHub itself is told what to hide.
    expect(shown.filter((line) => !line.startsWith('::add-mask::'))).toEqual([]);
    who('the pull request 8');
    const other = await runIn(rig, service, { event: 'pull_request', ref: 'refs/pull/8/merge', pull: 8 });
    expect(other).toMatchObject({ code: 0, made: 'made main\n' });
    expect(other.stdout).toContain('restored');
    who('main');
    const next = await runIn(rig, service, { event: 'push', ref: 'refs/heads/main', key: KEY });
    expect(next.stdout).toContain('restored');
    // A run of main without the key finds it too, and with a wrong one does nothing at all.
    const wrong = await runIn(rig, service, { event: 'push', ref: 'refs/heads/main', key: 'no key' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('CACHE_KEY_INVALID')]);
  } finally {
    await service.close();
  }
});

test('what is kept can be looked at and cleared', async () => {
  await using rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'build.sh': 'mkdir -p dist; echo a > dist/a.js\n',
    '.gitignore': '.glidepath\ndist\n',
  });
  const empty = await rig.json<{ bytes: number; remote: string }>('ci', 'cache', 'status');
  expect(empty).toMatchObject({ bytes: 0, remote: 'github', domains: [], hits: 0 });
  expect((await rig.run('ci')).code).toBe(0);
  rmSync(join(rig.dir, 'dist'), { recursive: true });
  expect((await rig.run('ci')).stdout).toContain('restored');
  const kept = await rig.json('ci', 'cache');
  expect(kept).toMatchObject({ domains: [{ domain: 'local', entries: 1 }], hits: 1, misses: 1 });
  expect((await rig.run('ci', 'cache')).stdout).toMatch(/local {3}1 [^]*1 hit in 2 lookups/);
  expect(await rig.json('ci', 'cache', 'clear', '--older-than', '1d')).toMatchObject({
    removed: { entries: 0 },
  });
  expect(await rig.json('ci', 'cache', 'clear')).toMatchObject({ removed: { entries: 1 }, bytes: 0 });
  rmSync(join(rig.dir, 'dist'), { recursive: true });
  expect((await rig.run('ci')).stdout).not.toContain('restored');
  const pair = await rig.json<{ privateKey: string; publicKey: string }>('ci', 'cache', 'keygen');
  expect(ed25519Signer(pair.privateKey)?.publicKey).toBe(pair.publicKey);
  expect((await rig.run('ci', 'cache', 'keygen')).stdout).toMatch(
    /GLIDEPATH_CACHE_KEY[^]*trust: \['ed25519:/,
  );
});

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import { systemClock } from '../../util/clock.ts';
import { githubOptions, hasGithub, type GithubSource } from './open-github.ts';
import { createVault } from '../platforms/secret-vault.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gp-open-github-'));
  execFileSync('git', ['init', '-q', root]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const TOKEN = 'ghp_planted-0123456789';
const CLOUD = { apiPort: 4280, token: 'cloud-token-0123456789', isInJob: false } as LocalCloud;

function source(
  env: Record<string, string>,
  more: { repository?: string; cloud?: LocalCloud; root?: string } = {},
): GithubSource {
  return {
    project: {
      name: 'shop',
      github: { repository: more.repository ?? null } as GithubSource['project']['github'],
    },
    root: more.root ?? root,
    cloud: more.cloud ?? null,
    vault: createVault(env),
    clock: systemClock,
    fetch: () => expect.fail('nobody is asked yet'),
    random: Math.random,
    log: () => undefined,
  };
}

function withOrigin(address: string): string {
  const clone = mkdtempSync(join(root, 'clone-'));
  execFileSync('git', ['init', '-q', clone]);
  execFileSync('git', ['-C', clone, 'remote', 'add', 'origin', address]);
  return clone;
}

test('the config says the repository first, then the job, then where the clone is from', async () => {
  const clone = withOrigin('git@github.com:acme/from-origin.git');
  const env = { GITHUB_TOKEN: TOKEN, GITHUB_REPOSITORY: 'acme/from-job' };
  const repositoryOf = async (asked: GithubSource): Promise<string> =>
    (await githubOptions(asked)).repository;
  expect(await repositoryOf(source(env, { repository: 'acme/from-config', root: clone }))).toBe(
    'acme/from-config',
  );
  expect(await repositoryOf(source(env, { root: clone }))).toBe('acme/from-job');
  expect(await repositoryOf(source({ GITHUB_TOKEN: TOKEN }, { root: clone }))).toBe('acme/from-origin');
});

test('a clone from elsewhere says nothing of GitHub', async () => {
  const clone = withOrigin('git@gitlab.example:acme/shop.git');
  await expect(githubOptions(source({ GITHUB_TOKEN: TOKEN }, { root: clone }))).rejects.toMatchObject({
    code: 'CLI_USAGE',
    message: 'Nothing says which repository on GitHub is meant.',
  });
  const enterprise = { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: 'https://gitlab.example/api/v3/' };
  const found = await githubOptions(source(enterprise, { root: clone }));
  expect([found.repository, found.baseUrl]).toEqual(['acme/shop', 'https://gitlab.example/api/v3']);
});

test('without a token it is said which one to set, and whether there is one can be asked before', async () => {
  const without = source({}, { repository: 'acme/shop' });
  await expect(githubOptions(without)).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    hint: 'export GITHUB_TOKEN="$(gh auth token)", or work on the local cloud with --local',
  });
  expect(await hasGithub(without)).toBe(false);
  expect(await hasGithub(source({ GH_TOKEN: TOKEN }, { repository: 'acme/shop' }))).toBe(true);
  expect(await hasGithub(source({ GH_TOKEN: TOKEN }))).toBe(false);
});

test('GITHUB_TOKEN counts before GH_TOKEN, and neither is ever shown', async () => {
  const asked = source({ GITHUB_TOKEN: '', GH_TOKEN: TOKEN }, { repository: 'acme/shop' });
  const { credentials } = await githubOptions(asked);
  expect(credentials).toMatchObject({ kind: 'token', name: 'GH_TOKEN' });
  expect(asked.vault.redact(`token ${TOKEN}`)).toBe('token ***');
});

test('an App counts before a token; its key may be in a file, and no line of it is shown', async () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  const file = join(root, 'app.pem');
  writeFileSync(file, pem);
  const env = {
    GITHUB_TOKEN: TOKEN,
    GLIDEPATH_GITHUB_APP_ID: '12345',
    GLIDEPATH_GITHUB_APP_PRIVATE_KEY_FILE: file,
  };
  const asked = source(env, { repository: 'acme/shop' });
  const { credentials } = await githubOptions(asked);
  expect(credentials).toMatchObject({
    kind: 'app',
    appId: '12345',
    installationId: null,
    name: 'GLIDEPATH_GITHUB_APP_PRIVATE_KEY_FILE',
  });
  const lines = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  for (const line of lines) expect(asked.vault.redact(line)).toBe('***');
});

test.each([
  [{ GLIDEPATH_GITHUB_APP_ID: '1' }, 'SECRET_MISSING', /no private key of the App/],
  [
    { GLIDEPATH_GITHUB_APP_ID: '1', GLIDEPATH_GITHUB_APP_PRIVATE_KEY_FILE: '/nowhere.pem' },
    'SECRET_MISSING',
    /cannot be read: \/nowhere\.pem/,
  ],
  [
    { GLIDEPATH_GITHUB_APP_ID: '1', GLIDEPATH_GITHUB_APP_INSTALLATION_ID: 'mine' },
    'CLI_USAGE',
    /is no number: mine/,
  ],
  [{ GITHUB_API_URL: 'api.github.com' }, 'CLI_USAGE', /GITHUB_API_URL is no address: api\.github\.com/],
])('%o is refused', async (env, code, message) => {
  const asked = githubOptions(source(env, { repository: 'acme/shop' }));
  await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
});

test('on the local cloud its own token is used, on its own address, and a name is found by itself', async () => {
  const asked = source({ GITHUB_TOKEN: TOKEN }, { cloud: CLOUD });
  const found = await githubOptions(asked);
  expect([found.baseUrl, found.repository]).toEqual(['http://127.0.0.1:4280/api/v3', 'local/shop']);
  expect(found.credentials.kind === 'token' && found.credentials.token.reveal()).toBe(CLOUD.token);
  expect(asked.vault.redact(CLOUD.token)).toBe('***');
  // On this machine nobody has to be spared.
  expect(found.timing).toEqual({ writeGapMs: 0, notifyGapMs: 0 });
});

test('inside a job of the local GitHub the token is that of the job, and GitHub is the local one', async () => {
  const inJob = { ...CLOUD, isInJob: true };
  const options = await githubOptions(
    source({ GITHUB_TOKEN: TOKEN }, { repository: 'acme/shop', cloud: inJob }),
  );
  expect(options).toMatchObject({ baseUrl: 'http://127.0.0.1:4280/api/v3' });
  expect(options.credentials).toMatchObject({ kind: 'token', name: 'GITHUB_TOKEN' });
  await expect(githubOptions(source({}, { repository: 'acme/shop', cloud: inJob }))).rejects.toMatchObject({
    code: 'SECRET_MISSING',
  });
});

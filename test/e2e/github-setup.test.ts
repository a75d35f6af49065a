import { expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

const VALUE = 'FlyV1 fm2_planted-for-setup-0123456789';

interface SetupDocument {
  readonly repository: string;
  readonly dryRun: boolean;
  readonly changes: readonly {
    readonly mark: string;
    readonly subject: string;
    readonly outcome: string | null;
  }[];
}

async function openTiny(): Promise<ProjectRig> {
  const rig = await projectRig(tinyProject());
  await rig.git('remote', 'add', 'origin', 'git@github.com:acme/tiny.git');
  return rig;
}

test('a repository is set up on the local GitHub by the packed command, and its secrets are shown nowhere', async () => {
  await using rig = await openTiny();
  await rig.cloudUp();
  // It is where the clone is from, and not there yet.
  const before = await rig.run('github', 'setup', '--local', '--dry-run');
  expect([before.code, before.stderr]).toEqual([
    1,
    expect.stringContaining('GitHub shows no repository acme/tiny'),
  ]);

  const first = await rig.run('github', 'setup', '--local');
  expect(first.stdout).toMatch(/^acme\/tiny on the local GitHub\n/);
  expect(first.stdout).toMatch(/\+ environment staging +branch main\n/);
  expect(first.stdout).toMatch(/\? secret FLY_API_TOKEN_STAGING of staging +not set\n/);
  expect(first.stdout).toContain('2 secrets are not set, and only you have them.');
  // Only a person can do the rest.
  expect(first.code).toBe(3);

  const given = await rig.runWith(
    { FLY_API_TOKEN_STAGING: VALUE },
    'github',
    'setup',
    '--local',
    '--set',
    'FLY_API_TOKEN_STAGING',
  );
  expect(given.stdout).toMatch(/\+ secret FLY_API_TOKEN_STAGING of staging +set\n/);
  const piped = await rig.shell(
    `printf '%s\\n' 'production:FLY_API_TOKEN_PRODUCTION=${VALUE}' | node "$CLI" github setup --local --secrets-from-stdin`,
  );
  expect([piped.code, piped.stdout]).toEqual([0, expect.stringContaining('One change made.')]);
  for (const { stdout, stderr } of [first, given, piped]) expect(stdout + stderr).not.toContain('planted');

  const second = await rig.run('github', 'setup', '--local');
  expect([second.code, second.stdout]).toEqual([
    0,
    expect.stringContaining('Everything is set up; there is nothing to do.'),
  ]);
  const dry = await rig.json<SetupDocument>('github', 'setup', '--local', '--dry-run');
  expect(dry).toMatchObject({ repository: 'acme/tiny', dryRun: true });
  expect(new Set(dry.changes.map(({ mark, outcome }) => `${mark} ${outcome}`))).toEqual(
    new Set(['keep null']),
  );
});

test.each<[string, string[], Record<string, string>, number, RegExp]>([
  ['no token', ['--dry-run'], {}, 2, /✗ No token for GitHub is set, and acme\/tiny is asked for there\./],
  [
    'a name that nothing needs',
    ['--set', 'FLY_API_TOKEN_STAGNG'],
    {},
    2,
    /→ Did you mean FLY_API_TOKEN_STAGING\?/,
  ],
  [
    'a secret without a value',
    ['--set', 'FLY_API_TOKEN_STAGING'],
    {},
    2,
    /✗ There is no value for the secret FLY_API_TOKEN_STAGING/,
  ],
  [
    'a GitHub that nobody answers for',
    ['--dry-run'],
    { GITHUB_TOKEN: VALUE, GITHUB_API_URL: 'http://127.0.0.1:9', GITHUB_REPOSITORY: 'acme/tiny' },
    1,
    /✗ GitHub did not answer when asked to read the settings of acme\/tiny/,
  ],
])('with %s it ends before anything is changed', async (_, args, env, code, message) => {
  await using rig = await openTiny();
  const result = await rig.runWith(env, 'github', 'setup', ...args);
  expect([result.code, result.stderr]).toEqual([code, expect.stringMatching(message)]);
  expect(result.stdout + result.stderr).not.toContain('planted');
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCloud } from '../../src/cloud/control/client.ts';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER } from '../support/tiny-project.ts';

const CONFIG = `
import { approval, check, checks, defineProject, flyApp, generic, passed, pullRequest, push, secret, tag } from 'glidepath';

export default defineProject({
  name: 'tiny',
  github: { repository: 'acme/tiny', mainBranch: 'main' },
  apps: {
    web: flyApp({
      stack: generic({ build: [], include: ['server.mjs'] }),
      command: ['node', 'server.mjs'],
      port: 8080,
      env: { SESSION_KEY: secret('SESSION_KEY') },
      health: { path: '/health', interval: '1s', within: '60s' },
    }),
  },
  environments: {
    staging: { on: push('main'), gates: [checks()], fly: { org: 'tiny-staging', token: 'FLY_API_TOKEN_STAGING' }, regions: ['iad'], sleep: 'never' },
    production: { on: tag('v*'), gates: [passed('staging')], fly: { org: 'tiny-production', token: 'FLY_API_TOKEN_PRODUCTION' }, regions: ['iad'], sleep: 'never' },
    candidate: { on: tag('rc*'), gates: [approval({ notInitiator: true })], fly: { org: 'tiny-staging', token: 'FLY_API_TOKEN_STAGING' }, regions: ['iad'], sleep: 'never' },
    review: { on: pullRequest(), fly: { org: 'personal', token: 'FLY_API_TOKEN_PERSONAL' }, regions: ['iad'], expires: '7d' },
  },
  ci: { checks: { lint: check('node --check server.mjs') }, skip: ['docs/**', '**/*.md'] },
});
`;
const TOLD = 'planted-session-key-Qw73kLm';

let rig: ProjectRig;

/** Whether the local GitHub has the main branch. */
let isPushed: boolean;

async function open(): Promise<ProjectRig> {
  isPushed = false;
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'server.mjs': `console.log('key ' + process.env.SESSION_KEY);\n${GOOD_SERVER}`,
    'README.md': '# Tiny\n',
    '.gitignore': '.glidepath\n',
  });
  expect((await rig.run('generate')).code).toBe(0);
  await rig.commit('Generated files');
  await rig.cloudUp();
  return rig;
}

anewAfterFailure(open);

async function rehearse(words: string, code = 0): Promise<CliResult> {
  const result = await rig.runWith({ SESSION_KEY: TOLD }, 'rehearse', ...words.split(' '));
  expect(result.code, `${words}\n${result.stdout}${result.stderr}`).toBe(code);
  expect(result.stdout + result.stderr).not.toContain(TOLD);
  return result;
}

/** The main branch is on the local GitHub: what a test needs that pushes nothing itself. */
async function pushedMain(): Promise<void> {
  if (!isPushed) await rehearse('push main');
  isPushed = true;
}

/** Asks the API of the local GitHub about the repository. */
async function localGithub(): Promise<<T>(path: string) => Promise<T>> {
  const cloud = await readCloud(join(rig.dir, '.glidepath', 'cloud'));
  if (cloud === null) throw new Error('no cloud');
  return async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/api/v3/repos/acme/tiny/${path}`, {
      headers: { authorization: `token ${cloud.token}` },
    });
    return (await response.json()) as T;
  };
}

test('nothing can be released, reviewed or queued before something was pushed', async () => {
  expect((await rehearse('tag v1.0.0', 2)).stderr).toContain('The local GitHub has no branch main yet.');
  expect((await rehearse('pr 42 opened', 2)).stderr).toContain('glidepath rehearse push main');
  expect((await rehearse('merge-queue', 2)).stderr).toContain('glidepath rehearse pr 1 opened');
});

test('a push goes through checks and gates to staging, and a tag from there to production', async () => {
  const before = await rig.git('rev-parse', 'HEAD');
  const pushed = await rehearse('push main --change server.mjs');
  isPushed = true;
  expect(pushed.stdout).toMatch(/▸ deploy-staging\.yml runs/);
  expect(pushed.stdout).toMatch(/· \d+ other workflows do not listen to push/);
  expect(pushed.stdout).toMatch(/✓ .* › CI \/ lint/);
  expect(pushed.stdout).toMatch(/staging +success +http:\/\/127\.0\.0\.1:\d+/);
  expect(pushed.stdout).toMatch(/glidepath\/staging +success/);
  const address = /staging +success +(http:\S+)/.exec(pushed.stdout)?.[1] ?? '';
  expect(await (await fetch(address)).text()).toContain('staging');

  const tagged = await rehearse('tag v1.0.0');
  expect(tagged.stdout).toMatch(/▸ deploy-production\.yml runs/);
  expect(tagged.stdout).toMatch(/production +success/);
  expect((await rehearse('tag v1.0.0', 2)).stderr).toContain('has a tag v1.0.0 already');
  // Nobody's working copy, branches or tags are touched.
  expect(await rig.git('rev-parse', 'HEAD')).toBe(before);
  expect(await rig.git('status', '--porcelain')).toBe('');
  expect(await rig.git('tag')).toBe('');
});

test('a tag on a commit that is not on the main branch is refused before anything is deployed', async () => {
  await pushedMain();
  await rig.git('checkout', '-q', '-b', 'aside');
  rig.write('README.md', '# Aside\n');
  await rig.commit('Aside');
  await rig.git('tag', 'v9.0.0');
  await rig.git('checkout', '-q', 'main');
  const refused = await rehearse('tag v9.0.0', 1);
  expect(refused.stdout).toContain('GITHUB_TAG_NOT_ON_MAIN');
  expect(refused.stdout).toMatch(/– .* › Deploy skipped/);
});

test('a pull request gets a review app with a comment, and loses it when it is closed', async () => {
  await pushedMain();
  const opened = await rehearse('pr 42 opened --change server.mjs');
  expect(opened.stdout).toMatch(/▸ review-app\.yml runs/);
  const address = /review +success +(http:\S+)/.exec(opened.stdout)?.[1] ?? '';
  expect((await fetch(address)).status).toBe(200);
  expect((await rehearse('pr 42 opened', 2)).stderr).toContain('glidepath rehearse pr 42 updated');
  const closed = await rehearse('pr 42 closed');
  expect(closed.stdout).toMatch(/✓ .* › Destroy/);
  await expect(fetch(address).then(({ status }) => status)).resolves.not.toBe(200);
  // Nothing on GitHub says that it is live any more, or links to it.
  expect(closed.stdout).toMatch(/review +inactive +Removed in/);
  expect(closed.stdout).not.toMatch(/is live/);
  const github = await localGithub();
  const [comment] = await github<{ body: string }[]>('issues/42/comments');
  expect(comment?.body).toContain('🗑 removed');
  expect(comment?.body).not.toContain(address);
  const deployments = await github<{ id: number }[]>('deployments?environment=review');
  expect(deployments).toHaveLength(2);
  for (const { id } of deployments) {
    const [newest] = await github<{ state: string }[]>(`deployments/${id}/statuses`);
    expect(newest?.state).toBe('inactive');
  }
});

test('a change of documents alone is green within a moment, also from a fork, which gets no review app', async () => {
  await pushedMain();
  const forked = await rehearse('pr 43 opened --from-fork --change README.md');
  expect(forked.stderr).toContain('was approved for you, as a maintainer would on GitHub');
  expect(forked.stdout).toMatch(/– .* › lint skipped/);
  expect(forked.stdout).toMatch(/✓ .* › CI gate/);
  expect(forked.stdout).toMatch(/– Review app.* › Deploy skipped/);
  expect(forked.stdout).not.toMatch(/review +success/);
});

test('the merge queue checks the merge commit, merges it, and staging gets it', async () => {
  await pushedMain();
  await rehearse('pr 44 opened --change server.mjs');
  const queued = await rehearse('merge-queue 44');
  expect(queued.stdout).toMatch(/merge_group checks_requested/);
  expect(queued.stdout).toMatch(/▸ deploy-staging\.yml runs/);
  expect(queued.stdout).toMatch(/staging +success/);
  expect(queued.stdout).toMatch(/pull request 44 +merged into main at [0-9a-f]{7}/);
});

test('what needs an approval says so, with the command that gives it and starts the deployment', async () => {
  await pushedMain();
  const tagged = await rehearse('tag rc1');
  expect(tagged.stdout).toContain('tag rc1 waits for an approval on the local GitHub.');
  expect(tagged.stdout).toMatch(
    /candidate +waits +for an approval of plan [0-9a-f]{10} +http\S+#issuecomment-\d+/,
  );
  const command = /Approve it: glidepath (.* --as ada --local)$/m.exec(tagged.stdout)?.[1] ?? '';
  const approved = await rig.run(...command.split(' '));
  expect(approved.code, approved.stdout + approved.stderr).toBe(0);
  const github = await localGithub();
  const states = async (): Promise<readonly string[]> => {
    const [made] = await github<{ id: number }[]>('deployments?environment=candidate');
    const statuses =
      made === undefined ? [] : await github<{ state: string }[]>(`deployments/${made.id}/statuses`);
    return statuses.map(({ state }) => state);
  };
  await expect.poll(states, { timeout: 120_000, interval: 500 }).toContain('success');
  // The history that the footer offers is the one of the local GitHub.
  const next = /Look at what runs: glidepath (.*--from-github)/.exec(tagged.stdout)?.[1] ?? '';
  const status = await rig.run(...next.split(' '));
  expect(status.code, status.stderr).toBe(0);
  expect(status.stdout).toMatch(/candidate +r-[0-9a-f]{7}/);
});

test('with --json every piece of news is a line, and the last is the report', async () => {
  const { stdout } = await rehearse('push main --change server.mjs --json');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; succeeded?: boolean });
  expect(new Set(lines.map(({ kind }) => kind))).toEqual(
    new Set(['event', 'run', 'job', 'step', 'log', 'report']),
  );
  expect(lines.at(-1)).toMatchObject({ kind: 'report', repository: 'acme/tiny', succeeded: true });
});

test('a file that is not there, or not of the project, is told before anything is pushed', async () => {
  expect((await rehearse('push main --change nowhere.ts', 2)).stderr).toContain(
    'There is no file nowhere.ts',
  );
  expect((await rehearse('push main --change /etc/hostname', 2)).stderr).toContain(
    'is not in the folder of the project',
  );
});

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readCloud } from '../../src/cloud/control/client.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER } from '../support/tiny-project.ts';

const CONFIG = `
import { approval, defineProject, flyApp, generic, manual, passed, push } from 'glidepath';

const fly = (org: string, token: string) => ({ fly: { org, token }, regions: ['iad'], sleep: 'never' as const });

export default defineProject({
  name: 'tiny',
  github: { repository: 'acme/tiny', mainBranch: 'main' },
  apps: {
    web: flyApp({
      stack: generic({ build: [], include: ['server.mjs'] }),
      command: ['node', 'server.mjs'],
      port: 8080,
      health: { path: '/health', interval: '1s', within: '60s' },
    }),
  },
  environments: {
    staging: { on: push('main'), ...fly('tiny-staging', 'FLY_API_TOKEN_STAGING') },
    production: { on: manual(), gates: [passed('staging')], ...fly('tiny-production', 'FLY_API_TOKEN_PRODUCTION') },
    candidate: { on: push('candidate'), gates: [approval({ by: 'reviewers', approvers: ['ada'] })], ...fly('tiny-staging', 'FLY_API_TOKEN_STAGING') },
  },
});
`;

/** For a run that never ends: a machine that is busy with other tests takes its time for two jobs. */
const ENDED_WITHIN_MS = 240_000;
const LOOK_MS = 200;

interface Run {
  readonly status: string;
  readonly conclusion: string | null;
  readonly head_sha: string;
}

let rig: ProjectRig;

beforeAll(async () => {
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'server.mjs': GOOD_SERVER,
    '.gitignore': '.glidepath\n',
  });
  expect((await rig.run('generate')).code).toBe(0);
  await rig.commit('Generated files');
  await rig.cloudUp();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function rehearse(words: string, code: number): Promise<CliResult> {
  const result = await rig.run('rehearse', ...words.split(' '));
  expect(result.code, `${words}\n${result.stdout}${result.stderr}`).toBe(code);
  return result;
}

async function newestRunOf(workflow: string): Promise<Run | undefined> {
  const cloud = await readCloud(join(rig.dir, '.glidepath', 'cloud'));
  const url = `http://127.0.0.1:${cloud?.apiPort}/api/v3/repos/acme/tiny/actions/workflows/${workflow}/runs`;
  const response = await fetch(url, { headers: { authorization: `token ${cloud?.token}` } });
  return ((await response.json()) as { workflow_runs: readonly Run[] }).workflow_runs[0];
}

async function liveIn(environment: string): Promise<string | undefined> {
  const seen = await rig.run('releases', environment, '--local', '--from-github', '--json');
  expect(seen.code, seen.stderr).toBe(0);
  const { releases } = JSON.parse(seen.stdout) as { releases: { release: { id: string } }[] };
  return releases[0]?.release.id;
}

test('operations promote the very release that is live in staging, once production is confirmed', async () => {
  const promote = 'dispatch operations --input action=promote environment=production';
  await rehearse('push main', 0);
  const staged = await liveIn('staging');
  const unconfirmed = await rehearse(promote, 1);
  expect(unconfirmed.stdout).toContain('GITHUB_NOT_CONFIRMED');
  const promoted = await rehearse(`${promote} confirm=production`, 0);
  expect(promoted.stdout).toMatch(/production +success +http/);
  expect(await liveIn('production')).toBe(staged);
  expect(staged).toMatch(/^r-/);
}, 400_000);

test('a reviewer decides in the terminal what a run waits for, and nobody else does', async () => {
  const { stdout } = await rehearse('push candidate', 0);
  expect(stdout).toMatch(/candidate +waits +for its reviewers +http/);
  const [, line = ''] = /→ Approve it: glidepath (.+)/.exec(stdout) ?? [];
  const [, commit = ''] = /^approve candidate --commit ([0-9a-f]{7}) --as ada --local$/.exec(line) ?? [];

  const mallory = await rig.run('approve', 'candidate', '--as', 'mallory', '--local');
  expect(mallory.code).toBe(4);
  expect(mallory.stderr).toContain('Only the reviewers of candidate decide about this run: ada.');
  expect(mallory.stderr).toContain('glidepath approve candidate --as ada --local');
  const other = await rig.run('approve', 'candidate', '--commit', '0000000', '--as', 'ada', '--local');
  expect(other.stderr).toContain('No run waits for the reviewers of candidate with the commit 0000000');
  const planned = await rig.run('approve', 'candidate', '--plan', '3f2a9c1d07', '--as', 'ada', '--local');
  expect(planned.stderr).toContain('--plan is for approvals by comment');

  const ada = await rig.run(...line.split(' '));
  expect(ada.stdout, ada.stderr).toContain('✓ approved by ada: ');
  // The run goes on by itself, and deploys what was approved.
  await vi.waitFor(
    async () =>
      expect(await newestRunOf('deploy-candidate.yml')).toMatchObject({
        status: 'completed',
        conclusion: 'success',
      }),
    { timeout: ENDED_WITHIN_MS, interval: LOOK_MS },
  );
  expect((await newestRunOf('deploy-candidate.yml'))?.head_sha.slice(0, 7)).toBe(commit);
  const again = await rig.run(...line.split(' '));
  expect(again.code).toBe(4);
  expect(again.stderr).toContain('No run waits for the reviewers of candidate');
}, 400_000);

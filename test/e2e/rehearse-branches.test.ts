import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER } from '../support/tiny-project.ts';

const CONFIG = `
import { approval, defineProject, flyApp, generic, manual, passed, pullRequest, push } from 'glidepath';

const fly = (org: string, token: string) => ({ fly: { org, token }, regions: ['iad'], sleep: 'never' as const });

export default defineProject({
  name: 'tiny',
  github: { repository: 'acme/tiny', mainBranch: 'development' },
  apps: {
    web: flyApp({
      stack: generic({ build: [], include: ['server.mjs'] }),
      command: ['node', 'server.mjs'],
      port: 8080,
      health: { path: '/health', interval: '1s', within: '60s' },
    }),
  },
  environments: {
    staging: { on: [push('staging'), manual()], ...fly('tiny-staging', 'FLY_API_TOKEN_STAGING') },
    production: { on: push('production'), gates: [passed('staging')], ...fly('tiny-production', 'FLY_API_TOKEN_PRODUCTION') },
    candidate: { on: push('candidate'), gates: [approval({ by: 'reviewers', approvers: ['ada'] })], ...fly('tiny-staging', 'FLY_API_TOKEN_STAGING') },
    review: { on: pullRequest(), fly: { org: 'personal', token: 'FLY_API_TOKEN_PERSONAL' }, regions: ['iad'], expires: '7d' },
  },
});
`;

let rig: ProjectRig;

async function open(): Promise<ProjectRig> {
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'server.mjs': GOOD_SERVER,
    '.gitignore': '.glidepath\n',
  });
  expect((await rig.run('generate')).code).toBe(0);
  await rig.commit('Generated files');
  await rig.cloudUp();
  return rig;
}

anewAfterFailure(open);

async function rehearse(words: readonly string[], code: number): Promise<CliResult> {
  const result = await rig.run('rehearse', ...words);
  expect(result.code, `${words.join(' ')}\n${result.stdout}${result.stderr}`).toBe(code);
  return result;
}

test('what has passed on one branch is carried on to the next as it is, whatever that one had', async () => {
  const early = await rehearse(['push', 'production', '--from', 'staging'], 2);
  expect(early.stderr).toContain('glidepath rehearse push staging');
  const staged = await rehearse(['push', 'staging', '--change', 'server.mjs'], 0);
  const [, commit = ''] = /push {2}refs\/heads\/staging at ([0-9a-f]{7})/.exec(staged.stdout) ?? [];

  // A push makes a commit of its own, which has passed nowhere.
  const refused = await rehearse(['push', 'production', '--change', 'server.mjs'], 1);
  expect(refused.stdout).toContain("passed('staging')");
  expect(refused.stderr).toContain('glidepath rehearse push production --from staging');

  const carried = await rehearse(['push', 'production', '--from', 'staging'], 0);
  expect(carried.stdout).toContain(`refs/heads/production at ${commit}`);
  expect(carried.stdout).toMatch(/production +success/);
  expect(carried.stderr).toMatch(/! production had [0-9a-f]{7}, which is not on staging/);

  const again = await rehearse(['push', 'production', '--from', 'staging'], 2);
  expect(again.stderr).toContain(`production is at ${commit} already`);
  const changed = await rehearse(['push', 'production', '--from', 'staging', '--change', 'server.mjs'], 2);
  expect(changed.stderr).toContain('pushes no new commit');
}, 400_000);

test('a GitHub workflow is started by hand with its inputs, and production only when it is confirmed', async () => {
  const early = await rehearse(['dispatch', 'operations', '--input', 'action=status'], 2);
  expect(early.stderr).toContain('glidepath rehearse push development');
  await rehearse(['push', 'development'], 0);
  await rehearse(['push', 'staging', '--change', 'server.mjs'], 0);
  await rehearse(['push', 'production', '--from', 'staging'], 0);

  const unknown = await rehearse(['dispatch', 'operatoins'], 2);
  expect(unknown.stderr).toContain('Did you mean operations?');
  const incomplete = await rehearse(['dispatch', 'operations', '--input', 'action=fly'], 1);
  expect(incomplete.stderr).toContain('See which inputs it takes: .github/workflows/operations.yml');

  const back = ['dispatch', 'Operations', '--input', 'action=rollback', 'environment=production'];
  const unconfirmed = await rehearse(back, 1);
  expect(unconfirmed.stdout).toContain('GITHUB_NOT_CONFIRMED');
  const confirmed = await rehearse([...back, 'confirm=production'], 0);
  expect(confirmed.stdout).toContain('workflow_dispatch');
  expect(confirmed.stdout).toMatch(/production +success/);

  // A deployment by hand is of the branch that it is started on.
  const deployed = await rehearse(['dispatch', 'deploy-staging.yml', '--ref', 'staging'], 0);
  expect(deployed.stdout).toMatch(/workflow_dispatch {2}refs\/heads\/staging/);
  expect(deployed.stdout).toMatch(/staging +success/);
}, 600_000);

test('the schedule of a GitHub workflow comes at once, and one without a schedule says so', async () => {
  await rehearse(['push', 'development', '--change', 'server.mjs'], 0);
  const reaped = await rehearse(['schedule', 'review-app'], 0);
  expect(reaped.stdout).toMatch(/^ +\S+ \S+ +schedule /m);
  expect(reaped.stdout).toContain('review-app.yml runs');
  const none = await rehearse(['schedule', 'deploy-staging.yml'], 2);
  expect(none.stderr).toContain('deploy-staging.yml has no schedule on development');
  expect(none.stderr).toContain('glidepath rehearse dispatch deploy-staging.yml');
}, 240_000);

test('reviewers are people of the local GitHub as well, and are asked once the gates have shown the plan', async () => {
  const { stdout } = await rehearse(['push', 'candidate'], 0);
  expect(stdout).toMatch(
    /✓ .* › Gates [\s\S]*⏸ .* › Approval: candidate-approval waits for an approval by ada/,
  );
  expect(stdout).toContain('push candidate waits for an approval on the local GitHub');
}, 120_000);

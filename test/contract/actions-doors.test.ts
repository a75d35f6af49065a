import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActionsRig } from '../support/actions-rig.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { ADMIN_TOKEN } from '../support/github-rig.ts';

let rig: ActionsRig;
let octokit: Octokit;
let count = 0;

beforeAll(async () => {
  rig = await ActionsRig.openWithActions();
  octokit = new Octokit({ auth: ADMIN_TOKEN, baseUrl: `${rig.baseUrl}/api/v3` });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** A repository that no other test has. */
function fresh(): { readonly name: string; readonly owner: string; readonly repo: string } {
  count += 1;
  return { name: `acme/door-${count}`, owner: 'acme', repo: `door-${count}` };
}

const quiet = (): void => undefined;
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function tokenOf(login: string): Promise<string> {
  await rig.control('PUT', '/users', { login });
  const { token } = await rig.control('POST', '/tokens', { login, scopes: ['repo'] });
  return token as string;
}

function clientOf(auth: string): Octokit {
  return new Octokit({ auth, baseUrl: `${rig.baseUrl}/api/v3`, log: SILENT });
}

const DEPLOY = (environment: string, more = '') => `
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: ${environment}
    ${more}
    steps: [{ run: 'echo "key \${#KEY}"', env: { KEY: "\${{ secrets.KEY }}" } }]
`;

async function secret(
  at: { owner: string; repo: string },
  environment_name: string,
  value: string,
): Promise<void> {
  const { data } = await octokit.actions.getEnvironmentPublicKey({ ...at, environment_name });
  await octokit.actions.createOrUpdateEnvironmentSecret({
    ...at,
    environment_name,
    secret_name: 'KEY',
    key_id: data.key_id,
    encrypted_value: await rig.github.context.secretBox.seal(value),
  });
}

describe('an environment', () => {
  test('is waited for until one of its reviewers says so, and then gives its secrets and a deployment', async () => {
    const { name, owner, repo } = fresh();
    const reviewer = clientOf(await tokenOf('rita'));
    await rig.control('PUT', '/repositories', { repository: name, collaborators: { rita: 'write' } });
    const { data: rita } = await octokit.users.getByUsername({ username: 'rita' });
    await octokit.repos.createOrUpdateEnvironment({
      owner,
      repo,
      environment_name: 'production',
      reviewers: [{ type: 'User', id: rita.id }],
    });
    await secret({ owner, repo }, 'production', 'nine char');
    await rig.project({ 'd.yml': DEPLOY('{ name: production, url: "https://shop.example" }') }, { name });
    await until(async () => (await rig.runs(name))[0]?.status === 'waiting');
    const run_id = (await rig.runs(name))[0]?.id ?? 0;
    const { data: pending } = await octokit.actions.getPendingDeploymentsForRun({ owner, repo, run_id });
    expect(pending).toMatchObject([
      {
        environment: { name: 'production' },
        current_user_can_approve: false,
        reviewers: [{ reviewer: { login: 'rita' } }],
      },
    ]);
    const order = {
      owner,
      repo,
      run_id,
      environment_ids: [Number(pending[0]?.environment.id)],
      state: 'approved' as const,
      comment: 'go',
    };
    const client = clientOf(ADMIN_TOKEN);
    await expect(client.actions.reviewPendingDeploymentsForRun(order)).rejects.toThrow('may not approve');
    await reviewer.actions.reviewPendingDeploymentsForRun(order);
    const [ended] = await rig.ended(name);
    expect(ended?.conclusion).toBe('success');
    expect(await rig.log(run_id, 'deploy', name)).toContain('key 9');
    const { data: approvals } = await octokit.actions.getReviewsForRun({ owner, repo, run_id });
    expect(approvals).toMatchObject([{ state: 'approved', comment: 'go', user: { login: 'rita' } }]);
    const { data: deployments } = await octokit.repos.listDeployments({ owner, repo });
    expect(deployments).toMatchObject([{ environment: 'production', task: 'deploy' }]);
    const { data: statuses } = await octokit.repos.listDeploymentStatuses({
      owner,
      repo,
      deployment_id: Number(deployments[0]?.id),
    });
    expect(statuses.map(({ state }) => state)).toEqual(['success', 'in_progress', 'queued']);
    expect(statuses[0]?.environment_url).toBe('https://shop.example');
  });

  test('that a reviewer refuses fails the job', async () => {
    const { name, owner, repo } = fresh();
    await rig.control('PUT', '/repositories', { repository: name });
    const { data: me } = await octokit.users.getAuthenticated();
    await octokit.repos.createOrUpdateEnvironment({
      owner,
      repo,
      environment_name: 'production',
      reviewers: [{ type: 'User', id: me.id }],
    });
    await rig.project({ 'd.yml': DEPLOY('production') }, { name });
    await until(async () => (await rig.runs(name))[0]?.status === 'waiting');
    const run_id = (await rig.runs(name))[0]?.id ?? 0;
    const { data: pending } = await octokit.actions.getPendingDeploymentsForRun({ owner, repo, run_id });
    const environment_ids = [Number(pending[0]?.environment.id)];
    await octokit.actions.reviewPendingDeploymentsForRun({
      owner,
      repo,
      run_id,
      environment_ids,
      state: 'rejected',
      comment: 'no',
    });
    expect((await rig.ended(name))[0]?.conclusion).toBe('failure');
    expect((await rig.jobs(run_id, name))[0]?.steps).toEqual([]);
  });

  test('lets in only the branches and tags of its rules', async () => {
    const { name, owner, repo } = fresh();
    await rig.control('PUT', '/repositories', { repository: name });
    await octokit.repos.createOrUpdateEnvironment({
      owner,
      repo,
      environment_name: 'production',
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await octokit.repos.createDeploymentBranchPolicy({
      owner,
      repo,
      environment_name: 'production',
      name: 'v*',
      type: 'tag',
    });
    const clone = await rig.project({ 'd.yml': DEPLOY('production', 'permissions: {}') }, { name });
    const [main] = await rig.ended(name);
    expect(main?.conclusion).toBe('failure');
    const { body } = await rig.api('GET', `/repos/${name}/commits/${main?.head_sha}/check-runs`);
    expect(body.check_runs[0].output.title).toBe(
      'Branch "main" is not allowed to deploy to production due to environment protection rules.',
    );
    await clone.git('tag', 'v1.0.0');
    await clone.git('push', '--quiet', 'origin', 'v1.0.0');
    await until(async () => (await rig.runs(name)).length === 2);
    expect((await rig.ended(name)).map(({ conclusion }) => conclusion)).toEqual(['failure', 'success']);
  });

  test('without rules or record is made on first use, and with deployment: false records nothing', async () => {
    const { name, owner, repo } = fresh();
    await rig.project({ 'd.yml': DEPLOY('{ name: smoke, deployment: false }') }, { name });
    expect((await rig.ended(name))[0]?.conclusion).toBe('success');
    expect((await octokit.repos.listDeployments({ owner, repo })).data).toEqual([]);
    const { data } = await octokit.repos.getAllEnvironments({ owner, repo });
    expect(data.environments?.map((one) => one.name)).toEqual(['smoke']);
  });
});

describe('a pull request', () => {
  const CI = `
on: pull_request
jobs:
  ci:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - run: |
          echo "key '$KEY' ref $GITHUB_REF"
          cat new.txt README.md
          test "$(git rev-parse HEAD)" = "$GITHUB_SHA"
        env: { KEY: "\${{ secrets.KEY }}" }
`;

  test('of the repository itself runs on its merge, with checks on its head', async () => {
    const { name, owner, repo } = fresh();
    const clone = await rig.project({ 'ci.yml': CI }, { name });
    await clone.git('checkout', '--quiet', '-b', 'feature');
    const head = await clone.commit('new.txt', 'new\n');
    await clone.git('push', '--quiet', 'origin', 'feature');
    await clone.git('checkout', '--quiet', 'main');
    await clone.commit('README.md', '# Changed since\n');
    await clone.git('push', '--quiet', 'origin', 'main');
    await octokit.pulls.create({ owner, repo, title: 'New', head: 'feature', base: 'main' });
    const [run] = await rig.ended(name);
    expect(run).toMatchObject({ event: 'pull_request', conclusion: 'success', head_sha: head });
    const log = await rig.log(run?.id ?? 0, 'ci', name);
    expect(log).toContain('new\n# Changed since');
    expect(log).toContain('ref refs/pull/1/merge');
  });

  test('of a stranger waits for approval, and has no secret and no token that writes', async () => {
    const { name, owner, repo } = fresh();
    const stranger = await tokenOf(`stranger-${count}`);
    await rig.project({ 'ci.yml': CI }, { name });
    const { data: key } = await octokit.actions.getRepoPublicKey({ owner, repo });
    await octokit.actions.createOrUpdateRepoSecret({
      owner,
      repo,
      secret_name: 'KEY',
      key_id: key.key_id,
      encrypted_value: await rig.github.context.secretBox.seal('only-for-us'),
    });
    await rig.control('POST', '/forks', { repository: name, owner: `stranger-${count}` });
    const fork = await rig.clone(`stranger-${count}/${repo}`, stranger);
    await fork.git('checkout', '--quiet', '-b', 'theirs', 'origin/main');
    await fork.commit('new.txt', 'theirs\n');
    await fork.git('push', '--quiet', 'origin', 'theirs');
    await clientOf(stranger).pulls.create({
      owner,
      repo,
      title: 'T',
      head: `stranger-${count}:theirs`,
      base: 'main',
    });
    const [run] = await rig.ended(name);
    expect(run?.conclusion).toBe('action_required');
    await octokit.actions.approveWorkflowRun({ owner, repo, run_id: run?.id ?? 0 });
    const [approved] = await rig.ended(name);
    expect(approved?.conclusion).toBe('success');
    expect(await rig.log(run?.id ?? 0, 'ci', name)).toContain("key '' ref refs/pull/1/merge");
  });
});

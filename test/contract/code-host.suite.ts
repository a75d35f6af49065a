import { describe, expect, test } from 'vitest';
import type { NewHostDeployment } from '../../src/providers/code-host.ts';
import type { CodeHostRig } from '../support/code-host-rig.ts';

const DEPLOYMENT: NewHostDeployment = {
  ref: 'main',
  environment: 'staging',
  task: 'deploy',
  description: 'Release r-1 to staging',
  payload: { release: 'r-1', images: { web: 'sha256:abc' } },
  isTransient: false,
  isProduction: false,
};

/** What every code host has to do, whatever is behind it. Each test opens one of its own, and reads by both halves. */
export function describeCodeHost(open: () => Promise<CodeHostRig>): void {
  describe('the repository', () => {
    test('says what it is, and what the token may do', async () => {
      await using rig = await open();
      expect(await rig.read((half) => half.repository())).toMatchObject({
        fullName: rig.repository,
        isPrivate: false,
        defaultBranch: 'main',
        permission: 'admin',
        url: expect.stringContaining(`/${rig.repository}`) as unknown,
      });
    });

    test('says what somebody may do there, and nothing of whom it does not know', async () => {
      await using rig = await open();
      await rig.github.control('PUT', '/users', { login: 'reader' });
      await rig.github.control('PUT', '/users', { login: 'writer' });
      const collaborators = { reader: 'read', writer: 'write' };
      await rig.github.control('PUT', '/repositories', { repository: rig.repository, collaborators });
      expect(await rig.read((half) => half.permissionOf('reader'))).toBe('read');
      expect(await rig.read((half) => half.permissionOf('writer'))).toBe('write');
      expect(await rig.read((half) => half.permissionOf('nobody-of-that-name'))).toBe('none');
    });
  });

  describe('people', () => {
    test('are known by their token, and by their teams', async () => {
      await using rig = await open();
      await rig.github.control('PUT', '/orgs', {
        login: 'acme',
        members: { ada: 'member', bob: 'member' },
        teams: { ops: ['ada'] },
      });
      expect(await rig.read((half) => half.isInTeam('acme/ops', 'ada'))).toBe(true);
      expect(await rig.read((half) => half.isInTeam('acme/ops', 'bob'))).toBe(false);
      expect(await rig.read((half) => half.isInTeam('acme/nobody', 'ada'))).toBe(false);
      const { token } = await rig.github.control('POST', '/tokens', { login: 'ada' });
      const { createGithub } = await import('../../src/providers/github/github.ts');
      expect(await createGithub(rig.options({ token })).viewer()).toBe('ada');
    });

    test('are asked before an environment is used, where somebody set that up', async () => {
      await using rig = await open();
      const { id } = (await rig.github.api('GET', '/user')).body as { id: number };
      const path = `/repos/${rig.repository}/environments/production-approval`;
      expect(await rig.read((half) => half.reviewersOf('production-approval'))).toBeNull();
      await rig.github.api('PUT', path, {});
      expect(await rig.read((half) => half.reviewersOf('production-approval'))).toEqual([]);
      await rig.github.api('PUT', path, { reviewers: [{ type: 'User', id }] });
      expect(await rig.read((half) => half.reviewersOf('production-approval'))).toHaveLength(1);
    });
  });

  describe('commits', () => {
    test('are found by branch, tag and number, and what is not there is nothing', async () => {
      await using rig = await open();
      const first = await rig.clone.git('rev-parse', 'HEAD');
      await rig.clone.git('tag', 'v1.0.0');
      await rig.clone.git('checkout', '--quiet', '-b', 'feature/one');
      const second = await rig.clone.commit('a.txt', 'a');
      await rig.clone.git('push', '--quiet', 'origin', 'feature/one', 'v1.0.0');
      for (const ref of ['main', 'heads/main', 'refs/heads/main', 'v1.0.0', 'refs/tags/v1.0.0', first]) {
        expect([ref, await rig.read((half) => half.commitOf(ref))]).toEqual([ref, first]);
      }
      expect(await rig.read((half) => half.commitOf('feature/one'))).toBe(second);
      expect(await rig.read((half) => half.commitOf('gone'))).toBeNull();
      expect(await rig.read((half) => half.commitOf('0'.repeat(40)))).toBeNull();
    });

    test('descend from each other or do not', async () => {
      await using rig = await open();
      const first = await rig.clone.git('rev-parse', 'HEAD');
      const second = await rig.clone.commit('a.txt', 'a');
      await rig.clone.git('push', '--quiet', 'origin', 'main');
      await rig.clone.git('checkout', '--quiet', '-b', 'beside', first);
      const beside = await rig.clone.commit('b.txt', 'b');
      await rig.clone.git('push', '--quiet', 'origin', 'beside');
      expect(await rig.read((half) => half.isAncestor(first, second))).toBe(true);
      expect(await rig.read((half) => half.isAncestor(first, first))).toBe(true);
      expect(await rig.read((half) => half.isAncestor(second, first))).toBe(false);
      expect(await rig.read((half) => half.isAncestor(beside, second))).toBe(false);
      expect(await rig.read((half) => half.isAncestor('0'.repeat(40), second))).toBe(false);
    });

    test('have the newest status of each context, cut to what fits', async () => {
      await using rig = await open();
      const sha = await rig.clone.git('rev-parse', 'HEAD');
      const say = (state: 'pending' | 'success', context: string, description = ''): Promise<void> =>
        rig.host.setCommitStatus(sha, { state, context, description, targetUrl: 'https://example.com/run' });
      await say('pending', 'glidepath/staging');
      await say('success', 'other', `long\n${'x'.repeat(300)}`);
      await say('success', 'glidepath/staging', 'deployed');
      const statuses = await rig.read((half) => half.commitStatuses(sha));
      expect(statuses.toSorted((a, b) => a.context.localeCompare(b.context))).toEqual([
        {
          state: 'success',
          context: 'glidepath/staging',
          description: 'deployed',
          targetUrl: 'https://example.com/run',
        },
        {
          state: 'success',
          context: 'other',
          description: `long ${'x'.repeat(134)}…`,
          targetUrl: 'https://example.com/run',
        },
      ]);
    });

    test('have the checks that reported', async () => {
      await using rig = await open();
      const sha = await rig.clone.git('rev-parse', 'HEAD');
      expect(await rig.read((half) => half.checkRuns(sha))).toEqual([]);
      const made = await rig.github.api('POST', `/repos/${rig.repository}/check-runs`, {
        name: 'CI gate',
        head_sha: sha,
        status: 'completed',
        conclusion: 'success',
      });
      // Only an App may make them: where the host refuses, there is none to read.
      const runs = await rig.read((half) => half.checkRuns(sha));
      expect(runs.map(({ name, status, conclusion }) => [name, status, conclusion])).toEqual(
        made.status === 201 ? [['CI gate', 'completed', 'success']] : [],
      );
    });
  });

  describe('deployments', () => {
    test('are made, found again by what they are for, and hold what was written into them', async () => {
      await using rig = await open();
      const sha = await rig.clone.git('rev-parse', 'HEAD');
      const staging = await rig.host.createDeployment(DEPLOYMENT);
      const production = await rig.host.createDeployment({
        ...DEPLOYMENT,
        environment: 'production',
        isProduction: true,
      });
      const rollback = await rig.host.createDeployment({ ...DEPLOYMENT, task: 'rollback' });
      expect(staging).toMatchObject({
        sha,
        ref: 'main',
        environment: 'staging',
        task: 'deploy',
        payload: DEPLOYMENT.payload,
      });
      expect(Date.now() - staging.createdAt).toBeLessThan(60_000);
      const ids = async (filter: object): Promise<number[]> =>
        (await rig.read((half) => half.deployments({ limit: 10, ...filter }))).map(({ id }) => id);
      expect(await ids({})).toEqual([rollback.id, production.id, staging.id]);
      expect(await ids({ environment: 'staging' })).toEqual([rollback.id, staging.id]);
      expect(await ids({ environment: 'staging', task: 'deploy' })).toEqual([staging.id]);
      expect(await ids({ sha })).toHaveLength(3);
      expect(await ids({ sha: '0'.repeat(40) })).toEqual([]);
      expect(await ids({ limit: 2 })).toEqual([rollback.id, production.id]);
      const [found] = await rig.read((half) => half.deployments({ environment: 'production', limit: 1 }));
      expect(found).toEqual(production);
    });

    test('are said how they stand, newest first, and go when they are not needed', async () => {
      await using rig = await open();
      const { id } = await rig.host.createDeployment(DEPLOYMENT);
      const urls = { logUrl: 'https://example.com/log', environmentUrl: 'https://staging.example.com' };
      await rig.host.addDeploymentStatus(id, {
        state: 'in_progress',
        description: 'deploying',
        logUrl: null,
        environmentUrl: null,
      });
      await rig.host.addDeploymentStatus(id, { state: 'success', description: 'x'.repeat(300), ...urls });
      const [newest, before] = await rig.read((half) => half.deploymentStatuses(id));
      expect(newest).toMatchObject({ state: 'success', description: `${'x'.repeat(139)}…`, ...urls });
      expect(before).toMatchObject({
        state: 'in_progress',
        description: 'deploying',
        logUrl: null,
        environmentUrl: null,
      });
      const other = await rig.host.createDeployment(DEPLOYMENT);
      await rig.host.deleteDeployment(id);
      expect((await rig.reader.deployments({ limit: 10 })).map((each) => each.id)).toEqual([other.id]);
      // Once more does no harm.
      await rig.host.deleteDeployment(id);
    });

    test('of a ref that is not there are refused', async () => {
      await using rig = await open();
      await expect(rig.host.createDeployment({ ...DEPLOYMENT, ref: 'gone' })).rejects.toMatchObject({
        code: 'PROVIDER_REJECTED',
        message: expect.stringContaining(
          'to make a deployment to staging of acme/shop: No ref found for: gone',
        ) as unknown,
      });
    });
  });

  describe('pull requests', () => {
    test('are found by number, by commit, and as long as they are open', async () => {
      await using rig = await open();
      await rig.clone.git('checkout', '--quiet', '-b', 'feature');
      const head = await rig.clone.commit('a.txt', 'a');
      await rig.clone.git('push', '--quiet', 'origin', 'feature');
      const { body: pull } = await rig.github.api('POST', `/repos/${rig.repository}/pulls`, {
        title: 'Add a',
        head: 'feature',
        base: 'main',
        draft: true,
      });
      await rig.github.api('POST', `/repos/${rig.repository}/issues/${pull.number}/labels`, {
        labels: ['review'],
      });
      const found = await rig.read((half) => half.pullRequest(pull.number));
      expect(found).toMatchObject({
        number: pull.number,
        title: 'Add a',
        state: 'open',
        isMerged: false,
        isDraft: true,
        headSha: head,
        headRef: 'feature',
        headRepository: rig.repository,
        baseRef: 'main',
        labels: ['review'],
      });
      expect((await rig.read((half) => half.openPullRequests())).map(({ number }) => number)).toEqual([
        pull.number,
      ]);
      expect((await rig.read((half) => half.pullRequestsOfCommit(head))).map(({ number }) => number)).toEqual(
        [pull.number],
      );
      expect(await rig.read((half) => half.pullRequest(999))).toBeNull();
      expect(await rig.read((half) => half.pullRequestsOfCommit('0'.repeat(40)))).toEqual([]);
      await rig.github.api('PATCH', `/repos/${rig.repository}/pulls/${pull.number}`, { state: 'closed' });
      expect(await rig.read((half) => half.openPullRequests())).toEqual([]);
      expect(await rig.read((half) => half.pullRequest(pull.number))).toMatchObject({
        state: 'closed',
        isMerged: false,
      });
    });

    test('that are merged are said so, and come first at a commit', async () => {
      await using rig = await open();
      await rig.clone.git('checkout', '--quiet', '-b', 'feature');
      const head = await rig.clone.commit('a.txt', 'a');
      await rig.clone.git('push', '--quiet', 'origin', 'feature');
      const make = { title: 'Add a', head: 'feature', base: 'main' };
      const { body: first } = await rig.github.api('POST', `/repos/${rig.repository}/pulls`, make);
      const merged = await rig.github.api('PUT', `/repos/${rig.repository}/pulls/${first.number}/merge`, {});
      expect(merged.status).toBe(200);
      expect(await rig.read((half) => half.pullRequest(first.number))).toMatchObject({
        state: 'closed',
        isMerged: true,
      });
      const [found] = await rig.read((half) => half.pullRequestsOfCommit(head));
      expect(found).toMatchObject({ number: first.number, isMerged: true });
    });
  });

  describe('comments and issues', () => {
    test('one comment is written and then changed, however often it is said', async () => {
      await using rig = await open();
      const { number } = await rig.host.createIssue({ title: 'A place', body: 'x', labels: [] });
      const marker = '<!-- glidepath:test -->';
      const first = await rig.host.upsertComment(number, marker, 'deploying');
      const again = await rig.host.upsertComment(number, marker, `${marker}\ndeployed`);
      expect([again.id, again.body]).toEqual([first.id, `${marker}\ndeployed`]);
      const other = await rig.host.addComment(number, 'something else');
      const all = await rig.read((half) => half.comments(number));
      expect(all.map(({ id, body }) => [id, body])).toEqual([
        [first.id, `${marker}\ndeployed`],
        [other.id, 'something else'],
      ]);
      expect(all[0]?.author).toMatch(/^\S+$/);
      await rig.host.deleteComment(other.id);
      await rig.host.deleteComment(other.id);
      expect(await rig.read((half) => half.comments(number))).toHaveLength(1);
    });

    test('an issue is opened with its labels, and found by its marker while it is open', async () => {
      await using rig = await open();
      await rig.github.api('POST', `/repos/${rig.repository}/labels`, { name: 'glidepath', color: '1f6feb' });
      const body = 'Who approves?\n<!-- glidepath:approvals -->';
      const made = await rig.host.createIssue({ title: 'Approvals', body, labels: ['glidepath'] });
      const find = (marker: string, label = 'glidepath'): Promise<{ number: number; url: string } | null> =>
        rig.read((half) => half.issueWithMarker(marker, label));
      expect(await find('<!-- glidepath:approvals -->')).toEqual(made);
      expect(await find('<!-- glidepath:other -->')).toBeNull();
      expect(await find('<!-- glidepath:approvals -->', 'review')).toBeNull();
      await rig.github.api('PATCH', `/repos/${rig.repository}/issues/${made.number}`, { state: 'closed' });
      expect(await find('<!-- glidepath:approvals -->')).toBeNull();
    });

    test('what a stranger marks is not taken for ours', async () => {
      await using rig = await open();
      const { number } = await rig.host.createIssue({ title: 'A place', body: 'x', labels: [] });
      await rig.github.control('PUT', '/users', { login: 'stranger' });
      const { token } = await rig.github.control('POST', '/tokens', { login: 'stranger' });
      const marker = '<!-- glidepath:test -->';
      const path = `/repos/${rig.repository}/issues/${number}/comments`;
      const forged = await rig.github.api('POST', path, { body: `${marker} forged` }, token);
      expect(forged.status).toBe(201);
      const ours = await rig.host.upsertComment(number, marker, 'ours');
      expect(ours.id).not.toBe(forged.body.id);
      expect((await rig.reader.comments(number)).map(({ body }) => body)).toEqual([
        `${marker} forged`,
        `${marker}\nours`,
      ]);
    });
  });

  describe('GitHub workflows', () => {
    test('a run that is not there is nothing, and one that cannot be started is said by its name', async () => {
      await using rig = await open();
      expect(await rig.read((half) => half.workflowRun(999_999))).toBeNull();
      await expect(rig.host.dispatchWorkflow('deploy-nowhere.yml', 'main', {})).rejects.toMatchObject({
        code: 'PROVIDER_NOT_FOUND',
        message: expect.stringContaining('deploy-nowhere.yml') as unknown,
      });
    });
  });

  test('a repository that is not there is said to be missing or hidden, with the one that was probably meant', async () => {
    await using rig = await open();
    const { createGithub } = await import('../../src/providers/github/github.ts');
    const wrong = createGithub(rig.options({ repository: 'acme/shpo' }));
    await expect(wrong.repository()).rejects.toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
      message:
        'GitHub shows no repository acme/shpo: it does not exist, or the token GITHUB_TOKEN may not see it.',
      hint: "Did you mean acme/shop? Write github: { repository: 'acme/shop' }",
    });
  });

  test('a token without the right is told which one is missing', async () => {
    await using rig = await open();
    await rig.github.control('PUT', '/users', { login: 'ada' });
    const collaborators = { ada: 'write' };
    await rig.github.control('PUT', '/repositories', { repository: rig.repository, collaborators });
    const permissions = { metadata: 'read', deployments: 'read', contents: 'read' };
    const { token } = await rig.github.control('POST', '/tokens', {
      login: 'ada',
      permissions,
      repositories: [rig.repository],
    });
    const { createGithub } = await import('../../src/providers/github/github.ts');
    const host = createGithub(rig.options({ token }));
    expect(await host.deployments({ limit: 1 })).toEqual([]);
    await expect(host.createDeployment(DEPLOYMENT)).rejects.toMatchObject({
      code: 'PROVIDER_UNAUTHORIZED',
      message: expect.stringMatching(
        /^The token GITHUB_TOKEN lacks the right deployments: write, which is needed to make a deployment to staging of acme\/shop/,
      ) as unknown,
    });
  });

  test('a token that nobody knows is refused by its name', async () => {
    await using rig = await open();
    const { createGithubReader } = await import('../../src/providers/github/github.ts');
    const unknown = createGithubReader(rig.options({ token: 'ghp_nobody-knows-this-one-000000' }));
    await expect(unknown.repository()).rejects.toMatchObject({
      code: 'PROVIDER_UNAUTHORIZED',
      message: expect.stringMatching(/^GitHub does not accept the token GITHUB_TOKEN/) as unknown,
    });
  });

  test('the reading half has none of the changes', async () => {
    await using rig = await open();
    const changes = [
      'createDeployment',
      'addDeploymentStatus',
      'deleteDeployment',
      'setCommitStatus',
      'upsertComment',
    ];
    const more = ['addComment', 'reviewRun', 'deleteComment', 'createIssue', 'dispatchWorkflow'];
    for (const name of [...changes, ...more]) expect(name in rig.reader).toBe(false);
    expect(Object.keys(rig.host).toSorted()).toEqual(
      [...Object.keys(rig.reader), ...changes, ...more].toSorted(),
    );
  });
}

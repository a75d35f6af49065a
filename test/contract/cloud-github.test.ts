import { expect, test } from 'vitest';
import { ADMIN_TOKEN, GithubRig } from '../support/github-rig.ts';

test('a push really pushes: another clone has it, the API knows it, and an event tells of it', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const sha = await mine.commit('src/app.ts', 'export {};\n', 'Add the app');
  await mine.git('push', '--quiet', 'origin', 'main');
  const other = await rig.clone('acme/shop', ADMIN_TOKEN);
  expect(await other.git('rev-parse', 'origin/main')).toBe(sha);
  const { body } = await rig.api('GET', '/repos/acme/shop/commits/main');
  expect(body).toMatchObject({
    sha,
    commit: { message: 'Add the app' },
    files: [{ filename: 'src/app.ts' }],
  });
  const pushes = await rig.told('push');
  expect(pushes).toHaveLength(2);
  expect(pushes[1]).toMatchObject({
    repository: 'acme/shop',
    cause: 'person',
    sender: 'glidepath',
    payload: {
      ref: 'refs/heads/main',
      after: sha,
      created: false,
      forced: false,
      head_commit: { id: sha, added: ['src/app.ts'] },
      repository: { full_name: 'acme/shop' },
      sender: { login: 'glidepath' },
    },
  });
});

test('the default branch that the API tells of is the one that a clone checks out', async () => {
  await using rig = await GithubRig.open();
  await rig.control('PUT', '/repositories', { repository: 'acme/late', defaultBranch: 'development' });
  const mine = await rig.clone('acme/late', ADMIN_TOKEN);
  const push = async (branch: string): Promise<void> => {
    await mine.git('checkout', '--quiet', '-B', branch);
    await mine.commit(`${branch}.txt`, 'x', branch);
    await mine.git('push', '--quiet', 'origin', branch);
  };
  const checkedOut = async (): Promise<string> => {
    const told = await mine.git('ls-remote', '--symref', 'origin', 'HEAD');
    return /^ref: refs\/heads\/(\S+)/.exec(told)?.[1] ?? '';
  };
  const told = async (): Promise<unknown> => (await rig.api('GET', '/repos/acme/late')).body;
  await push('staging');
  expect(await told()).toMatchObject({ default_branch: 'staging' });
  expect(await checkedOut()).toBe('staging');
  await push('development');
  expect(await told()).toMatchObject({ default_branch: 'staging' });
  const changed = await rig.api('PATCH', '/repos/acme/late', { default_branch: 'development' });
  expect(changed.body).toMatchObject({ default_branch: 'development' });
  expect(await checkedOut()).toBe('development');
});

test('of many tags at once nobody is told; of the deletion of a branch everybody', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  for (const tag of ['v1', 'v2', 'v3', 'v4']) await mine.git('tag', tag);
  await mine.git('push', '--quiet', 'origin', '--tags');
  await mine.git('push', '--quiet', 'origin', 'main:refs/heads/gone');
  await mine.git('push', '--quiet', 'origin', ':refs/heads/gone');
  expect((await rig.told('push')).map(({ payload }) => [payload['ref'], payload['deleted']])).toEqual([
    ['refs/heads/main', false],
    ['refs/heads/gone', false],
    ['refs/heads/gone', true],
  ]);
  expect((await rig.told('delete')).map(({ payload }) => payload['ref'])).toEqual(['gone']);
  const { body } = await rig.api('GET', '/repos/acme/shop/tags');
  expect(body.map(({ name }: { name: string }) => name)).toEqual(['v4', 'v3', 'v2', 'v1']);
});

test('a deployment merges the default branch and waits for every context, unless it is told not to', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const path = '/repos/acme/shop';
  await mine.git('push', '--quiet', 'origin', 'main:refs/heads/release');
  const sha = await mine.commit('a.txt', 'a\n');
  await mine.git('push', '--quiet', 'origin', 'main');
  expect(await rig.api('POST', `${path}/deployments`, { ref: 'release' })).toMatchObject({
    status: 202,
    body: { message: 'Auto-merged main into release on deployment.' },
  });
  await rig.api('POST', `${path}/statuses/${sha}`, { state: 'pending', context: 'ci' });
  expect(await rig.api('POST', `${path}/deployments`, { ref: sha, auto_merge: false })).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('Commit status checks failed') },
  });
  const first = await deploy(rig, sha, 'staging');
  const second = await deploy(rig, sha, 'staging');
  const production = await deploy(rig, sha, 'production');
  for (const id of [first, second, production])
    await rig.api('POST', `${path}/deployments/${id}/statuses`, { state: 'success', log_url: 'http://log/' });
  const states = await Promise.all(
    [first, second, production].map(
      async (id) => (await rig.api('GET', `${path}/deployments/${id}/statuses`)).body[0].state,
    ),
  );
  expect(states).toEqual(['inactive', 'success', 'success']);
  expect((await rig.api('DELETE', `${path}/deployments/${second}`)).status).toBe(422);
  expect((await rig.api('DELETE', `${path}/deployments/${first}`)).status).toBe(204);
  expect((await rig.api('GET', `${path}/deployments?environment=staging`)).body).toMatchObject([
    { id: second, payload: { release: 'r-1' }, creator: { login: 'glidepath' } },
  ]);
});

test('comments are written, changed, found by page, and reacted to', async () => {
  await using rig = await GithubRig.open();
  await rig.repository();
  const path = '/repos/acme/shop/issues';
  const issue = await rig.api('POST', path, { title: 'Deploy', labels: ['approval'] });
  expect(issue).toMatchObject({ status: 201, body: { number: 1, labels: [{ name: 'approval' }] } });
  for (let n = 1; n <= 3; n += 1) await rig.api('POST', `${path}/1/comments`, { body: `comment ${n}` });
  const page = await rig.api('GET', `${path}/1/comments?per_page=2`);
  expect(page.body.map(({ body }: { body: string }) => body)).toEqual(['comment 1', 'comment 2']);
  expect(page.headers.get('link')).toContain(
    `${rig.baseUrl}/api/v3${path}/1/comments?per_page=2&page=2>; rel="next"`,
  );
  const [{ id }] = page.body;
  await rig.api('PATCH', `${path}/comments/${id}`, { body: 'changed' });
  expect((await rig.api('POST', `${path}/comments/${id}/reactions`, { content: 'rocket' })).status).toBe(201);
  expect((await rig.api('GET', `${path}/comments/${id}`)).body).toMatchObject({
    body: 'changed',
    reactions: { rocket: 1, total_count: 1 },
    author_association: 'COLLABORATOR',
  });
  expect((await rig.told('issue_comment')).map(({ action }) => action)).toEqual([
    'created',
    'created',
    'created',
    'edited',
  ]);
});

async function deploy(rig: GithubRig, ref: string, environment: string): Promise<number> {
  const { status, body } = await rig.api('POST', '/repos/acme/shop/deployments', {
    ref,
    environment,
    auto_merge: false,
    required_contexts: [],
    payload: { release: 'r-1' },
  });
  expect(status).toBe(201);
  return body.id;
}

test('every link that the API gives for people leads to a page, in which nothing from outside is markup', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const path = '/repos/acme/shop';
  await mine.git('checkout', '--quiet', '-b', 'feature');
  const sha = await mine.commit('a.txt', '<script>alert(1)</script>\n', 'Add <b>a</b>');
  await mine.git('push', '--quiet', 'origin', 'feature');
  const evil = '<img src=x onerror=alert(1)>';
  const pull = await rig.api('POST', `${path}/pulls`, {
    title: evil,
    head: 'feature',
    base: 'main',
    body: evil,
  });
  const comment = await rig.api('POST', `${path}/issues/1/comments`, {
    body: `${evil}\n\n| A |\n| --- |\n| b |`,
  });
  await rig.api('POST', `${path}/statuses/${sha}`, { state: 'success', target_url: 'javascript:alert(1)' });
  const id = await deploy(rig, sha, 'staging');
  await rig.api('POST', `${path}/deployments/${id}/statuses`, {
    state: 'success',
    environment_url: 'http://shop/',
  });
  const commit = await rig.api('GET', `${path}/commits/${sha}`);
  const repository = await rig.api('GET', path);
  const links = [repository, pull, comment, commit].map(({ body }) => String(body.html_url));
  const main = (await mine.git('rev-parse', 'main')).trim();
  const others = ['deployments', 'rules', `compare/${main}...${sha}`];
  for (const link of [...links, ...others.map((other) => `${rig.baseUrl}/acme/shop/${other}`)]) {
    const page = await rig.fetch('GET', link.slice(rig.baseUrl.length).replace(/#.*/, ''), undefined, null);
    expect([link, page.status, page.headers.get('content-type')]).toEqual([
      link,
      200,
      'text/html; charset=UTF-8',
    ]);
    expect(page.body).not.toMatch(/<img|<script|<b>a|href="javascript/);
  }
  expect((await rig.fetch('GET', '/acme/shop/pull/1', undefined, null)).body).toContain('<td>b</td>');
  expect((await rig.fetch('GET', '/acme/none', undefined, null)).status).toBe(404);
});

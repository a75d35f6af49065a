import { expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { ADMIN_TOKEN, GithubRig } from '../support/github-rig.ts';

const PATH = '/repos/acme/shop';

let rig: GithubRig;
let tokens: Record<'ada' | 'bob' | 'narrow' | 'fine' | 'blind' | 'job', string>;

anewAfterFailure(async () => {
  rig = await GithubRig.open();
  await rig.control('PUT', '/orgs', {
    login: 'acme',
    plan: 'team',
    members: { ada: 'admin', bob: 'member' },
  });
  await rig.repository('acme/shop', { private: true });
  const of = async (login: string, more: object = {}): Promise<string> =>
    (await rig.control('POST', '/tokens', { login, ...more })).token;
  const repository = rig.github.context.state.repository('acme', 'shop');
  tokens = {
    ada: await of('ada'),
    bob: await of('bob'),
    narrow: await of('ada', { scopes: ['repo:status'] }),
    fine: await of('ada', {
      permissions: { contents: 'read', statuses: 'write' },
      repositories: ['acme/shop'],
    }),
    blind: await of('ada', { permissions: { contents: 'read' }, repositories: [] }),
    job: rig.github.tokens.mint({
      repositoryId: repository?.id ?? 0,
      permissions: { contents: 'read', 'pull-requests': 'write', deployments: 'none' },
      expiresAt: Date.now() + 3_600_000,
    }).token,
  };
  return rig;
});

test('who brings a wrong token is told so, whatever they ask for', async () => {
  expect(await rig.api('GET', '/repos/acme/nothing', undefined, 'ghp_wrong')).toMatchObject({
    status: 401,
    body: { message: 'Bad credentials', status: '401', documentation_url: expect.stringContaining('http') },
  });
});

test.each([
  ['nobody', null, 'GET', PATH, 404, 'Not Found'],
  ['a member', 'bob', 'GET', PATH, 200, null],
  [
    'a member who may only read',
    'bob',
    'POST',
    `${PATH}/deployments`,
    403,
    'Must have push access to repository',
  ],
  [
    'a member who is no administrator',
    'bob',
    'POST',
    `${PATH}/rulesets`,
    403,
    'Must have admin rights to Repository.',
  ],
  ['a classic token of statuses', 'narrow', 'GET', PATH, 404, 'Not Found'],
  ['a classic token of statuses', 'narrow', 'POST', `${PATH}/statuses/x`, 422, null],
  ['a fine-grained token', 'fine', 'GET', `${PATH}/commits/main`, 200, null],
  ['a fine-grained token', 'fine', 'POST', `${PATH}/statuses/x`, 422, null],
  [
    'a fine-grained token',
    'fine',
    'POST',
    `${PATH}/deployments`,
    403,
    'Resource not accessible by personal access token',
  ],
  ['a token of other repositories', 'blind', 'GET', PATH, 404, 'Not Found'],
  ['a job', 'job', 'GET', `${PATH}/commits/main`, 200, null],
  ['a job', 'job', 'POST', `${PATH}/deployments`, 403, 'Resource not accessible by integration'],
  ['a job', 'job', 'PUT', `${PATH}/environments/x`, 403, 'Resource not accessible by integration'],
  ['a job', 'job', 'GET', '/user', 403, 'Resource not accessible by integration'],
  [
    'a job',
    'job',
    'POST',
    `${PATH}/pulls`,
    403,
    'GitHub Actions is not permitted to create or approve pull requests.',
  ],
] as const)('%s (%s): %s %s is answered with %i', async (_, name, method, path, status, message) => {
  const answer = await rig.api(
    method,
    path,
    method === 'GET' ? undefined : {},
    name === null ? null : tokens[name],
  );
  expect(answer.status).toBe(status);
  if (message !== null) expect(answer.body.message).toBe(message);
});

test('the right that is missing is named as GitHub names it', async () => {
  const job = await rig.api('POST', `${PATH}/deployments`, {}, tokens.job);
  expect(job.headers.get('x-accepted-github-permissions')).toBe('deployments=write');
  const classic = await rig.api('GET', `${PATH}/deployments`, undefined, tokens.narrow);
  expect(classic.headers.get('x-accepted-oauth-scopes')).toBe('repo, repo_deployment');
  expect(classic.headers.get('x-oauth-scopes')).toBe('repo:status');
});

test('git goes by the same rights, and says who may not', async () => {
  const theirs = await rig.clone('acme/shop', tokens.bob);
  await theirs.git('checkout', '--quiet', '-b', 'main', 'origin/main');
  await theirs.commit('b.txt', 'b\n');
  expect(await theirs.refused('push', 'origin', 'main')).toMatch(
    /Permission to acme\/shop\.git denied to bob/,
  );
  await expect(rig.clone('acme/shop', tokens.blind)).rejects.toThrow(/Repository not found/);
  await expect(rig.clone('acme/shop', 'ghp_wrong')).rejects.toThrow(/Authentication failed/);
});

test('nobody touches a GitHub workflow with a token that is not for it', async () => {
  const { token } = await rig.control('POST', '/tokens', { login: 'ada', scopes: ['repo'] });
  const mine = await rig.clone('acme/shop', token);
  await mine.git('checkout', '--quiet', '-b', 'main', 'origin/main');
  await mine.commit('.github/workflows/ci.yml', 'on: push\n');
  expect(await mine.refused('push', 'origin', 'main')).toContain(
    'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope',
  );
  await mine.git(
    'push',
    '--quiet',
    rig.baseUrl.replace('://', `://x:${tokens.ada}@`) + '/acme/shop.git',
    'main',
  );
});

test('an event by a job is marked as one', async () => {
  const { token } = rig.github.tokens.mint({
    repositoryId: rig.github.context.state.repository('acme', 'shop')?.id ?? 0,
    permissions: { issues: 'write' },
    expiresAt: Date.now() + 60_000,
  });
  await rig.api('POST', `${PATH}/issues`, { title: 'From a job' }, token);
  expect((await rig.told('issues')).at(-1)).toMatchObject({ cause: 'job', sender: 'github-actions[bot]' });
});

test('a private repository has only what its owner pays for; a public one has all', async () => {
  const environment = `${PATH}/environments/production`;
  const ada = rig.github.context.state.account('ada')?.id;
  const reviewers = [{ type: 'User', id: ada }];
  expect(await rig.api('PUT', environment, { reviewers })).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining('billing plan supports the required reviewers') },
  });
  const custom = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };
  expect((await rig.api('PUT', environment, custom)).status).toBe(200);
  await rig.control('PUT', '/orgs', { login: 'acme', plan: 'free' });
  expect((await rig.api('PUT', environment, custom)).status).toBe(422);
  expect(await rig.api('GET', `${environment}/secrets`)).toMatchObject({
    status: 403,
    body: { message: 'Upgrade to GitHub Pro or make this repository public to enable this feature.' },
  });
  await rig.api('PATCH', PATH, { private: false });
  expect((await rig.api('PUT', environment, { reviewers, wait_timer: 5 })).body).toMatchObject({
    protection_rules: [{ type: 'wait_timer', wait_timer: 5 }, { type: 'required_reviewers' }],
  });
  await rig.api('PATCH', PATH, { private: true });
});

test('a hundred items come in pages, each of which says where the others are', async () => {
  for (let n = 1; n <= 5; n += 1) await rig.api('POST', `${PATH}/labels`, { name: `label ${n}` });
  const first = await rig.api('GET', `${PATH}/labels?per_page=6`);
  const links = first.headers.get('link') ?? '';
  expect(links).toContain('page=2>; rel="next"');
  expect(links).toContain('page=3>; rel="last"');
  const last = await rig.api('GET', `${PATH}/labels?per_page=6&page=3`);
  expect(last.body).toHaveLength(2);
  expect(last.headers.get('link')).not.toContain('rel="next"');
});

test('what has not changed is not sent again, and every answer says how much is left', async () => {
  const first = await rig.api('GET', `${PATH}/labels`);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(`${rig.baseUrl}/api/v3${PATH}/labels`, {
    headers: { authorization: `token ${ADMIN_TOKEN}`, 'if-none-match': etag },
  });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect(Number(again.headers.get('x-ratelimit-limit'))).toBe(5_000);
  expect(Number(again.headers.get('x-ratelimit-used'))).toBeGreaterThan(1);
  expect((await rig.api('GET', '/rate_limit')).body.rate).toMatchObject({ limit: 5_000 });
});

test('whoever asks too fast is held up as by GitHub', async () => {
  await using strict = await GithubRig.open({ rateLimits: true });
  const answers = [];
  for (let n = 0; n < 190; n += 1) answers.push(await strict.api('POST', '/user/repos', { name: '' }));
  expect(answers.at(-1)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('secondary rate limit') },
  });
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  const nobody = [];
  for (let n = 0; n < 61; n += 1) nobody.push(await strict.api('GET', '/meta', undefined, null));
  expect(nobody.at(-1)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('rate limit exceeded') },
  });
  expect(nobody.at(-1)?.headers.get('x-ratelimit-remaining')).toBe('0');
});

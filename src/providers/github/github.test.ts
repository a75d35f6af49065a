import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../../diagnostics/secret.ts';
import { systemClock } from '../../util/clock.ts';
import type { CodeHost } from '../code-host.ts';
import { createGithub, createGithubReader } from './github.ts';
import type { GithubOptions } from './github-options.ts';

const TOKEN = 'ghs_planted-token-0123456789';
const NEVER = { writeGapMs: 0, notifyGapMs: 0, retryBaseMs: 1, rateSecondMs: 1, lostAnswerMs: 1 };

type Answer = Response | Promise<Response> | Error;

/** Answers by `METHOD /path`, each list from the front, its last answer again and again; writes down what was asked. */
function host(answers: Readonly<Record<string, readonly ((request: Request) => Answer)[]>>): {
  options: GithubOptions;
  asked: string[];
  said: string[];
} {
  const asked: string[] = [];
  const said: string[] = [];
  const left = new Map(Object.entries(answers).map(([key, list]) => [key, [...list]]));
  const options: GithubOptions = {
    repository: 'acme/shop',
    baseUrl: 'http://github.test/api/v3',
    credentials: { kind: 'token', token: new Secret(TOKEN), name: 'GITHUB_TOKEN' },
    clock: systemClock,
    random: Math.random,
    log: (line) => void said.push(line),
    timing: NEVER,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const key = `${request.method} ${new URL(url).pathname.replace('/api/v3', '')}`;
      asked.push(key);
      const list = left.get(key) ?? [() => json(404, { message: 'Not Found' })];
      const answer = (list.length > 1 ? list.shift() : list[0])?.(request);
      if (answer instanceof Error) throw answer;
      return answer ?? json(404, {});
    },
  };
  return { options, asked, said };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers });
}

const REPO = 'GET /repos/acme/shop';
const SHOP = {
  full_name: 'acme/shop',
  private: true,
  owner: { login: 'acme', type: 'Organization' },
  default_branch: 'main',
  permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
  html_url: 'https://github.com/acme/shop',
};
const here = { [REPO]: [() => json(200, SHOP)] };

const DEPLOYMENTS = '/repos/acme/shop/deployments';
const NEW = {
  ref: 'main',
  environment: 'staging',
  task: 'deploy',
  description: 'x',
  payload: { release: 'r-1' },
  isTransient: false,
  isProduction: false,
};

function deployment(id: number, payload: unknown): Record<string, unknown> {
  const at = '2026-11-21T10:00:00Z';
  return {
    id,
    sha: 'c0ffee',
    ref: 'main',
    environment: 'staging',
    task: 'deploy',
    payload,
    creator: null,
    created_at: at,
  };
}

async function refusal(call: Promise<unknown>): Promise<{ code: string; text: string; hint: string }> {
  const error = await call.then(
    () => expect.fail('was not refused'),
    (error: unknown) => error as { code: string; message: string; hint: string; stack: string },
  );
  expect(`${error.stack}${JSON.stringify(error)}${error.hint}`).not.toContain(TOKEN);
  return { code: error.code, text: error.message, hint: error.hint };
}

test('a server that fails is asked again, and what it answers at last counts', async () => {
  const { options, asked } = host({
    [REPO]: [() => json(502, {}), () => new Error('socket hang up'), () => json(200, SHOP)],
  });
  expect((await createGithub(options).repository()).permission).toBe('write');
  expect(asked.filter((key) => key === REPO)).toHaveLength(3);
});

test.each([
  [
    'the rate limit',
    // As GitHub has it when it answers, and not when the tests were read.
    () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 5) }),
    403,
  ],
  ['a secondary limit by its words', () => ({ 'retry-after': '7' }), 403],
  ['a secondary limit by retry-after alone', () => ({ 'retry-after': '7' }), 429],
] as const)('%s is waited for, as long as GitHub says', async (what, headers, status) => {
  const message =
    what === 'a secondary limit by its words' ? 'You have exceeded a secondary rate limit' : 'slow down';
  const limited = (): Response => json(status, { message }, headers());
  const { options, asked, said } = host({ [REPO]: [limited, () => json(200, SHOP)] });
  await createGithub(options).repository();
  expect(asked.filter((key) => key === REPO)).toHaveLength(2);
  expect(said).toEqual([expect.stringMatching(/rate limit is used up; waiting [567] s\.$/)]);
});

test('a limit that lasts is a refusal that says until when', async () => {
  const headers = {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3_000),
  };
  const { options, asked } = host({
    [REPO]: [() => json(403, { message: 'API rate limit exceeded' }, headers)],
  });
  const { code, text } = await refusal(createGithub(options).repository());
  expect(code).toBe('PROVIDER_QUOTA');
  expect(text).toMatch(
    /^GitHub allows the token GITHUB_TOKEN no more requests until 20\d\d-.*acme\/shop: API rate limit exceeded\.$/,
  );
  expect(asked).toEqual([REPO]);
});

test('a deployment whose making was not answered is looked for, and not made twice', async () => {
  let made: unknown = null;
  const { options, asked } = host({
    ...here,
    [`POST ${DEPLOYMENTS}`]: [
      async (request) => {
        const body = (await request.json()) as {
          payload: unknown;
          auto_merge: boolean;
          required_contexts: unknown;
        };
        expect([body.auto_merge, body.required_contexts]).toEqual([false, []]);
        made = deployment(7, body.payload);
        return json(502, {});
      },
    ],
    [`GET ${DEPLOYMENTS}`]: [() => json(200, [deployment(6, {}), made])],
  });
  const found = await createGithub(options).createDeployment(NEW);
  expect([found.id, found.payload]).toEqual([7, { release: 'r-1' }]);
  expect(asked).toEqual([`POST ${DEPLOYMENTS}`, `GET ${DEPLOYMENTS}`]);
});

test('one that was lost on the way there is made again', async () => {
  const { options, asked } = host({
    ...here,
    [`POST ${DEPLOYMENTS}`]: [() => new Error('connect ECONNRESET'), () => json(201, deployment(8, {}))],
    [`GET ${DEPLOYMENTS}`]: [() => json(200, [deployment(6, {})])],
  });
  expect((await createGithub(options).createDeployment(NEW)).id).toBe(8);
  expect(asked).toEqual([`POST ${DEPLOYMENTS}`, `GET ${DEPLOYMENTS}`, `POST ${DEPLOYMENTS}`]);
});

test('what GitHub refuses for good is not sent again', async () => {
  const refused = { message: 'Conflict merging main into feature' };
  const { options, asked } = host({ ...here, [`POST ${DEPLOYMENTS}`]: [() => json(409, refused)] });
  const { code, text } = await refusal(createGithub(options).createDeployment(NEW));
  expect(code).toBe('PROVIDER_CONFLICT');
  expect(text).toBe(
    'GitHub refused to make a deployment to staging of acme/shop: Conflict merging main into feature (HTTP 409).',
  );
  expect(asked).toEqual([`POST ${DEPLOYMENTS}`]);
});

const FORBIDDEN = { message: 'Resource not accessible by integration' };
test.each([
  [
    'by our own table',
    {},
    'the right deployments: write',
    /^In a job, write it under permissions: deployments: write\./,
  ],
  [
    'by what GitHub accepts',
    { 'x-accepted-github-permissions': 'deployments=write; contents=write' },
    'the right deployments: write',
    /permissions: deployments: write/,
  ],
  [
    'by the scopes of a classic token',
    { 'x-oauth-scopes': 'gist', 'x-accepted-oauth-scopes': 'repo, repo_deployment' },
    'the right deployments: write (scope repo; it has gist)',
    /^Make one with that scope and set it: gh auth refresh -s repo, export GITHUB_TOKEN=/,
  ],
])('a missing right is named, %s', async (_, headers, right, hint) => {
  const { options } = host({ ...here, [`POST ${DEPLOYMENTS}`]: [() => json(403, FORBIDDEN, headers)] });
  const refused = await refusal(createGithub(options).createDeployment(NEW));
  expect(refused.code).toBe('PROVIDER_UNAUTHORIZED');
  expect(refused.text).toBe(
    `The token GITHUB_TOKEN lacks ${right}, which is needed to make a deployment to staging of acme/shop: Resource not accessible by integration.`,
  );
  expect(refused.hint).toMatch(hint);
});

test('a 404 in a repository that is there says both: it is not there, or the right is missing', async () => {
  const { options } = host(here);
  const { code, text } = await refusal(createGithub(options).createDeployment(NEW));
  expect(code).toBe('PROVIDER_NOT_FOUND');
  expect(text).toMatch(/it does not exist, or the token GITHUB_TOKEN lacks the right deployments: write\.$/);
});

test('a repository that is not shown is said to be missing or hidden, and a near name of the owner is offered', async () => {
  const { options } = host({
    'GET /users/acme/repos': [() => json(200, [{ full_name: 'acme/shops' }, { full_name: 'acme/blog' }])],
  });
  for (const call of [
    (own: CodeHost) => own.repository(),
    (own: CodeHost) => own.pullRequest(1),
    (own: CodeHost) => own.createDeployment(NEW),
  ]) {
    const { code, text, hint } = await refusal(call(createGithub(options)));
    expect(code).toBe('PROVIDER_NOT_FOUND');
    expect(text).toBe(
      'GitHub shows no repository acme/shop: it does not exist, or the token GITHUB_TOKEN may not see it.',
    );
    expect(hint).toBe("Did you mean acme/shops? Write github: { repository: 'acme/shops' }");
  }
});

test('a token that GitHub does not know is said by its name', async () => {
  const { options } = host({ [REPO]: [() => json(401, { message: 'Bad credentials' })] });
  const { code, text, hint } = await refusal(createGithub(options).repository());
  expect([code, hint]).toEqual([
    'PROVIDER_UNAUTHORIZED',
    'Set another one: export GITHUB_TOKEN="$(gh auth token)"',
  ]);
  expect(text).toMatch(/^GitHub does not accept the token GITHUB_TOKEN: it is wrong, expired or revoked\./);
});

test('the reading half sends no change, even if one were asked of it', async () => {
  const { options, asked } = host(here);
  const reader = createGithubReader(options);
  expect(Object.keys(reader).filter((name) => name in createGithub(options))).toEqual(Object.keys(reader));
  expect('createDeployment' in reader).toBe(false);
  await reader.repository();
  expect(asked.every((key) => key.startsWith('GET '))).toBe(true);
});

test.each(['pkcs1', 'pkcs8'] as const)(
  'an App is given a token for its repository, with a key in %s, also by the reading half',
  async (type) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    const seen: string[] = [];
    const tokens: string[] = [];
    const { options, asked } = host({
      [REPO]: [(request) => (seen.push(request.headers.get('authorization') ?? ''), json(200, SHOP))],
      'GET /repos/acme/shop/installation': [() => json(200, { id: 4711 })],
      'POST /app/installations/4711/access_tokens': [
        () =>
          json(201, {
            token: TOKEN,
            expires_at: '2036-11-21T11:00:00Z',
            permissions: {},
            repository_selection: 'all',
          }),
      ],
    });
    const credentials = {
      kind: 'app',
      appId: '12345',
      privateKey: new Secret(pem.replaceAll('\n', String.raw`\n`)),
      installationId: null,
      name: 'GLIDEPATH_GITHUB_APP_PRIVATE_KEY',
      onToken: (token: string) => void tokens.push(token),
    } as const;
    const reader = createGithubReader({ ...options, credentials });
    await reader.repository();
    await reader.repository();
    expect(new Set(seen)).toEqual(new Set([`token ${TOKEN}`]));
    expect(new Set(tokens)).toEqual(new Set([TOKEN]));
    expect(asked.filter((key) => key.startsWith('POST'))).toHaveLength(1);
  },
);

test('a comment with a marker by a stranger is left alone, and one of ours is changed', async () => {
  const at = '2026-11-21T10:00:00Z';
  const comment = (id: number, association: string, body: string): unknown => ({
    id,
    body,
    user: { login: 'who', type: 'User' },
    author_association: association,
    created_at: at,
    updated_at: at,
    html_url: `https://github.com/acme/shop/pull/1#issuecomment-${id}`,
  });
  const list = '/repos/acme/shop/issues/1/comments';
  const { options, asked } = host({
    ...here,
    [`GET ${list}`]: [
      () => json(200, [comment(1, 'NONE', '<!-- m --> forged'), comment(2, 'MEMBER', '<!-- m --> ours')]),
    ],
    'PATCH /repos/acme/shop/issues/comments/2': [() => json(200, comment(2, 'MEMBER', '<!-- m -->\nnew'))],
  });
  const written = await createGithub(options).upsertComment(1, '<!-- m -->', 'new');
  expect([written.id, written.body]).toEqual([2, '<!-- m -->\nnew']);
  expect(asked).toEqual([`GET ${list}`, 'PATCH /repos/acme/shop/issues/comments/2']);
});

test('two jobs that both write the comment leave one', async () => {
  const at = '2026-11-21T10:00:00Z';
  const bot = {
    user: { login: 'github-actions[bot]', type: 'Bot' },
    author_association: 'NONE',
    created_at: at,
    updated_at: at,
    html_url: '',
  };
  const list = '/repos/acme/shop/issues/1/comments';
  const other = { ...bot, id: 5, body: '<!-- m -->\nother' };
  const { options, asked } = host({
    ...here,
    [`GET ${list}`]: [
      () => json(200, []),
      () => json(200, [other, { ...bot, id: 6, body: '<!-- m -->\nmine' }]),
    ],
    [`POST ${list}`]: [() => json(201, { ...bot, id: 6, body: '<!-- m -->\nmine' })],
    'DELETE /repos/acme/shop/issues/comments/6': [() => new Response(null, { status: 204 })],
    'PATCH /repos/acme/shop/issues/comments/5': [() => json(200, { ...other, body: '<!-- m -->\nmine' })],
  });
  expect((await createGithub(options).upsertComment(1, '<!-- m -->', 'mine')).id).toBe(5);
  expect(asked.slice(2)).toEqual([
    `GET ${list}`,
    'DELETE /repos/acme/shop/issues/comments/6',
    'PATCH /repos/acme/shop/issues/comments/5',
  ]);
});

test('a GitHub workflow whose start was not answered is not started again', async () => {
  const runs = '/repos/acme/shop/actions/workflows/deploy-staging.yml/runs';
  const start = 'POST /repos/acme/shop/actions/workflows/deploy-staging.yml/dispatches';
  const listed =
    (...ids: number[]) =>
    (): Response =>
      json(200, { total_count: ids.length, workflow_runs: ids.map((id) => ({ id })) });
  const answered = {
    ...here,
    [`GET ${runs}`]: [listed(1), listed(1), listed(1, 2)],
    [start]: [() => json(504, {})],
  };
  const started = host(answered);
  await createGithub(started.options).dispatchWorkflow('deploy-staging.yml', 'refs/heads/main', { a: 'b' });
  expect(started.asked.filter((key) => key === start)).toHaveLength(1);

  const lost = host({ ...answered, [`GET ${runs}`]: [listed(1)] });
  const { code, hint } = await refusal(
    createGithub(lost.options).dispatchWorkflow('deploy-staging.yml', 'main', {}),
  );
  expect([code, hint]).toEqual([
    'PROVIDER_UNREACHABLE',
    'Look before it is started again: gh run list --workflow deploy-staging.yml',
  ]);
  expect(lost.asked.filter((key) => key === start)).toHaveLength(1);
});

test('lists of several pages are read whole, whether they are bare or in an object, and no further than asked', async () => {
  const next = (path: string): Record<string, string> => ({
    link: `<http://github.test/api/v3${path}?page=2>; rel="next", <http://github.test/api/v3${path}?page=2>; rel="last"`,
  });
  const isSecond = (request: Request): boolean => new URL(request.url).searchParams.get('page') === '2';
  const run = (name: string): object => ({
    name,
    status: 'completed',
    conclusion: 'success',
    app: null,
    html_url: null,
  });
  const checks = '/repos/acme/shop/commits/c0ffee/check-runs';
  const { options, asked } = host({
    [`GET ${checks}`]: [
      (request) =>
        isSecond(request)
          ? json(200, { total_count: 2, check_runs: [run('b')] })
          : json(200, { total_count: 2, check_runs: [run('a')] }, next(checks)),
    ],
    [`GET ${DEPLOYMENTS}`]: [
      (request) =>
        isSecond(request)
          ? json(200, [deployment(1, '')])
          : json(200, [deployment(3, '{"a":1}'), deployment(2, 'free text')], next(DEPLOYMENTS)),
    ],
  });
  const reader = createGithubReader(options);
  expect((await reader.checkRuns('c0ffee')).map(({ name }) => name)).toEqual(['a', 'b']);
  const all = await reader.deployments({ limit: 10 });
  expect(all.map(({ id, payload, creator }) => [id, payload, creator])).toEqual([
    [3, { a: 1 }, 'ghost'],
    [2, 'free text', 'ghost'],
    [1, '', 'ghost'],
  ]);
  asked.length = 0;
  expect(await reader.deployments({ limit: 2 })).toHaveLength(2);
  expect(asked).toEqual([`GET ${DEPLOYMENTS}`]);
});

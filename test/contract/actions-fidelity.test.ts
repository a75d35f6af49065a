import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { OidcService } from '../../src/cloud/github/actions/oidc/oidc-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import { ActionsRig, writeInto } from '../support/actions-rig.ts';
import type { Clone } from '../support/github-rig.ts';

let rig: ActionsRig;

anewAfterFailure(async () => (rig = await ActionsRig.openWithActions()));

test('the context github and its variables say the ids, the protection of the ref and the check run of the job', async () => {
  const ask = `on: push
jobs:
  it:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "ids=$GITHUB_REPOSITORY_ID,$GITHUB_REPOSITORY_OWNER_ID,$GITHUB_ACTOR_ID protected=$GITHUB_REF_PROTECTED"
          echo "same=\${{ github.repository_id }},\${{ github.repository_owner_id }},\${{ github.actor_id }} \${{ github.ref_protected }}"
          echo "url=\${{ github.repositoryUrl }} check=\${{ job.check_run_id }}"
`;
  const clone = await rig.project({ 'it.yml': ask });
  const [run] = await rig.ended();
  const { body: repository } = await rig.api('GET', '/repos/acme/shop');
  const { body: actor } = await rig.api('GET', '/user');
  const { body: checks } = await rig.api('GET', `/repos/acme/shop/commits/${run?.head_sha}/check-runs`);
  const log = await rig.log(run?.id ?? 0, 'it');
  const ids = `${repository.id},${repository.owner.id},${actor.id}`;
  expect(log).toContain(`ids=${ids} protected=false`);
  expect(log).toContain(`same=${ids} false`);
  const host = new URL(repository.clone_url).host;
  expect(log).toContain(`url=git://${host}/acme/shop.git check=${checks.check_runs[0].id}`);
  const rules = [{ type: 'non_fast_forward' }];
  const conditions = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } };
  await rig.api('POST', '/repos/acme/shop/rulesets', {
    name: 'main',
    target: 'branch',
    enforcement: 'active',
    conditions,
    rules,
  });
  await clone.commit('a.txt', 'a', 'Second');
  await clone.git('push', '--quiet', 'origin', 'main');
  const second = (await rig.ended()).at(-1);
  expect(await rig.log(second?.id ?? 0, 'it')).toContain(`ids=${ids} protected=true`);
});

test('a run that cannot start says where, why, and what to do', async () => {
  await rig.project(
    {
      'it.yml': 'on: push\njobs:\n  it: { runs-on: ubuntu-latest, container: alpine, steps: [{ run: a }] }\n',
    },
    { name: 'acme/container' },
  );
  const [run] = await rig.ended('acme/container');
  expect(run?.conclusion).toBe('startup_failure');
  expect(rig.actions.context.store.get('runs', run?.id ?? 0).messages).toEqual([
    'WORKFLOW_UNSUPPORTED: .github/workflows/it.yml (line 3, column 33): container of a job is not carried out → Install what the job needs in a step: runners here are processes of this machine.',
  ]);
});

test('checkout brings submodules of the same server with its token, and those within them where that is asked for', async () => {
  const inner = await rig.project({}, { name: 'acme/inner', files: { 'deep.txt': 'deep\n' } });
  const lib = await rig.project({}, { name: 'acme/lib' });
  /** A submodule as a commit has it: an address, and the commit of the other repository. */
  const nest = async (clone: Clone, name: string, other: Clone, url: string): Promise<void> => {
    const sha = (await other.git('rev-parse', 'HEAD')).trim();
    writeInto(clone, '.gitmodules', `[submodule "${name}"]\n\tpath = ${name}\n\turl = ${url}\n`);
    await clone.git('add', '.gitmodules');
    await clone.git('update-index', '--add', '--cacheinfo', `160000,${sha},${name}`);
    await clone.git('commit', '--quiet', '-m', `Add ${name}`);
  };
  await nest(lib, 'inner', inner, 'git@127.0.0.1:acme/inner.git');
  await lib.git('push', '--quiet', 'origin', 'main');
  const app = await rig.project({}, { name: 'acme/app' });
  const job = (wanted: string): string =>
    `{ runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v7, with: { submodules: ${wanted} } }, { run: 'echo "has $(find . -name deep.txt) $(ls lib | wc -l) $(ls -A lib/inner | wc -l)"' }] }`;
  writeInto(
    app,
    '.github/workflows/it.yml',
    `on: push\njobs:\n  all: ${job('recursive')}\n  one: ${job("'true'")}\n  odd: ${job('perhaps')}\n`,
  );
  await app.git('add', '.github');
  await nest(app, 'lib', lib, '../lib.git');
  await app.git('push', '--quiet', 'origin', 'main');
  const run = (await rig.ended('acme/app')).at(-1);
  const log = (name: string): Promise<string> => rig.log(run?.id ?? 0, name, 'acme/app');
  expect(await log('all')).toContain('has ./lib/inner/deep.txt ');
  expect(await log('one')).toMatch(/^has {2}\d+ 0$/mu);
  expect(await log('odd')).toContain('with input submodules: perhaps');
});

describe('id tokens', () => {
  const ASK = `fetch(process.env.ACTIONS_ID_TOKEN_REQUEST_URL + '&audience=sts.example', { headers: { authorization: 'Bearer ' + process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN } }).then((r) => r.json()).then(({ value }) => console.log('jwt=' + value))`;
  const job = (more: string): string =>
    `{ runs-on: ubuntu-latest, ${more}, steps: [{ run: 'echo "url=$ACTIONS_ID_TOKEN_REQUEST_URL"' }, { shell: 'node {0}', if: "env.ACTIONS != 'no'", run: "${ASK}" }] }`;

  /** The claims of a token that a job printed, once its signature was held against the keys of its issuer. */
  async function claimsOf(log: string): Promise<Record<string, string | number>> {
    const [head = '', body = '', signature = ''] = /^jwt=(.+)$/mu.exec(log)?.[1]?.split('.') ?? [];
    const read = (part: string): Record<string, string | number> =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, string | number>;
    const claims = read(body);
    const about = await fetch(`${claims['iss']}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: keysUrl } = (await about.json()) as { issuer: string; jwks_uri: string };
    const { keys } = (await (await fetch(keysUrl)).json()) as { keys: (JsonWebKey & { kid: string })[] };
    const jwk = keys.find(({ kid }) => kid === read(head)['kid']);
    if (jwk === undefined) throw new Error('the key is not listed');
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const isGood = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    expect([issuer, isGood]).toEqual([claims['iss'], true]);
    return claims;
  }

  test('are signed for a job that may write them, and say who it is; others are not even told where', async () => {
    await rig.project(
      {
        'it.yml': `on: push
jobs:
  named: ${job('permissions: { id-token: write }, environment: prod')}
  plain: ${job('permissions: { id-token: write, contents: read }')}
  none: ${job("permissions: { contents: read }, env: { ACTIONS: 'no' }")}
  called: { permissions: { id-token: write }, uses: ./.github/workflows/called.yml }
`,
        'called.yml': `on: workflow_call\njobs:\n  inner: ${job('timeout-minutes: 5')}\n`,
      },
      { name: 'acme/oidc' },
    );
    const [run] = await rig.ended('acme/oidc');
    expect(run?.conclusion).toBe('success');
    const logOf = (name: string): Promise<string> => rig.log(run?.id ?? 0, name, 'acme/oidc');
    const named = await claimsOf(await logOf('named'));
    const server = new URL(String(named['iss'])).origin;
    expect(named).toMatchObject({
      sub: 'repo:acme/oidc:environment:prod',
      aud: 'sts.example',
      iss: `${server}/_services/token`,
      repository: 'acme/oidc',
      repository_owner: 'acme',
      ref: 'refs/heads/main',
      sha: run?.head_sha,
      event_name: 'push',
      environment: 'prod',
      workflow_ref: 'acme/oidc/.github/workflows/it.yml@refs/heads/main',
      job_workflow_ref: 'acme/oidc/.github/workflows/it.yml@refs/heads/main',
      ref_protected: 'false',
      run_attempt: '1',
      run_id: String(run?.id),
      repository_visibility: expect.stringMatching(/^(?:public|private)$/u) as string,
    });
    expect(Number(named['exp']) - Number(named['iat'])).toBe(300);
    expect((await claimsOf(await logOf('plain')))['sub']).toBe('repo:acme/oidc:ref:refs/heads/main');
    const inner = await claimsOf(await logOf('called / inner'));
    expect(inner['job_workflow_ref']).toBe('acme/oidc/.github/workflows/called.yml@refs/heads/main');
    expect(inner['workflow_ref']).toBe('acme/oidc/.github/workflows/it.yml@refs/heads/main');
    expect(await logOf('none')).toContain('\nurl=\n');
    // The jobs are over: what they asked with is worth nothing.
    const late = await fetch(`${server}/_services/token/request?api-version=2.0`, {
      headers: { authorization: 'bearer none' },
    });
    expect(late.status).toBe(401);
  });

  test('are asked for with what ends with the job, of the owner where no audience is said, by a key that stays', async () => {
    const open = (): OidcService =>
      new OidcService({ stateDir: rig.dir, clock: systemClock, baseUrl: 'http://127.0.0.1:1' });
    const service = open();
    const request = service.open({ sub: 'repo:a/b:ref:x', repository_owner: 'a' });
    const ask = (): Promise<Response> =>
      Promise.resolve(
        service.routes().request(request.url, { headers: { authorization: `bearer ${request.token}` } }),
      );
    const { value } = (await (await ask()).json()) as { value: string };
    const claims: unknown = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: 'http://127.0.0.1:1/a', sub: 'repo:a/b:ref:x' });
    service.close(request);
    expect((await ask()).status).toBe(401);
    const keys = async (of: OidcService): Promise<string> =>
      (await of.routes().request('/_services/token/.well-known/jwks')).text();
    expect(await keys(open())).toBe(await keys(service));
  });
});

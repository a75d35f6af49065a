import { readFileSync } from 'node:fs';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readZip } from '../../src/cloud/github/actions/archive/zip.ts';
import { ActionsRig } from '../support/actions-rig.ts';
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

const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

/** A name that no other test has. */
function fresh(): string {
  count += 1;
  return `acme/shop-${count}`;
}

/** Workflow text with what all of them need. */
function workflow(on: string, jobs: string, more = ''): string {
  return `name: It\non: ${on}\n${more}\njobs:\n${jobs.replace(/^(?=.)/gmu, '  ')}\n`;
}

async function only(name: string): Promise<number> {
  const [run] = await rig.ended(name);
  return run?.id ?? 0;
}

test('a push runs the GitHub workflow of the pushed commit, in a clean clone of it', async () => {
  const name = fresh();
  const clone = await rig.project(
    {
      'ci.yml': workflow(
        'push',
        `
test:
  runs-on: ubuntu-latest
  permissions: { contents: read }
  steps:
    - uses: ${CHECKOUT}
      with: { persist-credentials: false }
    - run: cat README.md && git rev-parse HEAD && git status --porcelain --branch && git config --list`,
        'permissions: {}',
      ),
    },
    { name },
  );
  const [run, ...others] = await rig.ended(name);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ name: 'It', conclusion: 'success', event: 'push', run_attempt: 1 });
  const log = await rig.log(run?.id ?? 0, 'test', name);
  expect(log).toContain('# Shop');
  expect(log).toContain(await clone.git('rev-parse', 'HEAD'));
  expect(log).toContain('## main');
  expect(log).not.toContain('AUTHORIZATION');
  const { body } = await rig.api('GET', `/repos/${name}/commits/${run?.head_sha}/check-runs`);
  expect(body.check_runs).toMatchObject([
    { name: 'test', status: 'completed', conclusion: 'success', app: { slug: 'github-actions' } },
  ]);
});

test('the token of a job may do what its permissions say, and is nobody after its end', async () => {
  const name = fresh();
  const step = (what: string, url: string) =>
    `    - run: |
        echo "${what} $(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $T" ${url})"\n      env: { T: "\${{ secrets.GITHUB_TOKEN }}" }`;
  const api = '$GITHUB_API_URL/repos/$GITHUB_REPOSITORY';
  const post = (path: string) => `-X POST -d '{"title":"x"}' ${api}/${path}`;
  await rig.project(
    {
      'ci.yml': workflow(
        'push',
        `
narrow:
  runs-on: ubuntu-latest
  permissions: { issues: write }
  steps:
${step('contents', `${api}/contents/README.md`)}
${step('issues', post('issues'))}
none:
  runs-on: ubuntu-latest
  permissions: {}
  steps:
${step('issues', post('issues'))}
    - run: echo "\${{ github.token }}" > ${rig.dir}/token-of-job`,
      ),
    },
    { name, settings: { private: true } },
  );
  const run = await only(name);
  expect(await rig.log(run, 'narrow', name)).toMatch(/contents 40[34][\s\S]*issues 201/u);
  expect(await rig.log(run, 'none', name)).toContain('issues 403');
  const token = readFileSync(`${rig.dir}/token-of-job`, 'utf8').trim();
  expect(token).toMatch(/^ghs_/u);
  expect((await rig.api('GET', `/repos/${name}`, undefined, token)).status).toBe(401);
});

describe('jobs', () => {
  test('need one another, hand on outputs, and drop those that hold a secret', async () => {
    const name = fresh();
    await rig.project(
      {
        'ci.yml': workflow(
          'push',
          `
first:
  runs-on: ubuntu-latest
  outputs:
    fine: \${{ steps.s.outputs.fine }}
    secret: \${{ steps.s.outputs.secret }}
  steps:
    - id: s
      run: |
        echo "::add-mask::hidden-value"
        echo fine=yes >> "$GITHUB_OUTPUT"; echo secret=hidden-value >> "$GITHUB_OUTPUT"
second:
  needs: first
  runs-on: ubuntu-latest
  steps:
    - run: echo "got '\${{ needs.first.outputs.fine }}' and '\${{ needs.first.outputs.secret }}'"
no:
  needs: second
  if: needs.first.outputs.fine == 'no'
  runs-on: ubuntu-latest
  steps: [{ run: exit 1 }]
gate:
  name: CI gate
  if: always()
  needs: [first, second, no]
  runs-on: ubuntu-latest
  steps:
    - run: echo "\${{ join(needs.*.result, ' ') }}"`,
        ),
      },
      { name },
    );
    const run = await only(name);
    expect(await rig.conclusions(run, name)).toEqual({
      first: 'success',
      second: 'success',
      no: 'skipped',
      'CI gate': 'success',
    });
    expect(await rig.log(run, 'second', name)).toContain("got 'yes' and ''");
    expect(await rig.log(run, 'CI gate', name)).toMatch(
      /success success skipped|success skipped success|skipped success success/u,
    );
  });

  test('are multiplied by a matrix, of which fail-fast cancels the rest', async () => {
    const name = fresh();
    await rig.project(
      {
        'ci.yml': workflow(
          'push',
          `
all:
  strategy:
    fail-fast: false
    matrix:
      node: [1, 2]
      include: [{ node: 3, extra: more }]
  runs-on: ubuntu-latest
  steps:
    - run: echo "node \${{ matrix.node }} \${{ matrix.extra }}"; test \${{ matrix.node }} != 2
fast:
  strategy: { matrix: { n: [1, 2] } }
  runs-on: ubuntu-latest
  steps:
    - run: test \${{ matrix.n }} = 2 || exit 1; for i in $(seq 600); do sleep 0.05; done`,
        ),
      },
      { name },
    );
    const run = await only(name);
    expect(await rig.conclusions(run, name)).toEqual({
      'all (1)': 'success',
      'all (2)': 'failure',
      'all (3, more)': 'success',
      'fast (1)': 'failure',
      'fast (2)': 'cancelled',
    });
    expect(await rig.log(run, 'all (3, more)', name)).toContain('node 3 more');
  });

  test('call another GitHub workflow, with inputs, secrets and outputs', async () => {
    const name = fresh();
    await rig.control('PUT', '/repositories', { repository: name });
    const { data: key } = await octokit.actions.getRepoPublicKey({
      owner: 'acme',
      repo: name.split('/')[1] ?? '',
    });
    await octokit.actions.createOrUpdateRepoSecret({
      owner: 'acme',
      repo: name.split('/')[1] ?? '',
      secret_name: 'DEPLOY_KEY',
      encrypted_value: await rig.github.context.secretBox.seal('open-sesame'),
      key_id: key.key_id,
    });
    await rig.project(
      {
        'ci.yml': workflow(
          '{ workflow_call: { inputs: { level: { type: number, required: true } }, secrets: { KEY: { required: true } }, outputs: { answer: { value: "${{ jobs.inner.outputs.answer }}" } } } }',
          `
inner:
  runs-on: ubuntu-latest
  outputs: { answer: "\${{ steps.a.outputs.answer }}" }
  steps:
    - id: a
      env: { KEY: "\${{ secrets.KEY }}", OTHER: "\${{ secrets.DEPLOY_KEY }}" }
      run: |
        echo "level \${{ inputs.level + 1 }} \${{ github.workflow }} key \${#KEY} other '$OTHER'"
        echo "answer=41" >> "$GITHUB_OUTPUT"`.replace('${{ inputs.level + 1 }}', '${{ inputs.level }}'),
        ),
        'deploy.yml': workflow(
          'push',
          `
ci:
  uses: ./.github/workflows/ci.yml
  with: { level: 3 }
  secrets: { KEY: "\${{ secrets.DEPLOY_KEY }}" }
after:
  needs: ci
  runs-on: ubuntu-latest
  steps: [{ run: "echo answer \${{ needs.ci.outputs.answer }}" }]`,
        ),
      },
      { name },
    );
    const run = await only(name);
    expect(await rig.conclusions(run, name)).toEqual({ 'ci / inner': 'success', after: 'success' });
    expect(await rig.log(run, 'ci / inner', name)).toContain("level 3 It key 11 other ''");
    expect(await rig.log(run, 'after', name)).toContain('answer 41');
  });
});

test('what cannot be read, or is not carried out, fails at its start with all that is wrong', async () => {
  const name = fresh();
  await rig.project(
    {
      'broken.yml': 'on: push\njobs: { a: { runs-on: ubuntu-latest, stepz: [] } }\n',
      'container.yml': workflow(
        'push',
        'a:\n  runs-on: ubuntu-latest\n  container: node:24\n  steps: [{ run: "true" }]',
      ),
    },
    { name },
  );
  const runs = await rig.ended(name);
  expect(runs.map(({ conclusion }) => conclusion)).toEqual(['startup_failure', 'startup_failure']);
  const messages = rig.actions.context.store
    .all('runs')
    .filter((run) => run.title.startsWith('.github') && runs.some(({ id }) => id === run.id))
    .flatMap((run) => run.messages);
  expect(messages.join('\n')).toContain('WORKFLOW_INVALID');
  expect(messages.join('\n')).toContain('WORKFLOW_UNSUPPORTED');
});

describe('again', () => {
  test('what failed is run once more with the outputs of what did not, and all of it from the beginning', async () => {
    const name = fresh();
    await rig.project(
      {
        'ci.yml': workflow(
          'push',
          `
good:
  runs-on: ubuntu-latest
  outputs: { at: "\${{ steps.a.outputs.at }}" }
  steps: [{ id: a, run: 'echo "at=\${{ github.run_attempt }}" >> "$GITHUB_OUTPUT"' }]
flaky:
  needs: good
  runs-on: ubuntu-latest
  steps: [{ run: 'echo "attempt $GITHUB_RUN_ATTEMPT of \${{ needs.good.outputs.at }}"; test $GITHUB_RUN_ATTEMPT != 1' }]`,
        ),
      },
      { name },
    );
    const [owner, repo] = name.split('/') as [string, string];
    const [first] = await rig.ended(name);
    const run_id = first?.id ?? 0;
    expect(first?.conclusion).toBe('failure');
    await octokit.actions.reRunWorkflowFailedJobs({ owner, repo, run_id });
    const [second] = await rig.ended(name);
    expect(second).toMatchObject({ id: run_id, conclusion: 'success', run_attempt: 2 });
    const jobs = await rig.jobs(run_id, name);
    expect(jobs.map((job) => [job.name, job.run_attempt])).toEqual([
      ['good', 1],
      ['flaky', 2],
    ]);
    expect(await rig.log(run_id, 'flaky', name)).toContain('attempt 2 of 1');
    const earlier = await octokit.actions.getWorkflowRunAttempt({ owner, repo, run_id, attempt_number: 1 });
    expect(earlier.data.conclusion).toBe('failure');
    await octokit.actions.reRunWorkflow({ owner, repo, run_id });
    await rig.ended(name);
    expect((await rig.jobs(run_id, name)).map((job) => job.run_attempt)).toEqual([3, 3]);
    const { data: logs } = await octokit.actions.downloadWorkflowRunLogs({ owner, repo, run_id });
    const files = readZip(Buffer.from(logs as ArrayBuffer)).map((file) => file.name);
    expect(files).toContain('0_good.txt');
    expect(files).toContain('good/1_Set up job.txt');
  });
});

test('artifacts of a run are listed, downloaded and removed over the API', async () => {
  const name = fresh();
  const [owner, repo] = name.split('/') as [string, string];
  await rig.project(
    {
      'it.yml': workflow(
        'push',
        `
a:
  runs-on: ubuntu-latest
  steps:
    - run: echo hello > out.txt
    - { uses: actions/upload-artifact@v7, with: { name: out, path: out.txt } }
b:
  needs: a
  runs-on: ubuntu-latest
  steps:
    - { uses: actions/download-artifact@v8, with: { name: out } }
    - run: cat out.txt`,
      ),
    },
    { name },
  );
  const run_id = await only(name);
  expect(await rig.log(run_id, 'b', name)).toContain('hello');
  const { data } = await octokit.actions.listWorkflowRunArtifacts({ owner, repo, run_id });
  expect(data).toMatchObject({ total_count: 1, artifacts: [{ name: 'out', expired: false }] });
  const artifact_id = data.artifacts[0]?.id ?? 0;
  const zip = await octokit.actions.downloadArtifact({ owner, repo, artifact_id, archive_format: 'zip' });
  expect(readZip(Buffer.from(zip.data as ArrayBuffer))).toMatchObject([{ name: 'out.txt' }]);
  await octokit.actions.deleteArtifact({ owner, repo, artifact_id });
  expect((await octokit.actions.listArtifactsForRepo({ owner, repo })).data.total_count).toBe(0);
});

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
  return { name: `acme/start-${count}`, owner: 'acme', repo: `start-${count}` };
}

const quiet = (): void => undefined;
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function clientOf(auth: string): Octokit {
  return new Octokit({ auth, baseUrl: `${rig.baseUrl}/api/v3`, log: SILENT });
}

describe('by hand', () => {
  const OPERATE = `
on:
  workflow_dispatch:
    inputs:
      what: { type: choice, options: [deploy, rollback], required: true }
      sure: { type: boolean, default: false }
jobs:
  it:
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "\${{ inputs.what }} \${{ inputs.sure && 1 || 0 }} $GITHUB_REF by $GITHUB_ACTOR"' }]
`;

  test('a GitHub workflow is started at a branch, with inputs that are checked', async () => {
    const { name, owner, repo } = fresh();
    await rig.project({ 'ops.yml': OPERATE }, { name });
    const at = { owner, repo, workflow_id: 'ops.yml', ref: 'main' };
    const client = clientOf(ADMIN_TOKEN);
    await expect(
      client.actions.createWorkflowDispatch({ ...at, inputs: { what: 'destroy' } }),
    ).rejects.toThrow('not in the list of allowed values');
    await expect(client.actions.createWorkflowDispatch({ ...at, inputs: { other: 'x' } })).rejects.toThrow(
      'Unexpected inputs',
    );
    const started = await rig.api('POST', `/repos/${name}/actions/workflows/ops.yml/dispatches`, {
      ref: 'main',
      inputs: { what: 'deploy', sure: true },
      return_run_details: true,
    });
    expect(started.status).toBe(200);
    const run = started.body.workflow_run_id as number;
    await rig.ended(name);
    expect(await rig.log(run, 'it', name)).toContain('deploy 1 refs/heads/main by glidepath');
    const plain = await octokit.actions.createWorkflowDispatch({ ...at, inputs: { what: 'rollback' } });
    expect(plain.status).toBe(204);
    const { data } = await octokit.actions.listRepoWorkflows({ owner, repo });
    expect(data.workflows).toMatchObject([{ path: '.github/workflows/ops.yml', state: 'active' }]);
    await octokit.actions.disableWorkflow({ owner, repo, workflow_id: 'ops.yml' });
    await expect(
      client.actions.createWorkflowDispatch({ ...at, inputs: { what: 'deploy' } }),
    ).rejects.toThrow('disabled');
  });

  test('a schedule fires when it is told to, on the default branch', async () => {
    const { name } = fresh();
    await rig.project(
      {
        'nightly.yml': `
on: { schedule: [{ cron: "0 3 * * *" }] }
jobs: { it: { runs-on: ubuntu-latest, steps: [{ run: 'echo "\${{ github.event.schedule }} $GITHUB_REF"' }] } }`,
      },
      { name },
    );
    const { runs } = await rig.control('POST', '/actions/schedule', { repository: name });
    const [run] = await rig.ended(name);
    expect([run?.id]).toEqual(runs);
    expect(run).toMatchObject({ event: 'schedule', conclusion: 'success' });
    expect(await rig.log(run?.id ?? 0, 'it', name)).toContain('0 3 * * * refs/heads/main');
  });
});

test('a GitHub workflow follows another by workflow_run, on the default branch', async () => {
  const { name } = fresh();
  const clone = await rig.project(
    {
      'ci.yml': 'name: CI\non: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: exit 0 }] } }\n',
      'after.yml': `
on: { workflow_run: { workflows: [CI], types: [completed] } }
jobs: { b: { runs-on: ubuntu-latest, steps: [{ run: 'echo "\${{ github.event.workflow_run.head_branch }} $GITHUB_REF"' }] } }
`,
    },
    { name },
  );
  await until(async () => (await rig.ended(name)).length === 2);
  await clone.git('push', '--quiet', 'origin', 'main:feature');
  await until(async () => (await rig.ended(name)).length === 4);
  const after = (await rig.runs(name)).filter(({ event }) => event === 'workflow_run');
  expect(await rig.log(after[1]?.id ?? 0, 'b', name)).toContain('feature refs/heads/main');
});

test('what a job does with its own token starts nothing, except by dispatch', async () => {
  const { name } = fresh();
  await rig.project(
    {
      'push.yml': `
on: { push: { branches: [main] } }
permissions: { contents: write, actions: write }
jobs:
  it:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - run: git push origin HEAD:refs/heads/by-job
      - run: >-
          curl -sf -X POST -H "Authorization: Bearer $T" -d '{"ref":"main"}'
          "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/workflows/hand.yml/dispatches"
        env: { T: "\${{ github.token }}" }
`,
      'other.yml':
        'on: { push: { branches: [by-job] } }\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: exit 0 }] } }\n',
      'hand.yml':
        'on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: exit 0 }] } }\n',
    },
    { name },
  );
  await until(async () => (await rig.ended(name)).length === 2);
  expect((await rig.runs(name)).map(({ event, conclusion }) => [event, conclusion])).toEqual([
    ['push', 'success'],
    ['workflow_dispatch', 'success'],
  ]);
  expect((await rig.api('GET', `/repos/${name}/git/ref/heads/by-job`)).status).toBe(200);
});

test('everything that happens is told live, a line each, from where one was', async () => {
  const { name } = fresh();
  const ending = new AbortController();
  const response = await fetch(`${rig.baseUrl}/_glidepath/github/actions/events`, { signal: ending.signal });
  const items: {
    kind: string;
    text?: string;
    repository?: string;
    event?: string;
    ref?: string;
    sha?: string;
    about?: string | null;
    verdicts?: { path: string; why: string }[];
  }[] = [];
  const reading = (async () => {
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      items.push(...lines.map((line) => JSON.parse(line)));
    }
  })().catch(() => undefined);
  const clone = await rig.project(
    {
      'a.yml': 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: echo live-line }] } }\n',
      'b.yml':
        'on: { push: { tags: ["v*"] } }\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: exit 0 }] } }\n',
    },
    { name },
  );
  await rig.ended(name);
  await until(async () => items.some((item) => item.kind === 'log' && item.text === 'live-line'));
  const event = items.find((item) => item.kind === 'event' && item.repository === name);
  expect(event?.verdicts?.find(({ path }) => path.endsWith('b.yml'))?.why).toContain(
    'listens to pushes of tags only',
  );
  await clone.git('checkout', '--quiet', '-b', 'typo');
  const head = await clone.commit('b', 'x');
  await clone.git('push', '--quiet', 'origin', 'typo');
  await rig.api('POST', `/repos/${name}/pulls`, { title: 'Typo', head: 'typo', base: 'main' });
  const opened = (): (typeof items)[number] | undefined =>
    items.find((item) => item.event === 'pull_request');
  await until(async () => opened() !== undefined);
  expect(opened()).toMatchObject({ ref: 'refs/pull/1/merge', sha: head, about: '#1 typo → main' });
  expect(event).toMatchObject({ ref: 'refs/heads/main', about: null });
  // What is gone is told by its own name, although its runs would be of the default branch.
  await clone.git('push', '--quiet', 'origin', ':typo');
  await until(async () => items.some(({ event: word, sha }) => word === 'push' && /^0+$/.test(sha ?? '')));
  expect(items.findLast((item) => item.event === 'push')).toMatchObject({ ref: 'refs/heads/typo' });
  expect(new Set(items.map(({ kind }) => kind))).toEqual(
    new Set(['here', 'event', 'run', 'job', 'step', 'log']),
  );
  ending.abort();
  await reading;
});

import { existsSync } from 'node:fs';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActionsRig, writeInto } from '../support/actions-rig.ts';
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

/** A name that no other test has. */
function fresh(): string {
  count += 1;
  return `acme/turn-${count}`;
}

/** Workflow text with what all of them need. */
function workflow(on: string, jobs: string, more = ''): string {
  return `name: It\non: ${on}\n${more}\njobs:\n${jobs.replace(/^(?=.)/gmu, '  ')}\n`;
}

describe('concurrency', () => {
  const jobs = (name: string) => `
work:
  runs-on: ubuntu-latest
  steps:
    - run: touch ${rig.dir}/${name}-$GITHUB_RUN_NUMBER; trap 'exit 9' INT; while [ ! -e ${rig.dir}/${name}-go-$GITHUB_RUN_NUMBER ]; do sleep 0.05; done`;
  const go = (name: string, number: number) =>
    writeInto({ dir: rig.dir } as never, `${name}-go-${number}`, '');

  test('one runs, one waits, and the one that waited is cancelled by a newer one', async () => {
    const name = fresh();
    const key = name.replace('/', '-');
    const clone = await rig.project(
      { 'it.yml': workflow('push', jobs(key), 'concurrency: { group: "deploy" }') },
      { name },
    );
    for (const number of [1, 2]) {
      await clone.commit('a', String(number));
      await clone.git('push', '--quiet', 'origin', 'main');
      await until(async () => (await rig.runs(name)).length === number + 1);
    }
    await until(async () => (await rig.runs(name))[0]?.status === 'in_progress');
    expect((await rig.runs(name)).map(({ status, conclusion }) => conclusion ?? status)).toEqual([
      'in_progress',
      'cancelled',
      'pending',
    ]);
    go(key, 1);
    go(key, 3);
    expect((await rig.ended(name)).map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'cancelled',
      'success',
    ]);
  });

  test('cancel-in-progress ends the one that runs', async () => {
    const name = fresh();
    const key = name.replace('/', '-');
    const clone = await rig.project(
      { 'it.yml': workflow('push', jobs(key), 'concurrency: { group: "g", cancel-in-progress: true }') },
      { name },
    );
    await until(async () => (await rig.runs(name))[0]?.status === 'in_progress');
    await until(
      async () => (await rig.jobs((await rig.runs(name))[0]?.id ?? 0, name))[0]?.steps.length === 2,
    );
    go(key, 2);
    await clone.commit('a', '1');
    await clone.git('push', '--quiet', 'origin', 'main');
    await until(async () => (await rig.runs(name)).length === 2);
    expect((await rig.ended(name)).map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'success']);
  });
});

test('a run is cancelled over the API: what runs gets INT, always() still runs, the rest does not', async () => {
  const name = fresh();
  await rig.project(
    {
      'it.yml': workflow(
        'push',
        `
long:
  runs-on: ubuntu-latest
  steps:
    - run: trap 'echo got INT; exit 1' INT; touch ${rig.dir}/long-runs; for i in $(seq 600); do sleep 0.05; done
    - run: echo "cleans up"
      if: always()
next:
  needs: long
  runs-on: ubuntu-latest
  steps: [{ run: exit 0 }]
last:
  needs: long
  if: always()
  runs-on: ubuntu-latest
  steps: [{ run: "echo \${{ needs.long.result }}" }]`,
      ),
    },
    { name },
  );
  await until(async () => existsSync(`${rig.dir}/long-runs`));
  const [run] = await rig.runs(name);
  const [owner, repo] = name.split('/') as [string, string];
  await octokit.actions.cancelWorkflowRun({ owner, repo, run_id: run?.id ?? 0 });
  const [ended] = await rig.ended(name);
  expect(ended?.conclusion).toBe('cancelled');
  expect(await rig.conclusions(run?.id ?? 0, name)).toEqual({
    long: 'cancelled',
    next: 'skipped',
    last: 'success',
  });
  const log = await rig.log(run?.id ?? 0, 'long', name);
  expect(log).toContain('got INT');
  expect(log).toContain('cleans up');
  expect(await rig.log(run?.id ?? 0, 'last', name)).toContain('cancelled');
  await expect(octokit.actions.cancelWorkflowRun({ owner, repo, run_id: run?.id ?? 0 })).rejects.toThrow(
    'completed',
  );
});

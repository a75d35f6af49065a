import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askCloud } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { launchCloud } from '../../src/cloud/control/launch.ts';
import { stopCloud } from '../../src/cloud/control/stop.ts';
import { processesWithEnv } from '../../src/cloud/machines/process-table.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { Clone } from '../support/github-rig.ts';
import { writeInto } from '../support/actions-rig.ts';

let dir: string;
let stateDir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-kill-'));
  stateDir = join(dir, 'cloud');
});
afterEach(async () => {
  await stopCloud(stateDir).catch(() => undefined);
  rmSync(dir, { recursive: true, force: true });
});

interface Seen {
  readonly runs: readonly {
    readonly id: number;
    readonly status: string;
    readonly conclusion: string | null;
  }[];
  readonly jobs: readonly {
    readonly name: string;
    readonly status: string;
    readonly conclusion: string | null;
  }[];
}

async function look(cloud: CloudInfo): Promise<Seen> {
  const get = async (path: string): Promise<Record<string, never[]>> => {
    const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/api/v3/repos/acme/shop${path}`, {
      headers: { authorization: `Bearer ${cloud.token}` },
    });
    return (await response.json()) as Record<string, never[]>;
  };
  const runs = (await get('/actions/runs'))['workflow_runs'] as unknown as Seen['runs'];
  const jobs = [];
  for (const { id } of runs)
    jobs.push(...((await get(`/actions/runs/${id}/jobs`))['jobs'] as unknown as Seen['jobs']));
  return { runs, jobs };
}

async function push(cloud: CloudInfo, workflow: string): Promise<void> {
  await askCloud(cloud, 'PUT', '/github/repositories', { repository: 'acme/shop' });
  const clone = new Clone(mkdtempSync(join(dir, 'clone-')));
  await clone.git('init', '--quiet', '--initial-branch=main');
  await clone.git(
    'remote',
    'add',
    'origin',
    `http://x:${cloud.token}@127.0.0.1:${cloud.apiPort}/acme/shop.git`,
  );
  writeInto(clone, '.github/workflows/it.yml', workflow);
  await clone.commit('README.md', '# Shop\n');
  await clone.git('push', '--quiet', 'origin', 'main');
}

test('after a kill -9 the job that ran has failed and left nothing, the one that waited runs, and always() after it', async () => {
  const cloud = await launchCloud({ stateDir, port: 0, edgePort: 0, machines: 'process' });
  await askCloud(cloud, 'PUT', '/github/actions/settings', { parallelJobs: 1 });
  await push(
    cloud,
    `
on: push
jobs:
  runs:
    runs-on: ubuntu-latest
    steps: [{ run: 'env | grep ^HOME= > ${dir}/home; touch ${dir}/runs; (sleep 300 &) ; sleep 301' }]
  waits:
    runs-on: ubuntu-latest
    steps: [{ run: 'touch ${dir}/waited' }]
  after:
    needs: runs
    if: always()
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "\${{ needs.runs.result }}" > ${dir}/after' }]
`,
  );
  await until(() => Promise.resolve(existsSync(join(dir, 'runs'))));
  const jobsDir = join(stateDir, 'github', 'actions', 'jobs');
  const [job = ''] = readdirSync(jobsDir);
  const home = `HOME=${join(jobsDir, job, 'home')}`;
  await until(() => Promise.resolve(processesWithEnv([home]).length > 1));
  process.kill(cloud.pid, 'SIGKILL');
  await until(() => Promise.resolve(!existsSync(`/proc/${cloud.pid}`)));
  const again = await launchCloud({ stateDir, port: cloud.apiPort, edgePort: 0, machines: 'process' });
  await until(async () => (await look(again)).runs.every(({ status }) => status === 'completed'));
  const { runs, jobs } = await look(again);
  expect(runs).toMatchObject([{ conclusion: 'failure' }]);
  expect(Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion]))).toEqual({
    runs: 'failure',
    waits: 'success',
    after: 'success',
  });
  // What was killed is there until it gets its turn to end.
  await until(() => Promise.resolve(processesWithEnv([home]).length === 0));
  expect(readdirSync(jobsDir)).toEqual([]);
  expect(existsSync(join(dir, 'waited'))).toBe(true);
});

test('a cloud that is stopped ends what runs, and says so', async () => {
  const cloud = await launchCloud({ stateDir, port: 0, edgePort: 0, machines: 'process' });
  await push(
    cloud,
    `on: push\njobs: { it: { runs-on: ubuntu-latest, steps: [{ run: 'touch ${dir}/runs; sleep 300' }] } }\n`,
  );
  await until(() => Promise.resolve(existsSync(join(dir, 'runs'))));
  await stopCloud(stateDir);
  expect(processesWithEnv([`GLIDEPATH_CLOUD=${stateDir}`])).toEqual([]);
  const again = await launchCloud({ stateDir, port: 0, edgePort: 0, machines: 'process' });
  const { jobs } = await look(again);
  expect(jobs).toMatchObject([{ name: 'it', status: 'completed', conclusion: 'cancelled' }]);
});

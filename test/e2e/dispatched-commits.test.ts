import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCloud } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER } from '../support/tiny-project.ts';

const CONFIG = `
import { check, checks, defineProject, flyApp, generic, manual, passed, push } from 'glidepath';

export default defineProject({
  name: 'tiny',
  github: { repository: 'acme/tiny', mainBranch: 'main' },
  apps: {
    web: flyApp({
      stack: generic({ build: [], include: ['server.mjs'] }),
      command: ['node', 'server.mjs'],
      port: 8080,
      health: { path: '/health', interval: '1s', within: '60s' },
    }),
  },
  environments: {
    staging: { on: push('main'), gates: [checks()], fly: { org: 'tiny-staging', token: 'FLY_API_TOKEN_STAGING' }, regions: ['iad'], sleep: 'never' },
    production: { on: manual(), gates: [passed('staging')], fly: { org: 'tiny-production', token: 'FLY_API_TOKEN_PRODUCTION' }, regions: ['iad'], sleep: 'never' },
  },
  ci: { checks: { lint: check('node --check server.mjs') } },
});
`;

/** Looks at a run or at a job. */
const LOOK_MS = 200;
/** Longer than any test here may take: a run of five jobs takes what a loaded machine gives it. */
const RUN_LOOKS_MAX = 3_000;

interface Run {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
}

let rig: ProjectRig;
let cloud: CloudInfo;
/** What the config of the commits below writes wherever it is loaded: the job, and whether it got the token. */
let seen: string;
/** The commit that staging has had first. */
let first: string;

/** Answers for every job as if all was well, and takes the token along. */
function forged(): string {
  return `
import { appendFileSync } from 'node:fs';
const { GITHUB_JOB: job, GITHUB_OUTPUT: output, FLY_API_TOKEN_PRODUCTION: token } = process.env;
appendFileSync(${JSON.stringify(seen)}, job + (token ? ' has the token' : '') + '\\n');
if (job === 'changes') appendFileSync(output, 'needed=false\\nchecks=[]\\n');
if (job === 'gates') appendFileSync(output, 'approved=true\\n');
process.exit(0);
`;
}

beforeAll(async () => {
  rig = await projectRig({
    'glidepath.config.ts': CONFIG,
    'server.mjs': GOOD_SERVER,
    '.gitignore': '.glidepath\n',
  });
  seen = join(rig.dir, '.git', 'seen');
  expect((await rig.run('generate')).code).toBe(0);
  first = await rig.commit('Generated files');
  await rig.cloudUp();
  const pushed = await rig.run('rehearse', 'push', 'main');
  expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
  const found = await readCloud(join(rig.dir, '.glidepath', 'cloud'));
  if (found === null) throw new Error('no cloud');
  cloud = found;
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach(() => rmSync(seen, { force: true }));

function origin(): string {
  return `http://x-access-token:${cloud.token}@127.0.0.1:${cloud.apiPort}/acme/tiny.git`;
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/api/v3/repos/acme/tiny${path}`, {
    method,
    headers: { authorization: `token ${cloud.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? null : await response.json()) as T;
}

/** Starts deploy-production.yml by hand at main, and waits until it has ended: how, and each of its jobs. */
async function dispatched(
  inputs: Readonly<Record<string, string>>,
): Promise<{ readonly run: Run; readonly jobs: Readonly<Record<string, string>> }> {
  const path = '/actions/workflows/deploy-production.yml';
  const before = (await api<{ workflow_runs: Run[] }>('GET', `${path}/runs`)).workflow_runs.length;
  await api('POST', `${path}/dispatches`, { ref: 'main', inputs });
  for (let look = 0; look < RUN_LOOKS_MAX; look++) {
    const { workflow_runs: runs } = await api<{ workflow_runs: Run[] }>('GET', `${path}/runs`);
    const [run] = runs;
    if (runs.length > before && run?.status === 'completed') {
      const { jobs } = await api<{ jobs: { name: string; conclusion: string }[] }>(
        'GET',
        `/actions/runs/${run.id}/jobs?per_page=100`,
      );
      return { run, jobs: Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion])) };
    }
    await delay(LOOK_MS);
  }
  throw new Error('the run did not end');
}

/** The jobs in which the config of such a commit was loaded. */
function loadedIn(): string {
  return existsSync(seen) ? readFileSync(seen, 'utf8') : '';
}

test('a commit that nobody has merged is refused before anything of it runs', async () => {
  await rig.git('checkout', '--quiet', '-B', 'aside', 'main');
  rig.write('glidepath.config.ts', forged());
  const sha = await rig.commit('Take the token');
  await rig.git('push', '--quiet', '--force', origin(), 'HEAD:refs/heads/aside');
  await rig.git('checkout', '--quiet', '--force', 'main');
  for (const ref of [sha, 'origin/aside', 'aside', '--help', 'f'.repeat(40)]) {
    const { run, jobs } = await dispatched({ ref, confirm: 'production' });
    expect(loadedIn(), ref).toBe('');
    expect(run.conclusion, ref).toBe('failure');
    expect(jobs, ref).toMatchObject({ Commit: 'failure', Gates: 'skipped', Deploy: 'skipped' });
  }
});

test('a commit that was merged with others runs none of its own config where there is a secret or a gate', async () => {
  rig.write('glidepath.config.ts', forged());
  const sha = await rig.commit('Take the token');
  rig.write('glidepath.config.ts', CONFIG);
  await rig.commit('As it was');
  const pushed = await rig.run('rehearse', 'push', 'main');
  expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
  rmSync(seen, { force: true });
  const { run, jobs } = await dispatched({ ref: sha, confirm: 'production' });
  expect(loadedIn()).not.toMatch(/gates|deploy|token/);
  expect(jobs).toMatchObject({ Commit: 'success', Gates: 'failure', Deploy: 'skipped' });
  expect(run.conclusion).toBe('failure');
});

test('an earlier commit of the main branch is deployed by hand, when its name is typed', async () => {
  const unconfirmed = await dispatched({ ref: first });
  expect(unconfirmed.jobs).toMatchObject({ Commit: 'success', Gates: 'failure', Deploy: 'skipped' });
  const { run, jobs } = await dispatched({ ref: first, confirm: 'production' });
  expect(run.conclusion, JSON.stringify(jobs)).toBe('success');
  expect(jobs).toMatchObject({ Commit: 'success', Gates: 'success', Deploy: 'success' });
});

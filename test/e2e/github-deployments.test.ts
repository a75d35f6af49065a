import { describe, expect, test } from 'vitest';
import { Gate } from '../support/gate.ts';
import {
  FLY_TOKENS,
  githubJobs,
  type GithubJobs,
  type JobOptions,
  type JobResult,
} from '../support/github-job.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';

const SECRET = 'planted-session-key-Tr92mN';
/** Prints its secret, as apps do that are being looked into. */
const TELLTALE_SERVER = `console.log('key is ' + process.env.SESSION_KEY);\n${GOOD_SERVER}`;

/** What the runner shows of a job: the commands by which it is told of a value are not among it. */
function withoutMasks({ stdout, stderr, summary, outputs }: JobResult): object {
  const shown = (text: string): string => text.replaceAll(/^::add-mask::.*\n/gm, '');
  return { stdout: shown(stdout), stderr: shown(stderr), summary, outputs };
}

interface PlatformMachine {
  readonly id: string;
  readonly state: string;
  readonly image_ref: { readonly digest: string };
}

/** What runs in staging, by the platform; null where that was asked too often. */
async function seenMachines({ cloud }: GithubJobs): Promise<{ id: string; digest: string }[] | null> {
  const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/v1/apps/tiny-staging/machines`, {
    headers: { authorization: `Bearer ${FLY_TOKENS.FLY_API_TOKEN_STAGING}` },
  });
  if (response.status === 429) return null;
  const machines = (await response.json()) as PlatformMachine[];
  return machines
    .filter(({ state }) => state !== 'destroyed')
    .map(({ id, image_ref }) => ({ id, digest: image_ref.digest }));
}

async function machinesOf(jobs: GithubJobs): Promise<{ id: string; digest: string }[]> {
  for (;;) {
    const seen = await seenMachines(jobs);
    if (seen !== null) return seen;
  }
}

const digestsIn = (machines: readonly { digest: string }[]): number =>
  new Set(machines.map(({ digest }) => digest)).size;
const release = (server: string, comment: string): string => `${server}\n// ${comment}\n`;
const deploy = { args: ['deploy', 'staging'] } as const;

async function newCommit(
  home: ProjectRig,
  jobs: GithubJobs,
  server: string,
  message: string,
): Promise<string> {
  home.write('server.mjs', release(server, message));
  const sha = await home.commit(message);
  await jobs.push();
  return sha;
}

describe('a deployment in a job of GitHub Actions', () => {
  test('is told of on GitHub, holds no secret, and the next runner knows of it', async () => {
    const app = "env: { SESSION_KEY: secret('SESSION_KEY') },";
    await using home = await projectRig(tinyProject({ app, server: TELLTALE_SERVER }));
    await home.cloudUp();
    await using jobs = await githubJobs(home);
    const told: JobResult[] = [];
    const run = async (options: JobOptions): Promise<JobResult> => {
      const ended = await jobs.run({ ...options, env: { SESSION_KEY: SECRET } });
      told.push(ended);
      return ended;
    };
    const first = await run(deploy);
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(first.outputs).toMatchObject({
      status: 'succeeded',
      release: expect.stringMatching(/^r-/) as string,
    });
    expect(first.summary).toContain('```mermaid');
    expect(first.stdout).toMatch(/::group::Build web\n│ /);
    const [deployment, ...others] = await jobs.deployments();
    expect(others).toEqual([]);
    expect(deployment?.states[0]?.state).toBe('success');
    expect(deployment?.states[0]?.environment_url).toBe(first.outputs['url']);
    const sha = deployment?.sha ?? '';
    const { statuses } = await jobs.api<{ statuses: { context: string; state: string }[] }>(
      'GET',
      `/repos/octo/tiny/commits/${sha}/status`,
    );
    expect(statuses).toMatchObject([{ context: 'glidepath/staging', state: 'success' }]);

    const promoted = await run({
      args: ['promote', 'staging', 'production', '--confirm', 'production'],
      event: 'workflow_dispatch',
    });
    expect(promoted.code, promoted.stdout + promoted.stderr).toBe(0);
    expect(promoted.outputs['release']).toBe(first.outputs['release']);

    await newCommit(home, jobs, GOOD_SERVER, 'second');
    const second = await run(deploy);
    expect(second.code, second.stdout + second.stderr).toBe(0);
    const back = await run({ args: ['rollback', 'staging'], event: 'workflow_dispatch' });
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(back.outputs['release']).toBe(first.outputs['release']);
    expect(
      (await jobs.deployments()).every(({ states }) =>
        ['success', 'inactive'].includes(states[0]?.state ?? ''),
      ),
    ).toBe(true);

    const again = await run({ ...deploy, attempt: 2 });
    expect(again.code, again.stdout + again.stderr).toBe(4);
    expect(again.stderr).toContain('GITHUB_RERUN_REFUSED');

    await newCommit(home, jobs, `console.log(process.env.SESSION_KEY); process.exit(3);`, 'leaks');
    const failed = await run(deploy);
    expect(failed.code).toBe(1);
    expect(failed.stdout + failed.summary).toContain('***');
    expect(failed.stderr).toMatch(/^::error title=staging%3A DEPLOY_/m);
    expect((await jobs.deployments())[0]?.states[0]?.state).toBe('failure');

    const comments = await jobs
      .api<{ body: string }[]>('GET', '/repos/octo/tiny/issues/comments')
      .catch(() => []);
    const everything = JSON.stringify([await jobs.deployments(), statuses, comments, told.map(withoutMasks)]);
    for (const value of [SECRET, jobs.cloud.token, ...Object.values(FLY_TOKENS)])
      expect(everything).not.toContain(value);
    const swept = await run({ args: ['github', 'sweep'], event: 'schedule' });
    expect(swept.stdout).toContain('Every deployment on GitHub has finished.');
    const releases = await run({ args: ['releases', 'staging', '--from-github', '--json'] });
    expect(JSON.parse(releases.stdout)).toMatchObject({ releases: [{ action: 'rollback' }, {}, {}] });
    // The journal of this clone does not have the run that made it live.
    const status = await run({ args: ['status', 'staging'] });
    expect(status.code, status.stderr).toBe(0);
    const live = (JSON.parse(releases.stdout) as { releases: { release: { id: string } }[] }).releases[0];
    expect(status.stdout).toContain(live?.release.id ?? 'no release');
  }, 240_000);
});

describe('a runner that dies between two machines', () => {
  async function killedHalfWay(home: ProjectRig, jobs: GithubJobs, gate: Gate): Promise<void> {
    const first = await jobs.run(deploy);
    expect(first.code, first.stdout + first.stderr).toBe(0);
    await newCommit(home, jobs, gate.server(), 'slow');
    expect(await machinesOf(jobs)).toHaveLength(2);
    const dying = await jobs.start({ ...deploy, run: 1_000_002 });
    // One has the new release, the other the old one.
    await dying.until(async () => digestsIn((await seenMachines(jobs)) ?? []) > 1);
    dying.kill('SIGKILL');
    await dying.ended;
    gate.open();
    const left = (await jobs.deployments())[0]?.states[0]?.state ?? 'queued';
    expect(['queued', 'in_progress'], dying.text()).toContain(left);
  }

  async function expectSettled(jobs: GithubJobs): Promise<void> {
    const machines = await machinesOf(jobs);
    expect(machines).toHaveLength(2);
    expect(digestsIn(machines)).toBe(1);
    for (const { states } of await jobs.deployments())
      expect(['success', 'failure', 'inactive']).toContain(states[0]?.state);
  }

  test('is gone on with by the next job of the same commit, in a clone without state', async () => {
    using gate = new Gate();
    await using home = await projectRig(tinyProject());
    await home.cloudUp();
    await using jobs = await githubJobs(home);
    await killedHalfWay(home, jobs, gate);
    const dead = (await jobs.deployments())[0];
    const next = await jobs.run({ ...deploy, run: 1_000_002, attempt: 2 });
    expect(next.code, next.stdout + next.stderr).toBe(0);
    expect(next.stderr).toContain('was left unfinished: this run resumes it');
    expect(next.outputs['run']).toBe(dead?.payload.run);
    await expectSettled(jobs);
  }, 240_000);

  test('is gone over by a newer commit; should that fail, what was live before both is put back', async () => {
    using gate = new Gate();
    await using home = await projectRig(tinyProject());
    await home.cloudUp();
    await using jobs = await githubJobs(home);
    await killedHalfWay(home, jobs, gate);
    const live = (await jobs.deployments()).at(-1)?.sha ?? '';
    await newCommit(home, jobs, 'process.exit(3);', 'broken');
    const broken = await jobs.run({ ...deploy, run: 1_000_003 });
    expect(broken.code, broken.stdout + broken.stderr).toBe(1);
    expect(broken.stderr).toContain('this run continues from there');
    expect(broken.stderr).toContain('Putting back r-');
    await expectSettled(jobs);
    expect(live).not.toBe('');
    await newCommit(home, jobs, GOOD_SERVER, 'mended');
    const mended = await jobs.run({ ...deploy, run: 1_000_004 });
    expect(mended.code, mended.stdout + mended.stderr).toBe(0);
    expect(mended.stderr).not.toContain('left unfinished');
    await expectSettled(jobs);
  }, 240_000);

  test('that is cancelled says so at once, and the sweep has nothing left to end', async () => {
    using gate = new Gate();
    await using home = await projectRig(tinyProject({ server: gate.server() }));
    await home.cloudUp();
    await using jobs = await githubJobs(home);
    const job = await jobs.start(deploy);
    await job.printed(/started run-/);
    job.kill('SIGTERM');
    await job.printed(/Interrupted: /);
    gate.open();
    const cancelled = await job.ended;
    expect(cancelled.code, cancelled.stdout + cancelled.stderr).toBe(130);
    expect((await jobs.deployments())[0]?.states[0]).toMatchObject({ state: 'error' });
    const next = await jobs.run({ ...deploy, run: 1_000_009 });
    expect(next.code, next.stdout + next.stderr).toBe(0);
    await expectSettled(jobs);
  }, 240_000);
});

describe('two clones that share nothing but GitHub', () => {
  const laptop = { GITHUB_ACTIONS: 'false', GLIDEPATH_REPORT: 'github' };

  test('do not work on one environment at once, and tell the pull request of what it brought', async () => {
    await using home = await projectRig(tinyProject());
    await home.cloudUp();
    await using jobs = await githubJobs(home);
    using gate = new Gate();
    home.write('server.mjs', release(gate.server(), 'slow'));
    await home.commit('Slow');
    await jobs.push('topic');
    const { number } = await jobs.api<{ number: number }>('POST', '/repos/octo/tiny/pulls', {
      title: 'Slow',
      head: 'topic',
      base: 'main',
    });
    await jobs.push();

    const first = await jobs.start({ ...deploy, env: laptop });
    await first.until(async () => (await jobs.deployments())[0]?.states[0]?.state === 'in_progress');
    const second = await jobs.run({ args: [...deploy.args, '--wait-for-lock', '1s'], env: laptop });
    expect(second.code, second.stdout + second.stderr).toBe(1);
    expect(second.stderr).toContain('RUN_LOCKED');
    expect(second.stderr).toMatch(/run-\w+ works on it/);
    gate.open();
    const ended = await first.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const states = (await jobs.deployments()).map((one) => one.states[0]?.state);
    expect(states).toHaveLength(2);
    expect(states).toEqual(expect.arrayContaining(['failure', 'success']));

    const comments = await jobs.api<{ body: string }[]>('GET', `/repos/octo/tiny/issues/${number}/comments`);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('| staging | `r-');
    expect(comments[0]?.body).toContain('✅ live');
  }, 240_000);
});

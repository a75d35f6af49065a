import { describe, expect, test } from 'vitest';
import { askCloud } from '../../src/cloud/control/client.ts';
import { githubJobs, type GithubJobs, type JobResult } from '../support/github-job.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

const REPOSITORY = 'octo/tiny';
const BOT = 'github-actions[bot]';

/** Stands for the generated one: what it would run, the tests run themselves, one job at a time. */
const WORKFLOW = `name: Deploy production
run-name: Deploy \${{ inputs.ref || github.ref_name }} to production
on:
  workflow_dispatch:
    inputs:
      ref: { type: string, default: '' }
      confirm: { type: string, default: '' }
      reason: { type: string, default: '' }
jobs:
  noted:
    runs-on: ubuntu-24.04
    steps:
      - run: echo noted
  asked:
    runs-on: ubuntu-24.04
    environment: { name: production-approval, deployment: false }
    steps:
      - run: echo let in
`;

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The project on a local GitHub, with people who may do this and that. */
interface Place extends AsyncDisposable {
  readonly home: ProjectRig;
  readonly jobs: GithubJobs;
  /** The first commit. */
  readonly commit: string;
  as<T>(login: string, method: string, path: string, body?: unknown): Promise<T>;
  /** A job of deploy-production.yml. */
  job(actor: string, ...args: readonly string[]): Promise<JobResult>;
  /** The job of approvals.yml for a comment. */
  answered(comment: Comment): Promise<JobResult>;
  said(login: string, body: string): Promise<Comment>;
  comments(): Promise<readonly Comment[]>;
}

async function place(approval: string): Promise<Place> {
  const home = await projectRig({
    ...tinyProject({ production: `gates: [approval({ ${approval} })],` }),
    '.github/workflows/deploy-production.yml': WORKFLOW,
  });
  await home.cloudUp();
  const jobs = await githubJobs(home);
  const { cloud } = jobs;
  const collaborators = { mona: 'write', ada: 'maintain', carol: 'read' };
  await askCloud(cloud, 'PUT', '/github/repositories', { repository: REPOSITORY, collaborators });
  await askCloud(cloud, 'PUT', '/github/users', { login: 'mallory' });
  const tokens = new Map<string, string>();
  const tokenOf = async (login: string): Promise<string> => {
    const made = (await askCloud(cloud, 'POST', '/github/tokens', { login })) as { token: string };
    tokens.set(login, made.token);
    return made.token;
  };
  const as: Place['as'] = async (login, method, path, body) => {
    const token = tokens.get(login) ?? (await tokenOf(login));
    const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/api/v3/repos/${REPOSITORY}${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? null : await response.json()) as never;
  };
  const issue = async (): Promise<number> => {
    const issues = await jobs.api<{ number: number }[]>(
      'GET',
      `/repos/${REPOSITORY}/issues?labels=glidepath`,
    );
    return issues[0]?.number ?? 0;
  };
  const workflow = (file: string): string => `${REPOSITORY}/.github/workflows/${file}@refs/heads/main`;
  return {
    home,
    jobs,
    commit: (await home.git('rev-parse', 'HEAD')).trim(),
    as,
    job: (actor, ...args) =>
      jobs.run({
        args: args[0] === 'deploy' ? [...args, '--confirm', 'production'] : args,
        event: 'workflow_dispatch',
        payload: { inputs: { confirm: 'production' } },
        env: {
          GITHUB_ACTOR: actor,
          GITHUB_TRIGGERING_ACTOR: actor,
          GITHUB_WORKFLOW_REF: workflow('deploy-production.yml'),
        },
      }),
    answered: async ({ id }) =>
      jobs.run({
        args: ['github', 'comment'],
        event: 'issue_comment',
        payload: { action: 'created', issue: { number: await issue() }, comment: { id } },
        env: { GITHUB_WORKFLOW_REF: workflow('approvals.yml') },
      }),
    said: async (login, body) => as(login, 'POST', `/issues/${await issue()}/comments`, { body }),
    comments: async () => jobs.api('GET', `/repos/${REPOSITORY}/issues/${await issue()}/comments`),
    async [Symbol.asyncDispose]() {
      await jobs[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** The line that the comment which asks has in it. */
async function lineToWrite(at: Place, kind = 'approve'): Promise<string> {
  const asking = (await at.comments()).filter(({ body }) => body.includes('glidepath:approval'));
  return new RegExp(`^/glidepath ${kind} .*$`, 'm').exec(asking.at(-1)?.body ?? '')?.[0] ?? '';
}

function ended(result: JobResult, code: number): string {
  expect(result.code, result.stdout + result.stderr).toBe(code);
  return result.stdout + result.stderr;
}

describe('an approval by a comment', () => {
  test('is asked for, taken of nobody who may not give it, and then lets this commit and plan through', async () => {
    await using at = await place('notInitiator: true');
    const { commit } = at;
    await at.as('mona', 'POST', '/actions/workflows/deploy-production.yml/dispatches', {
      ref: 'main',
      inputs: { ref: commit },
    });
    const asked = await at.job('mona', 'gates', 'production');
    expect(ended(asked, 0)).toMatch(
      /approval\(\) +waits +somebody has to agree to plan [0-9a-f]{10} at http/,
    );
    expect(asked.outputs['approved']).toBe('false');
    expect(asked.summary).toContain('it waits for an approval');
    const early = await at.job('mona', 'deploy', 'production');
    expect(ended(early, 4)).toContain('APPROVAL_REFUSED');
    expect(await at.jobs.deployments()).toEqual([]);

    const asking = (await at.comments()).at(-1)?.body ?? '';
    expect(asking).toContain('whoever may write to the repository; but not mona, who asked for it');
    expect(asking).toMatch(new RegExp(`\\[${commit.slice(0, 7)}\\]\\(http\\S+/commit/${commit}\\)`));
    const line = await lineToWrite(at);
    expect(line).toMatch(new RegExp(`^/glidepath approve production ${commit.slice(0, 7)} [0-9a-f]{10}$`));
    for (const [login, body, why] of [
      ['carol', line, 'carol has no write access to the repository'],
      ['mona', line, 'mona requested the deployment'],
      ['ada', line.replace(/\S+$/, '0'.repeat(10)), 'APPROVAL_VOID'],
      ['ada', line.replace(commit.slice(0, 7), '0'.repeat(7)), 'APPROVAL_VOID'],
    ] as const) {
      const refused = await at.answered(await at.said(login, body));
      expect(ended(refused, 4)).toContain(why);
      expect(refused.summary).toContain('Refused');
      expect((await at.comments()).at(-1)?.body).toContain('Not taken');
    }
    expect((await at.job(BOT, 'gates', 'production')).outputs['approved']).not.toBe('true');

    let edited = await at.said('ada', 'Hm.');
    // GitHub counts in seconds.
    while (edited.updated_at === edited.created_at)
      edited = await at.as('ada', 'PATCH', `/issues/comments/${edited.id}`, { body: line });
    expect(ended(await at.answered(edited), 4)).toContain('ada edited the comment');
    expect(ended(await at.answered(await at.said('ada', '/glidepath aprove')), 0)).toContain(
      'there is no command',
    );

    const taken = await at.answered(await at.said('ada', line));
    expect(ended(taken, 0)).toContain(`Approved by ada`);
    const { workflow_runs: runs } = await at.jobs.api<{ workflow_runs: { display_title: string }[] }>(
      'GET',
      `/repos/${REPOSITORY}/actions/workflows/deploy-production.yml/runs`,
    );
    expect(runs.filter(({ display_title: title }) => title.includes(commit))).toHaveLength(2);
    const open = await at.job(BOT, 'gates', 'production');
    expect(ended(open, 0)).toContain('ada agreed to plan');
    expect(open.outputs['approved']).toBe('true');

    at.home.write('server.mjs', '// another');
    const moved = await at.home.commit('Moved');
    await at.jobs.push();
    expect(ended(await at.job(BOT, 'deploy', 'production'), 4)).toContain('Nobody can tell who asked');
    const other = ended(await at.job('mona', 'deploy', 'production'), 4);
    expect(other).toContain('APPROVAL_VOID');
    expect(other).toContain(`ada agreed to ${commit.slice(0, 7)}`);
    expect(other).toContain(`production would get ${moved.slice(0, 7)}`);

    ended(await at.job(BOT, 'deploy', 'production', '--ref', commit), 0);
    const [deployment] = await at.jobs.deployments();
    expect(deployment?.sha).toBe(commit);
    expect(deployment?.payload).toMatchObject({
      approval: { by: 'ada', url: expect.stringContaining('#issuecomment-') as string },
    });
    expect((await at.comments())[0]?.body).toMatch(/used by \[this deployment\]\(http\S+\/runs\/\d+\)/);
    // Used: what is live is another now.
    expect(ended(await at.job(BOT, 'deploy', 'production', '--ref', commit), 4)).toContain(
      'production was changed since',
    );
  }, 300_000);

  test('is written from a laptop as the person whose token it is, and is not taken of a stranger who forges our mark', async () => {
    await using at = await place("expires: '1h'");
    ended(await at.job('mona', 'gates', 'production'), 0);
    const forged = (await at.comments())[0]?.body ?? '';
    await at.said('mallory', forged);
    ended(await at.job('mona', 'gates', 'production'), 0);
    expect((await at.comments()).filter(({ body }) => body === forged)).toHaveLength(2);
    const { token } = (await askCloud(at.jobs.cloud, 'POST', '/github/tokens', { login: 'ada' })) as {
      token: string;
    };
    const env = {
      GITHUB_API_URL: `http://127.0.0.1:${at.jobs.cloud.apiPort}/api/v3`,
      GITHUB_REPOSITORY: REPOSITORY,
      GH_TOKEN: token,
    };
    const wrong = await at.home.runWith(env, 'approve', 'production', '--plan', '0000000000');
    expect(wrong.code, wrong.stderr).toBe(4);
    expect(wrong.stderr).toContain('APPROVAL_VOID');
    const said = await at.home.runWith(env, 'approve', 'production');
    expect(said.code, said.stdout + said.stderr).toBe(0);
    expect(said.stdout).toContain('✓ approved by ada');
    const rejected = await at.home.runWith(env, 'reject', 'production');
    expect(rejected.code, rejected.stderr).toBe(0);
    expect(ended(await at.job('mona', 'gates', 'production'), 4)).toContain('GATE_APPROVAL_REJECTED');
    expect((await at.home.runWith(env, 'approve', 'production')).code).toBe(0);
    expect((await at.job('mona', 'gates', 'production')).outputs['approved']).toBe('true');
  }, 240_000);
});

describe('an approval from a laptop', () => {
  test('is not written where it would not count, and on the local GitHub can be given as somebody else', async () => {
    await using at = await place('notInitiator: true');
    await at.as('mona', 'POST', '/actions/workflows/deploy-production.yml/dispatches', {
      ref: 'main',
      inputs: { ref: at.commit },
    });
    ended(await at.job('mona', 'gates', 'production'), 0);
    const before = await at.comments();
    const approve = (...args: readonly string[]) =>
      at.home.runWith({ GITHUB_REPOSITORY: REPOSITORY }, 'approve', ...args, '--local');
    const own = await approve('production', '--as', 'mona');
    expect(own.code, own.stderr).toBe(4);
    expect(own.stderr).toContain('Mona requested the deployment, so somebody else has to approve it');
    expect(own.stderr).toContain('--as ada --local');
    for (const [args, code, why] of [
      [['production', '--as', 'carol'], 4, 'Carol has no write access to the repository'],
      [['production', '--commit', 'zzzz'], 2, 'GitHub has no commit, branch or tag zzzz'],
      [['prodcution'], 2, 'Did you mean production?'],
      [['staging'], 4, 'staging waits for no approval'],
    ] as const) {
      const refused = await approve(...args);
      expect(refused.stderr).toContain(why);
      expect(refused.code).toBe(code);
    }
    expect(await at.comments()).toEqual(before);

    at.home.write('README.md', 'Another commit, which nobody asked for.');
    await at.home.commit('Another');
    const other = await approve('production', '--as', 'dora');
    expect(other.stderr).toContain(`approve production --commit ${at.commit.slice(0, 7)} --local`);
    const given = await approve('production', '--as', 'dora', '--commit', at.commit.slice(0, 7));
    expect(given.code, given.stderr).toBe(0);
    expect(given.stdout).toContain('✓ approved by dora');
    expect(given.stdout).toContain('starts the deployment: http');
    expect((await at.job('mona', 'gates', 'production')).outputs['approved']).toBe('true');
    expect((await approve('production', '--as', 'dora')).stderr).not.toContain('Another commit waits');
  }, 180_000);
});

describe('an approval by reviewers', () => {
  interface Runs {
    readonly workflow_runs: readonly { readonly id: number }[];
  }

  /** Starts the GitHub workflow, and gives the newest run of it. */
  async function started(at: Place): Promise<number> {
    await at.as('mona', 'POST', '/actions/workflows/deploy-production.yml/dispatches', { ref: 'main' });
    const { workflow_runs: runs } = await at.as<Runs>(
      'mona',
      'GET',
      '/actions/workflows/deploy-production.yml/runs',
    );
    return runs[0]?.id ?? 0;
  }

  const inRun = (at: Place, run: number, ...args: readonly string[]): Promise<JobResult> =>
    at.jobs.run({
      args,
      event: 'workflow_dispatch',
      payload: { inputs: { confirm: 'production' } },
      run,
      env: { GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/deploy-production.yml@refs/heads/main` },
    });

  const gatesOf = (at: Place, run: number): Promise<JobResult> => inRun(at, run, 'gates', 'production');

  const deployOf = (at: Place, run: number, reviewed: string): Promise<JobResult> =>
    inRun(at, run, 'deploy', 'production', '--confirm', 'production', '--reviewed', reviewed);

  async function approved(at: Place, run: number): Promise<void> {
    let waiting: readonly { readonly environment: { readonly id: number } }[] = [];
    while (waiting.length === 0)
      waiting = await at.as('ada', 'GET', `/actions/runs/${run}/pending_deployments`);
    await at.as('ada', 'POST', `/actions/runs/${run}/pending_deployments`, {
      environment_ids: waiting.map(({ environment }) => environment.id),
      state: 'approved',
      comment: 'Go',
    });
  }

  /** As the shell of the job notes it. */
  const timeOf = (at: number): string => String(Math.floor(at / 1000));

  const HOUR_MS = 3_600_000;

  test('holds for the plan that they were asked about, for this very run, and not for ever', async () => {
    await using at = await place("by: 'reviewers', approvers: ['ada'], notInitiator: true, expires: '4h'");
    const path = `/repos/${REPOSITORY}/environments/production-approval`;
    const first = await started(at);
    expect(ended(await gatesOf(at, first), 4)).toMatch(/no environment production-approval|has no required/);
    await at.jobs.api('PUT', path, {});
    const refused = ended(await gatesOf(at, first), 4);
    expect(refused).toContain('has no required reviewers');
    expect(refused).toContain("write approval({ by: 'comment' })");

    const { id } = await at.jobs.api<{ id: number }>('GET', '/users/ada');
    await at.jobs.api('PUT', path, { reviewers: [{ type: 'User', id }] });
    const [run, later] = [await started(at), await started(at)];
    const open = await gatesOf(at, run);
    expect(ended(open, 0)).toMatch(/approval\(\) +later +GitHub asks ada next, about plan [0-9a-f]{10}/);
    expect(open.outputs['approved']).toBe('true');
    expect(open.outputs['asked']).toBe(`${open.outputs['plan']}/0`);
    expect(open.summary).toMatch(/agrees to plan `[0-9a-f]{10}` of this commit.*\n\n1\. /);
    const asked = open.outputs['asked'] ?? '';
    expect((await gatesOf(at, later)).outputs['asked']).toBe(asked);

    const now = (): string => `${asked}@${timeOf(Date.now())}`;
    expect(ended(await deployOf(at, run, now()), 4)).toContain('Nobody approved this attempt');
    await approved(at, run);
    await approved(at, later);
    const bare = await inRun(at, run, 'deploy', 'production', '--confirm', 'production');
    expect(ended(bare, 4)).toContain('does not say which plan');
    const old = `${asked}@${timeOf(Date.now() - 5 * HOUR_MS)}`;
    expect(ended(await deployOf(at, run, old), 4)).toContain('which holds for 4 h');
    expect(ended(await deployOf(at, run, `x${now()}`), 2)).toContain('CLI_USAGE');
    const again = now().replace('/0@', '/1@');
    expect(ended(await deployOf(at, run, again), 4)).toContain('Nobody approved this attempt');
    expect(await at.jobs.deployments()).toEqual([]);

    ended(await deployOf(at, run, now()), 0);
    const [deployment] = await at.jobs.deployments();
    expect(deployment?.payload).toMatchObject({ approval: { by: 'ada', plan: open.outputs['plan'] } });
    // What is live is another by now: what was agreed to for the other run is void.
    const overtaken = ended(await deployOf(at, later, now()), 4);
    expect(overtaken).toContain('APPROVAL_VOID');
    expect(overtaken).toMatch(/ada agreed to [0-9a-f]{7} in production by plan [0-9a-f]{10}, and it is plan/);
  }, 240_000);
});

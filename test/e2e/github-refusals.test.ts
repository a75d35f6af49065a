import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

/** Where nobody listens: whatever is sent to a platform, or to GitHub, fails loudly. */
const NOWHERE = 'http://127.0.0.1:1';

/** Runs a command as a job of GitHub Actions does, against servers that do not exist. */
async function inJob(
  rig: ProjectRig,
  job: {
    event: string;
    ref: string;
    payload?: object;
    attempt?: number;
    files?: { output: string; summary: string };
  },
  ...args: string[]
): Promise<CliResult> {
  mkdirSync(join(rig.dir, '.glidepath'), { recursive: true });
  const event = join(rig.dir, '.glidepath', 'event.json');
  writeFileSync(event, JSON.stringify(job.payload ?? {}));
  const sha = (await rig.git('rev-parse', 'HEAD')).trim();
  return rig.runWith(
    {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'octo/tiny',
      GITHUB_SERVER_URL: NOWHERE,
      GITHUB_API_URL: NOWHERE,
      GITHUB_EVENT_NAME: job.event,
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: job.files?.output ?? '',
      GITHUB_STEP_SUMMARY: job.files?.summary ?? '',
      GITHUB_REF: job.ref,
      GITHUB_SHA: sha,
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: String(job.attempt ?? 1),
      GITHUB_ACTOR: 'mona',
      GITHUB_WORKFLOW_REF: 'octo/tiny/.github/workflows/operations.yml@refs/heads/main',
      FLY_FLAPS_BASE_URL: NOWHERE,
      FLY_API_BASE_URL: NOWHERE,
      FLY_REGISTRY_HOST: '127.0.0.1:1',
      FLY_API_TOKEN_STAGING: 'fm2_staging-token',
      FLY_API_TOKEN_PRODUCTION: 'fm2_production-token',
    },
    ...args,
  );
}

const fork = {
  action: 'opened',
  pull_request: {
    number: 42,
    user: { login: 'mallory' },
    head: { ref: 'main', sha: 'a'.repeat(40), repo: { full_name: 'mallory/tiny' } },
    base: { ref: 'main' },
  },
};

const TAGGED = tinyProject();
const TAG_CONFIG = (TAGGED['glidepath.config.ts'] ?? '')
  .replace("on: [push('production'), manual()]", "on: [tag('v*')]")
  .replace('push, secret', 'push, secret, tag');

describe('inside GitHub Actions, before anything is asked of anybody', () => {
  test('a pull request of a fork, another branch and a missing name are refused', async () => {
    await using rig = await projectRig(tinyProject());
    const asFork = await inJob(
      rig,
      { event: 'pull_request', ref: 'refs/pull/42/merge', payload: fork },
      'deploy',
      'staging',
    );
    expect(asFork.code, asFork.stderr).toBe(4);
    expect(asFork.stderr).toContain('comes from a fork (mallory/tiny)');
    expect(asFork.stderr).toContain('GITHUB_EVENT_MISMATCH');
    expect(asFork.stderr).toMatch(/^::error title=GITHUB_EVENT_MISMATCH::/m);

    const topic = await inJob(rig, { event: 'push', ref: 'refs/heads/topic' }, 'deploy', 'staging');
    expect(topic.code, topic.stderr).toBe(4);
    expect(topic.stderr).toContain('staging is not deployed by a push of the branch topic');

    const hand = { event: 'workflow_dispatch', ref: 'refs/heads/main' };
    for (const args of [
      ['deploy', 'production'],
      ['promote', 'staging', 'production'],
      ['rollback', 'production'],
      ['scale', 'production', 'web', '--count', 'iad=3'],
      ['rollback', 'production', '--confirm', 'staging'],
      ['rollback', 'production', '--confirm', ''],
    ]) {
      const asked = await inJob(rig, hand, ...args);
      expect(asked.code, `${args.join(' ')}\n${asked.stderr}`).toBe(2);
      expect(asked.stderr).toContain('GITHUB_NOT_CONFIRMED');
      expect(asked.stderr).toContain('add: --confirm production');
    }
  });

  test('a tag whose commit is not on the main branch is refused', async () => {
    await using rig = await projectRig({ ...TAGGED, 'glidepath.config.ts': TAG_CONFIG });
    await rig.git('checkout', '--quiet', '-b', 'topic');
    rig.write('server.mjs', '// not merged');
    await rig.commit('Not merged');
    await rig.git('tag', 'v1.2.0');
    // Without a token nothing is asked of GitHub: the clone has the main branch.
    const refused = await inJob(rig, { event: 'push', ref: 'refs/tags/v1.2.0' }, 'deploy', 'production');
    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stderr).toContain('which is not on main: what is not merged is not deployed');
    expect(refused.stderr).toContain('GITHUB_TAG_NOT_ON_MAIN');
    const other = await inJob(rig, { event: 'push', ref: 'refs/tags/w1' }, 'deploy', 'production');
    expect(other.stderr).toContain('production is not deployed by a push of the tag w1');
  });

  test('the gates refuse the same, and the jobs after them are told', async () => {
    await using rig = await projectRig({ ...TAGGED, 'glidepath.config.ts': TAG_CONFIG });
    const output = join(rig.dir, '.glidepath', 'output');
    const summary = join(rig.dir, '.glidepath', 'summary');
    const asFork = await inJob(
      rig,
      { event: 'pull_request', ref: 'refs/pull/42/merge', payload: fork, files: { output, summary } },
      'gates',
      'production',
    );
    expect(asFork.code, asFork.stderr).toBe(4);
    expect(asFork.stderr).toContain('GITHUB_EVENT_MISMATCH');
    expect(asFork.stdout).toMatch(/✗ event +refused +Pull request 42 comes from a fork/);
    expect(readFileSync(output, 'utf8')).toContain('approved=false');
    expect(readFileSync(summary, 'utf8')).toContain('Gates of production: refused');

    await rig.git('checkout', '--quiet', '-b', 'topic');
    rig.write('server.mjs', '// not merged');
    await rig.commit('Not merged');
    await rig.git('tag', 'v1.2.0');
    const refused = await inJob(
      rig,
      { event: 'push', ref: 'refs/tags/v1.2.0' },
      'gates',
      'production',
      '--json',
    );
    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stdout).toContain('"state": "refused"');
    expect(refused.stderr + refused.stdout).toContain('GITHUB_TAG_NOT_ON_MAIN');
  });

  test('another commit than the one that was pushed is refused', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.commit('Second');
    const other = await inJob(
      rig,
      { event: 'push', ref: 'refs/heads/main' },
      'deploy',
      'staging',
      '--ref',
      'HEAD~1',
    );
    expect(other.code, other.stderr).toBe(4);
    expect(other.stderr).toContain('This run is for');
  });
});

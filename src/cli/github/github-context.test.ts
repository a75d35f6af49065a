import { describe, expect, test } from 'vitest';
import { githubContext } from './github-context.ts';

const SHA = '1'.repeat(40);

/** As the runner sets them. */
function env(more: Record<string, string> = {}): Record<string, string> {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'octo/shop',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: '/event.json',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: SHA,
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_ACTOR: 'mona',
    GITHUB_WORKFLOW: 'Deploy staging',
    GITHUB_WORKFLOW_REF: 'octo/shop/.github/workflows/deploy-staging.yml@refs/heads/main',
    GITHUB_JOB: 'deploy',
    GITHUB_OUTPUT: '/output',
    GITHUB_STEP_SUMMARY: '/summary',
    ...more,
  };
}

function contextOf(more: Record<string, string> = {}, event: unknown = {}) {
  const context = githubContext(env(more), () => JSON.stringify(event));
  if (context === null) throw new Error('no context');
  return context;
}

const PULL = {
  number: 42,
  title: 'Add a basket',
  user: { login: 'mona' },
  head: { sha: '2'.repeat(40), ref: 'basket', repo: { full_name: 'Octo/Shop' } },
  base: { ref: 'main' },
  merged: false,
  draft: true,
  labels: [{ name: 'preview' }],
  html_url: 'https://github.com/octo/shop/pull/42',
};

describe('where a command runs', () => {
  test('is nothing outside GitHub Actions', () => {
    expect(githubContext({ CI: 'true' }, () => null)).toBeNull();
    expect(githubContext({ ...env(), GITHUB_ACTIONS: 'false' }, () => null)).toBeNull();
  });

  test('is read from the variables of the runner', () => {
    expect(contextOf({ GITHUB_RUN_ATTEMPT: '3', GITHUB_TRIGGERING_ACTOR: 'hubot' })).toMatchObject({
      repository: 'octo/shop',
      name: 'push',
      refType: 'branch',
      refName: 'main',
      sha: SHA,
      actor: 'mona',
      triggeringActor: 'hubot',
      runId: 77,
      attempt: 3,
      runUrl: 'https://github.com/octo/shop/actions/runs/77/attempts/3',
      workflowPath: '.github/workflows/deploy-staging.yml',
      job: 'deploy',
      outputFile: '/output',
      summaryFile: '/summary',
      pullRequest: null,
      isFork: false,
    });
  });

  test.each([
    ['refs/tags/v1.2.0', 'tag', 'v1.2.0'],
    ['refs/heads/release/1', 'branch', 'release/1'],
    ['refs/pull/42/merge', 'pull', '42/merge'],
    ['', 'other', ''],
  ])('tells %s from the others', (ref, refType, refName) => {
    expect(contextOf({ GITHUB_REF: ref })).toMatchObject({ refType, refName });
  });

  test('says of a push whether it took its branch away', () => {
    expect(contextOf({}, { deleted: true }).isDeletion).toBe(true);
    expect(contextOf({}, { deleted: false }).isDeletion).toBe(false);
  });

  test('keeps what was given by hand, whatever its type', () => {
    const inputs = { environment: 'production', dry: true, count: 2, ref: null };
    expect(contextOf({ GITHUB_EVENT_NAME: 'workflow_dispatch' }, { inputs }).inputs).toEqual({
      environment: 'production',
      dry: 'true',
      count: '2',
    });
  });

  test('bears an event that is not there, or is no JSON', () => {
    expect(githubContext(env(), () => null)?.pullRequest).toBeNull();
    expect(githubContext(env(), () => '{')?.action).toBeNull();
    expect(githubContext(env(), () => '[1]')?.inputs).toEqual({});
  });
});

describe('a pull request', () => {
  const of = (change: object = {}) =>
    contextOf(
      { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/42/merge' },
      { action: 'opened', pull_request: { ...PULL, ...change } },
    );

  test('of the repository itself is no fork, whatever the case of its name', () => {
    expect(of()).toMatchObject({
      action: 'opened',
      isFork: false,
      isDependabot: false,
      pullRequest: {
        number: 42,
        headRef: 'basket',
        headSha: '2'.repeat(40),
        isDraft: true,
        labels: ['preview'],
      },
    });
  });

  test.each([
    ['of another repository', { repo: { full_name: 'mallory/shop' } }],
    ['of a repository that is gone', { repo: null }],
    ['that says nothing of its repository', {}],
  ])('%s is a fork', (_, head) => {
    expect(of({ head: { sha: '2'.repeat(40), ref: 'main', ...head } }).isFork).toBe(true);
  });

  test('is of Dependabot by who made it, not by who started the run', () => {
    expect(of({ user: { login: 'dependabot[bot]' } }).isDependabot).toBe(true);
    const rerun = contextOf({ GITHUB_ACTOR: 'dependabot[bot]' }, { pull_request: PULL });
    expect(rerun.isDependabot).toBe(false);
  });
});

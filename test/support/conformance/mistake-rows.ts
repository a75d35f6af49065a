import { matches } from '../../../src/cloud/github/actions/match/matches.ts';
import { runPlaceOf } from '../../../src/cloud/github/actions/match/run-place.ts';
import type { GithubEvent } from '../../../src/cloud/github/actions/model/github-event.ts';
import { advanceRun } from '../../../src/cloud/github/actions/plan/advance-run.ts';
import { rerun } from '../../../src/cloud/github/actions/plan/rerun.ts';
import { secretsOf } from '../../../src/cloud/github/actions/plan/secrets.ts';
import { findInstance } from '../../../src/cloud/github/actions/plan/settle.ts';
import { environmentVerdict } from '../../../src/cloud/github/actions/rules/environment.ts';
import { requiredCheckState } from '../../../src/cloud/github/actions/rules/required-check.ts';
import { readWorkflow } from '../../../src/cloud/github/actions/read/read-workflow.ts';
import { pullRequest, push, workflowRun } from '../actions-events.ts';
import { begin, play, workflowOf } from '../actions-play.ts';
import type { ConformanceRow } from './row.ts';
import { fact, job } from './row.ts';

const mistake = fact('Designs that do not do what they say', 'the sections above');

const after = (on: string, more = ''): string => `on: ${on}\njobs:\n  ${job('deploy', more)}\n`;
const runs = (text: string, event: GithubEvent): string =>
  matches(workflowOf(text), event).runs ? 'runs' : 'does not run';
const placeOf = (event: GithubEvent): string => {
  const verdict = runPlaceOf(event);
  return 'none' in verdict ? 'nowhere' : `${verdict.place.ref} at ${verdict.place.sha}`;
};
const secretsIn = (text: string, event: GithubEvent): string => {
  const { state } = advanceRun(begin(text, event));
  const instance = findInstance(state, 'deploy')?.instance;
  if (instance === undefined) return 'no job';
  const own = { repository: { FLY_API_TOKEN: 'x' }, environment: {} };
  return Object.keys(secretsOf(state, instance, own)).length > 0 ? 'it has the secrets' : 'it has no secrets';
};
const plays = (text: string, event: GithubEvent, outcomes = {}): string =>
  Object.entries(play(begin(text, event), outcomes).checks)
    .map(([name, result]) => `${name}: ${result}`)
    .join(', ');

const AFTER_CI = '{workflow_run: {workflows: [CI], types: [completed], branches: [main]}}';
const IF_GREEN = `if: "\${{ github.event.workflow_run.conclusion == 'success' }}"`;
const GREEN = { payload: { workflow_run: { conclusion: 'success' } } };
const FORK_MAIN = workflowRun('completed', { headRepository: 'eve/shop', event: 'pull_request' }, GREEN);
const REVIEW = '{pull_request: {types: [opened, synchronize, reopened, closed, labeled]}}';
const FORK = pullRequest('opened', { headRepository: 'eve/shop' });
const BOT = { actor: { login: 'github-actions[bot]', by: 'github-token' } } as const;
const TAGS_ONLY = {
  refs: [{ type: 'tag', pattern: 'v*' }],
  reviewers: [],
  preventSelfReview: false,
  waitTimerMinutes: 0,
} as const;
const atDoor = (ref: string): string => {
  const visit = {
    environment: 'production',
    ref,
    refIsProtected: false,
    startedBy: 'ada',
    sinceMs: 0,
    reviews: [],
  };
  return environmentVerdict(TAGS_ONLY, visit, 0).kind === 'enter'
    ? 'the job runs'
    : 'the job fails at the environment';
};

/** What GitHub does with designs that are often met. */
export const MISTAKE_ROWS: readonly ConformanceRow[] = [
  mistake('production: on: workflow_run with tags: ["v*"]', 'the file is read', 'refused', () =>
    readWorkflow('x.yml', after('{workflow_run: {workflows: [CI], tags: ["v*"]}}')).kind === 'invalid'
      ? 'refused'
      : 'taken',
  ),
  mistake(
    'production: on: workflow_run, checkout without a ref',
    'CI for the tag v1.2.0 completes',
    'it deploys refs/heads/main at main-sha',
    () => `it deploys ${placeOf(workflowRun('completed', { headBranch: 'v1.2.0', headSha: 'tag-sha' }))}`,
  ),
  mistake(
    'production: on: workflow_run, environment limited to tags v*',
    'CI for the tag v1.2.0 completes',
    'the job fails at the environment',
    () => atDoor(placeOf(workflowRun('completed', { headBranch: 'v1.2.0' })).split(' ')[0] ?? ''),
  ),
  mistake(
    "staging: on: workflow_run of main, if: conclusion == 'success'",
    'CI completes for a pull request of a fork, from a branch called main',
    'deploy: success',
    () => plays(after(AFTER_CI, IF_GREEN), FORK_MAIN),
  ),
  mistake(
    "staging: on: workflow_run of main, if: conclusion == 'success'",
    'the same: what does that job have?',
    'it has the secrets',
    () => secretsIn(after(AFTER_CI, IF_GREEN), FORK_MAIN),
  ),
  mistake(
    "the same with && event == 'push' && head_repository == repository",
    'the same',
    'deploy: skipped',
    () =>
      plays(
        after(
          AFTER_CI,
          `if: "github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'"`,
        ),
        { ...FORK_MAIN, payload: { workflow_run: { conclusion: 'success', event: 'pull_request' } } },
      ),
  ),
  mistake(
    'review app: no guard against forks',
    'a pull request of a fork is opened',
    'it has no secrets',
    () => secretsIn(after(REVIEW), FORK),
  ),
  mistake(
    'review app: no guard against bots',
    'a pull request of Dependabot is opened',
    'it has no secrets',
    () => secretsIn(after(REVIEW), pullRequest('opened', { author: 'dependabot[bot]' })),
  ),
  mistake(
    'review app: teardown by pull_request closed',
    'a pull request with a merge conflict is closed',
    'does not run',
    () => runs(after(REVIEW), pullRequest('closed', { mergeSha: undefined })),
  ),
  mistake('review app: deploy listens to closed as well', 'a pull request is closed', 'deploy: success', () =>
    plays(after(REVIEW), pullRequest('closed')),
  ),
  mistake(
    "the same with if: github.event.action != 'closed'",
    'a pull request is closed',
    'deploy: skipped',
    () =>
      plays(after(REVIEW, `if: "github.event.action != 'closed'"`), {
        ...pullRequest('closed'),
        payload: { action: 'closed' },
      }),
  ),
  mistake(
    'review app: paths: ["src/**"]',
    'a pull request that changes docs/a.md is closed',
    'does not run',
    () =>
      runs(
        after('{pull_request: {types: [closed], paths: ["src/**"]}}'),
        pullRequest('closed', { changedFiles: ['docs/a.md'] }),
      ),
  ),
  mistake(
    'rollback: run an old deployment again',
    'a run of an old commit is run again',
    'it deploys old-sha',
    () => {
      const old = begin(after('push'), push('main', { sha: 'old-sha' }));
      return `it deploys ${rerun(old, { which: 'all', by: 'ada' }).context.place.sha}`;
    },
  ),
  mistake(
    'pull requests run the tests, and test is required; the job has a matrix',
    'all cells succeed',
    'expected',
    () =>
      requiredCheckState(
        'test',
        Object.keys(
          play(begin(`on: push\njobs:\n  ${job('test', 'strategy: {matrix: {n: [1, 2]}}')}\n`, push('main')))
            .checks,
        ).map((name) => ({ name, conclusion: 'success' })),
      ),
  ),
  mistake('CI on pushes of tags too, with caches', 'a tag is pushed', 'runs', () =>
    runs(after('push'), push('refs/tags/v1')),
  ),
  mistake(
    'CI on pushes to main, and called by the deployment of main',
    'a push to main',
    'CI runs, deploy runs: the checks run twice',
    () => {
      const both = [after('{push: {branches: [main]}}'), after('{push: {branches: [main]}}')].map((text) =>
        runs(text, push('main')),
      );
      return `CI ${both[0]}, deploy ${both[1]}: the checks run ${both.every((one) => one === 'runs') ? 'twice' : 'once'}`;
    },
  ),
  mistake(
    'docs are skipped by paths-ignore, and the check is required',
    'a pull request changes docs/a.md alone',
    'does not run; the check stays expected',
    () => {
      const ci = after('{pull_request: {paths-ignore: ["docs/**"]}}');
      return `${runs(ci, pullRequest('opened', { changedFiles: ['docs/a.md'] }))}; the check stays ${requiredCheckState('deploy', [])}`;
    },
  ),
  mistake(
    'deploy: needs: ci, and ci is skipped by its if',
    'somebody skips ci by hand',
    'ci: skipped, deploy: skipped',
    () =>
      plays(`on: push\njobs:\n  ${job('ci', 'if: false')}\n  ${job('deploy', 'needs: ci')}\n`, push('main')),
  ),
  mistake(
    'a check that needs the others, without if: always()',
    'one of them fails',
    'test: failure, gate: skipped; required it counts as passed',
    () => {
      const text = `on: push\njobs:\n  ${job('test')}\n  ${job('gate', 'needs: test')}\n`;
      return `${plays(text, push('main'), { test: 'failure' })}; required it counts as ${requiredCheckState('gate', [{ name: 'gate', conclusion: 'skipped' }])}`;
    },
  ),
  mistake(
    '"requires environment approval", on an environment without reviewers',
    'a job names it',
    'it enters at once',
    () => {
      const visit = {
        environment: 'production',
        ref: 'refs/heads/main',
        refIsProtected: false,
        startedBy: 'ada',
        sinceMs: 0,
        reviews: [],
      };
      return environmentVerdict({ ...TAGS_ONLY, refs: 'all' }, visit, 0).kind === 'enter'
        ? 'it enters at once'
        : 'it waits';
    },
  ),
  mistake(
    'CI and deploy are two GitHub workflows on the same push',
    'a push to main whose tests will fail',
    'deploy runs',
    () => `deploy ${runs(after('{push: {branches: [main]}}'), push('main'))}`,
  ),
  mistake(
    'database addresses are secrets of the repository',
    'a GitHub workflow on any branch reads them',
    'it has the secrets',
    () => secretsIn(after('push'), push('topic')),
  ),
  mistake(
    'one database for the tests of all pull requests, no concurrency',
    'two pull requests at once',
    'both run',
    () => {
      const groups = [1, 2].map(() => begin(after('pull_request'), pullRequest('opened')).concurrency);
      return groups.every((group) => group === undefined) ? 'both run' : 'one waits';
    },
  ),
  mistake(
    'on: {push: {branches: [staging, production]}}, merged by a bot',
    'a job merges with its GITHUB_TOKEN',
    'does not run',
    () => runs(after('{push: {branches: [staging, production]}}'), push('production', {}, BOT)),
  ),
  mistake('no timeout-minutes', 'a job hangs', 'it ends after 360 minutes', () => {
    const { state } = advanceRun(begin(after('push'), push('main')));
    return `it ends after ${(findInstance(state, 'deploy')?.instance.timeoutMs ?? 0) / 60_000} minutes`;
  }),
];

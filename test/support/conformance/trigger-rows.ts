import { ofRef, ofRepository, pullRequest, push, workflowRun } from '../actions-events.ts';
import type { ConformanceRow } from './row.ts';
import { trigger } from './row.ts';

const branches = trigger(
  'Pushes of branches',
  'workflow-syntax#onpushbranchestagsbranches-ignoretags-ignore',
);
const tags = trigger('Pushes of tags', 'workflow-syntax#onpushbranchestagsbranches-ignoretags-ignore');
const paths = trigger('Paths', 'workflow-syntax#onpushpull_requestpull_request_targetpathspaths-ignore');
const globs = trigger('Patterns', 'workflow-syntax#filter-pattern-cheat-sheet');
const pulls = trigger('Pull requests', 'events-that-trigger-workflows#pull_request');
const skips = trigger('Skipping by commit message', 'skip-workflow-runs');
const runs = trigger('workflow_run', 'events-that-trigger-workflows#workflow_run');
const token = trigger(
  'What a GITHUB_TOKEN causes',
  'trigger-a-workflow#triggering-a-workflow-from-a-workflow',
);
const others = (name: string): ReturnType<typeof trigger> =>
  trigger('Other events', `events-that-trigger-workflows#${name}`);

const tag = (name: string) => push(`refs/tags/${name}`);
const BOT = { actor: { login: 'github-actions[bot]', by: 'github-token' } } as const;

/** Whether an event starts a run. */
export const TRIGGER_ROWS: readonly ConformanceRow[] = [
  branches('push', push('main'), 'a push to main', true),
  branches('[push, pull_request]', push('topic'), 'a push to topic', true),
  branches('pull_request', push('main'), 'a push to main', false),
  branches('{push: {branches: [main]}}', push('main'), 'a push to main', true),
  branches('{push: {branches: [main]}}', push('topic'), 'a push to topic', false),
  branches('{push: {branches: [main]}}', push('Main'), 'a push to Main', false),
  branches(
    '{push: {branches: ["releases/**"]}}',
    push('releases/10/beta'),
    'a push to releases/10/beta',
    true,
  ),
  branches(
    '{push: {branches: ["releases/*"]}}',
    push('releases/10/beta'),
    'a push to releases/10/beta',
    false,
  ),
  branches('{push: {branches-ignore: [main]}}', push('topic'), 'a push to topic', true),
  branches(
    '{push: {branches-ignore: ["releases/**-alpha"]}}',
    push('releases/3-alpha'),
    'a push to releases/3-alpha',
    false,
  ),
  branches(
    '{push: {branches: ["releases/**", "!releases/**-alpha"]}}',
    push('releases/3-alpha'),
    'a push to releases/3-alpha',
    false,
  ),
  branches(
    '{push: {branches: ["releases/**", "!releases/**-alpha"]}}',
    push('releases/3'),
    'a push to releases/3',
    true,
  ),
  branches(
    '{push: {branches: ["!releases/**-alpha", "releases/**"]}}',
    push('releases/3-alpha'),
    'a push to releases/3-alpha',
    true,
  ),
  branches('{push: {branches: ["!topic"]}}', push('main'), 'a push to main', false),
  branches('push', push('topic', { deleted: true, sha: '0000000' }), 'the branch topic is deleted', true),
  branches(
    '{push: {branches: [main]}}',
    push('topic', { deleted: true }),
    'the branch topic is deleted',
    false,
  ),

  tags('push', tag('v1.0.0'), 'a push of the tag v1.0.0', true),
  tags('{push: {branches: [main]}}', tag('v1.0.0'), 'a push of the tag v1.0.0', false),
  tags('{push: {tags: ["v*"]}}', push('main'), 'a push to main', false),
  tags('{push: {tags: ["v*"]}}', push('v1'), 'a push to a branch v1', false),
  tags('{push: {tags: ["v*"]}}', tag('v1.0.0'), 'a push of the tag v1.0.0', true),
  tags('{push: {tags: ["v[0-9]+.[0-9]+.[0-9]+"]}}', tag('v1.20.3'), 'a push of the tag v1.20.3', true),
  tags(
    '{push: {tags: ["v[0-9]+.[0-9]+.[0-9]+"]}}',
    tag('v1.20.3-rc.1'),
    'a push of the tag v1.20.3-rc.1',
    false,
  ),
  tags('{push: {tags-ignore: ["*-rc*"]}}', tag('v1-rc1'), 'a push of the tag v1-rc1', false),
  tags('{push: {tags-ignore: ["*-rc*"]}}', push('main'), 'a push to main', false),
  tags('{push: {branches: [main], tags: ["v*"]}}', tag('v1'), 'a push of the tag v1', true),
  tags('{push: {branches: [main], tags: ["v*"]}}', push('main'), 'a push to main', true),
  tags(
    '{push: {tags: ["v*"]}}',
    push('refs/tags/v1', { tagsInPush: 3 }),
    'three tags are pushed at once',
    true,
  ),
  tags(
    '{push: {tags: ["v*"]}}',
    push('refs/tags/v1', { tagsInPush: 4 }),
    'four tags are pushed at once',
    false,
  ),

  paths(
    '{push: {paths: ["src/**"]}}',
    push('main', { changedFiles: ['src/a.ts'] }),
    'src/a.ts changes',
    true,
  ),
  paths(
    '{push: {paths: ["src/**"]}}',
    push('main', { changedFiles: ['docs/a.md'] }),
    'docs/a.md changes',
    false,
  ),
  paths(
    '{push: {paths: ["src/**"]}}',
    push('main', { changedFiles: ['docs/a.md', 'src/a.ts'] }),
    'docs/a.md and src/a.ts change',
    true,
  ),
  paths(
    '{push: {paths-ignore: ["docs/**"]}}',
    push('main', { changedFiles: ['docs/a.md'] }),
    'docs/a.md changes',
    false,
  ),
  paths(
    '{push: {paths-ignore: ["docs/**"]}}',
    push('main', { changedFiles: ['docs/a.md', 'b'] }),
    'docs/a.md and b change',
    true,
  ),
  paths(
    '{push: {paths: ["sub/**", "!sub/docs/**"]}}',
    push('main', { changedFiles: ['sub/docs/a.md'] }),
    'sub/docs/a.md changes',
    false,
  ),
  paths(
    '{push: {paths: ["!docs/**"]}}',
    push('main', { changedFiles: ['src/a.ts'] }),
    'src/a.ts changes',
    false,
  ),
  paths('{push: {paths: ["src/**"]}}', push('main', { changedFiles: [] }), 'an empty commit', false),
  paths(
    '{push: {paths: ["src/**"]}}',
    push('main', { changedFiles: undefined }),
    'a push whose diff cannot be had',
    true,
  ),
  paths(
    '{push: {paths: ["src/**"]}}',
    push('refs/tags/v1', { changedFiles: ['docs/a.md'] }),
    'a push of a tag',
    true,
  ),
  paths(
    '{push: {paths: ["src/**"]}}',
    push('main', { changedFiles: [...Array.from({ length: 300 }, (_, at) => `docs/${at}`), 'src/a'] }),
    'the 301st of the changed files is src/a',
    false,
  ),
  paths(
    '{push: {branches: [main], paths: ["src/**"]}}',
    push('topic', { changedFiles: ['src/a'] }),
    'src/a changes on topic',
    false,
  ),
  paths(
    '{pull_request: {paths: ["src/**"]}}',
    pullRequest('synchronize', { changedFiles: ['docs/a.md'] }),
    'a pull request that changes docs/a.md',
    false,
  ),
  paths(
    '{pull_request: {types: [closed], paths: ["src/**"]}}',
    pullRequest('closed', { changedFiles: ['docs/a.md'] }),
    'a pull request that changes docs/a.md is closed',
    false,
  ),

  globs('{push: {branches: ["*"]}}', push('feature/a'), 'a push to feature/a', false),
  globs('{push: {branches: ["**"]}}', push('feature/a'), 'a push to feature/a', true),
  globs('{push: {branches: ["*feature"]}}', push('mona-feature'), 'a push to mona-feature', true),
  globs(
    '{push: {paths: ["**/README.md"]}}',
    push('main', { changedFiles: ['README.md'] }),
    'README.md changes',
    true,
  ),
  globs('{push: {paths: ["*.jsx?"]}}', push('main', { changedFiles: ['page.js'] }), 'page.js changes', true),
  globs('{push: {paths: ["**.js"]}}', push('main', { changedFiles: ['a/b/c.js'] }), 'a/b/c.js changes', true),
  globs(
    '{push: {paths: ["docs"]}}',
    push('main', { changedFiles: ['docs/a.md'] }),
    'docs/a.md changes',
    false,
  ),
  globs('{push: {branches: ["[CB]at"]}}', push('Bat'), 'a push to Bat', true),

  ...(['opened', 'synchronize', 'reopened'] as const).map((type) =>
    pulls('pull_request', pullRequest(type), `a pull request is ${type}`, true),
  ),
  ...(['closed', 'labeled', 'edited', 'ready_for_review'] as const).map((type) =>
    pulls('pull_request', pullRequest(type), `a pull request is ${type}`, false),
  ),
  pulls(
    '{pull_request: {types: [closed]}}',
    pullRequest('closed', { merged: true }),
    'a pull request is merged',
    true,
  ),
  pulls('{pull_request: {types: [closed]}}', pullRequest('opened'), 'a pull request is opened', false),
  pulls(
    'pull_request',
    pullRequest('opened', { mergeSha: undefined }),
    'a pull request with a merge conflict is opened',
    false,
  ),
  pulls(
    '{pull_request: {types: [closed]}}',
    pullRequest('closed', { mergeSha: undefined }),
    'a pull request with a merge conflict is closed',
    false,
  ),
  pulls(
    'pull_request_target',
    pullRequest('opened', { mergeSha: undefined }, { name: 'pull_request_target' }),
    'a pull request with a merge conflict is opened',
    true,
  ),
  pulls(
    '{pull_request: {branches: [main]}}',
    pullRequest('opened', { baseRef: 'next' }),
    'a pull request into next is opened',
    false,
  ),
  pulls(
    '{pull_request: {branches: [main]}}',
    pullRequest('opened', { headRef: 'other' }),
    'a pull request of other into main is opened',
    true,
  ),
  pulls(
    '{pull_request: {branches-ignore: ["releases/**"]}}',
    pullRequest('opened', { baseRef: 'releases/1' }),
    'a pull request into releases/1 is opened',
    false,
  ),
  pulls('push', pullRequest('synchronize'), 'a pull request gets a new commit', false),
  pulls(
    'pull_request_review',
    pullRequest('submitted', {}, { name: 'pull_request_review' }),
    'a review is submitted',
    true,
  ),
  pulls(
    '{pull_request_review: {types: [dismissed]}}',
    pullRequest('submitted', {}, { name: 'pull_request_review' }),
    'a review is submitted',
    false,
  ),

  ...['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]'].map((mark) =>
    skips(
      'push',
      push('main', { headCommitMessage: `Change ${mark}` }),
      `the newest commit says ${mark}`,
      false,
    ),
  ),
  skips(
    'push',
    push('main', { headCommitMessage: 'Change\n\n\nskip-checks: true' }),
    'the newest commit ends with skip-checks: true',
    false,
  ),
  skips(
    'push',
    push('main', { headCommitMessage: 'Say how to skip ci' }),
    'the newest commit speaks of it without brackets',
    true,
  ),
  skips(
    'pull_request',
    pullRequest('synchronize', { headCommitMessage: 'x [skip ci]' }),
    'the newest commit says [skip ci]',
    false,
  ),
  skips(
    'pull_request_target',
    pullRequest('synchronize', { headCommitMessage: 'x [skip ci]' }, { name: 'pull_request_target' }),
    'the newest commit says [skip ci]',
    true,
  ),

  runs('{workflow_run: {workflows: [CI]}}', workflowRun('completed'), 'a run of CI completes', true),
  runs(
    '{workflow_run: {workflows: [CI]}}',
    workflowRun('completed', { workflowName: 'Continuous Integration' }),
    'CI was renamed',
    false,
  ),
  runs(
    '{workflow_run: {workflows: [CI], types: [completed]}}',
    workflowRun('requested'),
    'a run of CI is requested',
    false,
  ),
  runs(
    '{workflow_run: {workflows: [CI], branches: [main]}}',
    workflowRun('completed', { headBranch: 'topic' }),
    'a run of CI for topic completes',
    false,
  ),
  runs(
    '{workflow_run: {workflows: [CI], branches: [main]}}',
    workflowRun('completed', { headRepository: 'eve/shop', event: 'pull_request' }),
    'a run of CI completes for a branch main of a fork',
    true,
  ),
  runs(
    '{workflow_run: {workflows: [CI], branches: [main]}}',
    workflowRun('completed', { headBranch: 'v1.0.0' }),
    'a run of CI for the tag v1.0.0 completes',
    false,
  ),
  runs(
    '{workflow_run: {workflows: [CI]}}',
    workflowRun('completed', { chainDepth: 2 }),
    'the third of a chain completes',
    true,
  ),
  runs(
    '{workflow_run: {workflows: [CI]}}',
    workflowRun('completed', { chainDepth: 3 }),
    'the fourth of a chain completes',
    false,
  ),

  token('push', push('main', {}, BOT), 'a job pushes with its token', false),
  token('{push: {tags: ["v*"]}}', push('refs/tags/v1', {}, BOT), 'a job pushes a tag with its token', false),
  token('push', push('main', {}, { actor: { login: 'release[bot]', by: 'app' } }), 'an app pushes', true),
  token(
    'workflow_dispatch',
    ofRef('workflow_dispatch', 'refs/heads/main', {}, BOT),
    'a job dispatches with its token',
    true,
  ),
  token(
    'repository_dispatch',
    ofRepository('repository_dispatch', { action: 'go', ...BOT }),
    'a job sends a repository_dispatch',
    true,
  ),
  token(
    'deployment',
    ofRef('deployment', 'refs/heads/main', {}, BOT),
    'a job writes a deployment with its token',
    false,
  ),
  token(
    'issue_comment',
    ofRepository('issue_comment', { action: 'created', ...BOT }),
    'a job comments with its token',
    false,
  ),
  token('pull_request', pullRequest('opened', {}, BOT), 'a job opens a pull request with its token', true),
  token(
    '{pull_request: {types: [labeled]}}',
    pullRequest('labeled', {}, BOT),
    'a job sets a label with its token',
    false,
  ),

  others('merge_group')(
    'merge_group',
    ofRef(
      'merge_group',
      'refs/heads/gh-readonly-queue/main/pr-7-abc',
      { baseRef: 'main' },
      { action: 'checks_requested' },
    ),
    'a pull request enters the merge queue',
    true,
  ),
  others('merge_group')(
    'pull_request',
    ofRef(
      'merge_group',
      'refs/heads/gh-readonly-queue/main/pr-7-abc',
      { baseRef: 'main' },
      { action: 'checks_requested' },
    ),
    'a pull request enters the merge queue',
    false,
  ),
  others('merge_group')(
    '{merge_group: {branches: [next]}}',
    ofRef(
      'merge_group',
      'refs/heads/gh-readonly-queue/main/pr-7-abc',
      { baseRef: 'main' },
      { action: 'checks_requested' },
    ),
    'a pull request into main enters the merge queue',
    false,
  ),
  others('merge_group')(
    '{push: {branches: [main]}}',
    push('gh-readonly-queue/main/pr-7-abc'),
    'the branch of the merge queue is pushed',
    false,
  ),
  others('workflow_dispatch')(
    'workflow_dispatch',
    ofRef('workflow_dispatch', 'refs/heads/topic'),
    'somebody dispatches it on topic',
    true,
  ),
  others('workflow_dispatch')(
    'push',
    ofRef('workflow_dispatch', 'refs/heads/main'),
    'somebody dispatches it',
    false,
  ),
  others('schedule')(
    '{schedule: [{cron: "30 5 * * *"}]}',
    ofRepository('schedule', { cron: '30 5 * * *' }),
    'it is half past five',
    true,
  ),
  others('schedule')(
    '{schedule: [{cron: "30 5 * * *"}]}',
    ofRepository('schedule', { cron: '0 0 * * *' }),
    'it is midnight',
    false,
  ),
  others('issue_comment')(
    '{issue_comment: {types: [created]}}',
    ofRepository('issue_comment', { action: 'created' }),
    'somebody comments',
    true,
  ),
  others('issue_comment')(
    '{issue_comment: {types: [created]}}',
    ofRepository('issue_comment', { action: 'edited' }),
    'somebody edits a comment',
    false,
  ),
  others('repository_dispatch')(
    '{repository_dispatch: {types: [deploy]}}',
    ofRepository('repository_dispatch', { action: 'deploy' }),
    'deploy is sent',
    true,
  ),
  others('repository_dispatch')(
    '{repository_dispatch: {types: [deploy]}}',
    ofRepository('repository_dispatch', { action: 'test' }),
    'test is sent',
    false,
  ),
  others('deployment')('deployment', ofRef('deployment', 'refs/heads/main'), 'a deployment is written', true),
  others('deployment_status')(
    'deployment_status',
    ofRef(
      'deployment_status',
      'refs/heads/main',
      {},
      { payload: { deployment_status: { state: 'success' } } },
    ),
    'a deployment succeeds',
    true,
  ),
  others('deployment_status')(
    'deployment_status',
    ofRef(
      'deployment_status',
      'refs/heads/main',
      {},
      { payload: { deployment_status: { state: 'inactive' } } },
    ),
    'a deployment becomes inactive',
    false,
  ),
  others('release')(
    '{release: {types: [published]}}',
    ofRef('release', 'refs/tags/v1', {}, { action: 'published' }),
    'a release is published',
    true,
  ),
  others('release')(
    'release',
    ofRef('release', 'refs/tags/v1', {}, { action: 'created', payload: { release: { draft: true } } }),
    'a draft of a release is saved',
    false,
  ),
  others('create')('create', ofRef('create', 'refs/heads/topic'), 'a branch is made', true),
  others('create')(
    'create',
    ofRef('create', 'refs/tags/v1', { tagsInPush: 4 }),
    'four tags are made at once',
    false,
  ),
  others('delete')('delete', ofRepository('delete'), 'a branch is deleted', true),
  others('check_run')(
    'check_run',
    ofRepository('check_run', {
      action: 'completed',
      payload: { check_run: { check_suite: { app: { slug: 'github-actions' } } } },
    }),
    'a check of GitHub Actions completes',
    false,
  ),
  others('check_suite')(
    'check_suite',
    ofRepository('check_suite', {
      action: 'completed',
      payload: { check_suite: { app: { slug: 'other' } } },
    }),
    'the checks of another app complete',
    true,
  ),
  others('workflow_call')('workflow_call', push('main'), 'a push to main', false),
];

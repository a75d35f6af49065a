import { matrixCells } from '../../../src/cloud/github/actions/plan/matrix.ts';
import { checkInputs } from '../../../src/cloud/github/actions/match/check-inputs.ts';
import { runPlaceOf } from '../../../src/cloud/github/actions/match/run-place.ts';
import type {
  ConcurrencyRequest,
  ConcurrencyState,
} from '../../../src/cloud/github/actions/model/concurrency.ts';
import type {
  EnvironmentRules,
  EnvironmentVisit,
} from '../../../src/cloud/github/actions/model/environment.ts';
import type { GithubEvent } from '../../../src/cloud/github/actions/model/github-event.ts';
import { advanceRun } from '../../../src/cloud/github/actions/plan/advance-run.ts';
import { keepOutputs } from '../../../src/cloud/github/actions/plan/job-outputs.ts';
import { rerun } from '../../../src/cloud/github/actions/plan/rerun.ts';
import { secretsOf } from '../../../src/cloud/github/actions/plan/secrets.ts';
import { cancelRun, findInstance } from '../../../src/cloud/github/actions/plan/settle.ts';
import { startRun } from '../../../src/cloud/github/actions/plan/start-run.ts';
import { requestGroup } from '../../../src/cloud/github/actions/rules/concurrency.ts';
import { environmentVerdict } from '../../../src/cloud/github/actions/rules/environment.ts';
import { requiredCheckState } from '../../../src/cloud/github/actions/rules/required-check.ts';
import { ofRef, ofRepository, pullRequest, push, workflowRun } from '../actions-events.ts';
import { begin, contextOf, play, reader, workflowOf } from '../actions-play.ts';
import type { ConformanceRow } from './row.ts';
import { fact, job, jobs } from './row.ts';

const EVENTS_DOC = 'events-that-trigger-workflows';
const MAIN = { event: push('main') };
const needs = jobs(
  'Needs and conditions',
  'workflow-syntax#jobsjob_idneeds, expressions#status-check-functions',
);
const ifs = jobs('Needs and conditions', 'expressions#if-conditionals, actions/runner#1173');
const strategy = jobs('Matrix', 'workflow-syntax#jobsjob_idstrategyfail-fast');
const calls = jobs('Called workflows', 'reusing-workflow-configurations');

/** `ref @ commit, file of …, rights`. */
function place(event: GithubEvent): string {
  const verdict = runPlaceOf(event);
  if ('none' in verdict) return `none: ${verdict.none}`;
  const { ref, sha, fileSha, trust, needsApproval } = verdict.place;
  const file = fileSha === sha ? 'the file of that commit' : `the file of ${fileSha}`;
  const rights = trust === 'full' ? 'all rights' : 'a token that only reads, no secrets';
  return `${ref || 'no ref'} at ${sha}, ${file}, ${rights}${needsApproval ? ', after an approval' : ''}`;
}

const where = (source: string) => (given: string, event: GithubEvent, expected: string) =>
  fact('Where a run takes place', `${EVENTS_DOC}#${source}`)(given, given, expected, () => place(event));

const PLACE_ROWS: readonly ConformanceRow[] = [
  where('push')(
    'a push to topic',
    push('topic'),
    'refs/heads/topic at pushed-sha, the file of that commit, all rights',
  ),
  where('push')(
    'a push of the tag v1',
    push('refs/tags/v1'),
    'refs/tags/v1 at pushed-sha, the file of that commit, all rights',
  ),
  where('push')(
    'the branch topic is deleted',
    push('topic', { deleted: true }),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('pull_request')(
    'a pull request is opened',
    pullRequest('opened'),
    'refs/pull/7/merge at merge-sha, the file of that commit, all rights',
  ),
  where('pull_request')(
    'a pull request is closed, not merged',
    pullRequest('closed'),
    'refs/pull/7/merge at merge-sha, the file of that commit, all rights',
  ),
  where('pull_request')(
    'a pull request is merged',
    pullRequest('closed', { merged: true }),
    'refs/heads/main at merge-sha, the file of that commit, all rights',
  ),
  where('pull_request')(
    'a pull request of a fork',
    pullRequest('opened', { headRepository: 'eve/shop' }),
    'refs/pull/7/merge at merge-sha, the file of that commit, a token that only reads, no secrets',
  ),
  where('pull_request')(
    'a pull request of a fork, by a first-time contributor',
    pullRequest('opened', { headRepository: 'eve/shop', authorIsFirstTime: true }),
    'refs/pull/7/merge at merge-sha, the file of that commit, a token that only reads, no secrets, after an approval',
  ),
  where('pull_request')(
    'a pull request of Dependabot',
    pullRequest('opened', { author: 'dependabot[bot]' }, { actor: { login: 'dependabot[bot]', by: 'app' } }),
    'refs/pull/7/merge at merge-sha, the file of that commit, a token that only reads, no secrets',
  ),
  where('pull_request')(
    'a pull request that a job opened with its token',
    pullRequest('opened', {}, { actor: { login: 'github-actions[bot]', by: 'github-token' } }),
    'refs/pull/7/merge at merge-sha, the file of that commit, all rights, after an approval',
  ),
  where('pull_request_target')(
    'pull_request_target of a fork',
    pullRequest('opened', { headRepository: 'eve/shop' }, { name: 'pull_request_target' }),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('workflow_run')(
    'workflow_run of a tag',
    workflowRun('completed', { headBranch: 'v1' }),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('workflow_run')(
    'workflow_run of a pull request of a fork',
    workflowRun('completed', { headRepository: 'eve/shop', event: 'pull_request' }),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('workflow_dispatch')(
    'a dispatch on topic',
    ofRef('workflow_dispatch', 'refs/heads/topic'),
    'refs/heads/topic at ref-sha, the file of that commit, all rights',
  ),
  where('merge_group')(
    'a merge group',
    ofRef('merge_group', 'refs/heads/gh-readonly-queue/main/pr-7-abc', {}, { action: 'checks_requested' }),
    'refs/heads/gh-readonly-queue/main/pr-7-abc at ref-sha, the file of that commit, all rights',
  ),
  where('schedule')(
    'a schedule',
    ofRepository('schedule'),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('issue_comment')(
    'a comment on a pull request',
    ofRepository('issue_comment', { action: 'created' }),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
  where('deployment')(
    'a deployment of a bare commit',
    ofRef('deployment', ''),
    'no ref at ref-sha, the file of that commit, all rights',
  ),
  where('delete')(
    'the branch topic is deleted (delete)',
    ofRef('delete', 'refs/heads/topic'),
    'refs/heads/main at main-sha, the file of that commit, all rights',
  ),
];

const CI = `on: {workflow_call: {outputs: {v: {value: "\${{ jobs.build.outputs.v }}"}}}}\njobs:\n  ${job('build')}\n  ${job('lint')}\n`;
const CALL = 'ci: {uses: ./.github/workflows/ci.yml}';
const called = { ...MAIN, files: { 'ci.yml': CI } };

const JOB_ROWS: readonly ConformanceRow[] = [
  needs([job('a'), job('b', 'needs: a')], {}, 'a: success, b: success → success', MAIN),
  needs([job('a'), job('b', 'needs: a')], { a: 'failure' }, 'a: failure, b: skipped → failure', MAIN),
  needs(
    [job('a'), job('b', 'needs: a'), job('c', 'needs: b')],
    { a: 'failure' },
    'a: failure, b: skipped, c: skipped → failure',
    MAIN,
  ),
  needs(
    [job('a'), job('b', 'needs: a, if: always()')],
    { a: 'failure' },
    'a: failure, b: success → failure',
    MAIN,
  ),
  needs(
    [job('a'), job('b', 'needs: a, if: always()'), job('c', 'needs: b')],
    { a: 'failure' },
    'a: failure, b: success, c: skipped → failure',
    MAIN,
  ),
  needs([job('a', 'if: false'), job('b', 'needs: a')], {}, 'a: skipped, b: skipped → skipped', MAIN),
  needs(
    [job('a', 'if: false'), job('gate', 'needs: a, if: always()')],
    {},
    'a: skipped, gate: success → success',
    MAIN,
  ),
  needs(
    [job('a', 'if: false'), job('b', 'needs: a, if: "!cancelled() && needs.a.result == \'skipped\'"')],
    {},
    'a: skipped, b: success → success',
    MAIN,
  ),
  needs(
    [job('a'), job('b', 'needs: a, if: failure()')],
    { a: 'failure' },
    'a: failure, b: success → failure',
    MAIN,
  ),
  needs([job('a'), job('b', 'needs: a, if: failure()')], {}, 'a: success, b: skipped → success', MAIN),
  needs(
    [job('a', 'continue-on-error: true'), job('b', 'needs: a')],
    { a: 'failure' },
    'a: failure, b: success → success',
    MAIN,
  ),
  needs(
    [job('a'), job('b', "needs: a, if: needs.a.outputs.go == 'yes'")],
    { a: { go: 'no' } },
    'a: success, b: skipped → success',
    MAIN,
  ),
  ifs([job('a', 'if: false')], {}, 'a: skipped → skipped', MAIN),
  ifs([job('a', 'if: "${{ false }}"')], {}, 'a: skipped → skipped', MAIN),
  ifs([job('a', 'if: "${{ false }} "')], {}, 'a: success → success', {
    ...MAIN,
    when: 'a space stands behind the expression',
  }),
  ifs([job('a', 'if: "${{ false }}\\n"')], {}, 'a: success → success', {
    ...MAIN,
    when: 'a line break stands behind it, as with `if: |`',
  }),
  ifs([job('a', 'if: "${{ github.ref == \'x\' }} || false"')], {}, 'a: success → success', {
    ...MAIN,
    when: 'text stands outside of the fences',
  }),
  ifs([job('a', 'if: "contains(\'refs/heads/main-2\', github.ref)"')], {}, 'a: success → success', {
    ...MAIN,
    when: 'a test for a part of a text is meant as one for the whole',
  }),
  ifs([job('a', "if: github.ref == 'REFS/HEADS/MAIN'")], {}, 'a: success → success', MAIN),
  ifs([job('a', 'if: "case(github.event_name == \'push\', true, false)"')], {}, 'a: success → success', MAIN),
  ifs([job('a', 'if: github.event.pull_request.merged')], {}, 'a: skipped → skipped', MAIN),
  strategy(
    [job('t', 'strategy: {matrix: {n: [1, 2]}}')],
    { 't(0)': 'failure' },
    't (1): failure, t (2): cancelled → failure',
    MAIN,
  ),
  strategy(
    [job('t', 'strategy: {fail-fast: false, matrix: {n: [1, 2]}}')],
    { 't(0)': 'failure' },
    't (1): failure, t (2): success → failure',
    MAIN,
  ),
  strategy(
    [job('t', 'strategy: {max-parallel: 1, matrix: {n: [1, 2]}}')],
    { 't(0)': 'failure' },
    't (1): failure, t (2): cancelled → failure',
    MAIN,
  ),
  strategy(
    [job('t', 'continue-on-error: "${{ matrix.n == 1 }}", strategy: {matrix: {n: [1, 2]}}')],
    { 't(0)': 'failure' },
    't (1): failure, t (2): success → success',
    MAIN,
  ),
  strategy(
    [job('p'), job('t', 'needs: p, strategy: {matrix: {app: "${{ fromJSON(needs.p.outputs.apps) }}"}}')],
    { p: { apps: '["web","api"]' } },
    'p: success, t (web): success, t (api): success → success',
    MAIN,
  ),
  strategy(
    [job('p'), job('t', 'needs: p, strategy: {matrix: {app: "${{ fromJSON(needs.p.outputs.apps) }}"}}')],
    { p: { apps: '[]' } },
    'p: success, t: failure → failure',
    MAIN,
  ),
  strategy(
    [job('t', 'name: "Test ${{ matrix.n }}", strategy: {matrix: {n: [1]}}')],
    {},
    'Test 1: success → success',
    MAIN,
  ),
  calls([CALL], {}, 'ci / build: success, ci / lint: success → success', called),
  calls(
    [CALL, job('d', 'needs: ci')],
    { 'ci/lint': 'failure' },
    'ci / build: success, ci / lint: failure, d: skipped → failure',
    called,
  ),
  calls(
    [CALL, job('d', 'needs: ci, if: needs.ci.outputs.v == 2')],
    { 'ci/build': { v: '2' } },
    'ci / build: success, ci / lint: success, d: success → success',
    called,
  ),
  calls(
    ['ci: {uses: ./.github/workflows/ci.yml, if: false}', job('d', 'needs: ci')],
    {},
    'ci: skipped, d: skipped → skipped',
    called,
  ),
  calls(
    ['ci: {uses: $/.github/workflows/ci.yml, name: Checks}'],
    {},
    'Checks / build: success, Checks / lint: success → success',
    called,
  ),
];

const matrixRow = fact('Matrix', 'running-variations-of-jobs-in-a-workflow');
const cells = (matrix: Parameters<typeof matrixCells>[0]) => () =>
  matrixCells(matrix)
    .map((cell) => JSON.stringify(cell))
    .join(' ');
const MATRIX_ROWS: readonly ConformanceRow[] = [
  matrixRow(
    'matrix: {a: [1, 2], b: [x, y]}',
    'it is expanded',
    '{"a":1,"b":"x"} {"a":1,"b":"y"} {"a":2,"b":"x"} {"a":2,"b":"y"}',
    cells({ a: [1, 2], b: ['x', 'y'] }),
  ),
  matrixRow(
    'matrix: {a: [1, 2], exclude: [{a: 1}]}',
    'it is expanded',
    '{"a":2}',
    cells({ a: [1, 2], exclude: [{ a: 1 }] }),
  ),
  matrixRow(
    'matrix: {a: [1, 2], include: [{c: z}]}',
    'it is expanded',
    '{"a":1,"c":"z"} {"a":2,"c":"z"}',
    cells({ a: [1, 2], include: [{ c: 'z' }] }),
  ),
  matrixRow(
    'matrix: {a: [1, 2], include: [{a: 2, c: z}]}',
    'it is expanded',
    '{"a":1} {"a":2,"c":"z"}',
    cells({ a: [1, 2], include: [{ a: 2, c: 'z' }] }),
  ),
  matrixRow(
    'matrix: {a: [1], include: [{a: 3}]}',
    'it is expanded',
    '{"a":1} {"a":3}',
    cells({ a: [1], include: [{ a: 3 }] }),
  ),
  matrixRow(
    'matrix: {include: [{a: 1}, {b: 2}]}',
    'it is expanded',
    '{"a":1} {"b":2}',
    cells({ include: [{ a: 1 }, { b: 2 }] }),
  ),
  matrixRow(
    'matrix: {a: [1, 2], include: [{c: x}, {a: 1, c: y}]}',
    'it is expanded',
    '{"a":1,"c":"y"} {"a":2,"c":"x"}',
    cells({ a: [1, 2], include: [{ c: 'x' }, { a: 1, c: 'y' }] }),
  ),
];

type Request = readonly [key: string, request?: Partial<ConcurrencyRequest>];
function groups(...requests: readonly Request[]): string {
  let state: ConcurrencyState = {};
  const told: string[] = [];
  for (const [key, rest] of requests) {
    const within = key.includes(' job ') ? [key.split(' job ')[0] ?? ''] : [];
    const request: ConcurrencyRequest = {
      group: 'production',
      cancelInProgress: false,
      queue: 'single',
      ...rest,
    };
    const decision = requestGroup(state, { key, within }, request);
    state = decision.state;
    const verbs = {
      start: 'starts',
      wait: 'waits',
      'cancel-running': 'is asked to end',
      'cancel-pending': 'is cancelled',
    };
    told.push(...decision.effects.map(({ kind, holder }) => `${holder.key} ${verbs[kind]}`));
  }
  return told.join(', ');
}

const concurrency = fact('Concurrency', 'control-workflow-concurrency, changelog 2026-05-07');
const max = { queue: 'max' } as const;
const CONCURRENCY_ROWS: readonly ConformanceRow[] = [
  concurrency('group: production', 'A holds it, B comes', 'A starts, B waits', () => groups(['A'], ['B'])),
  concurrency(
    'group: production',
    'A holds it, B waits, C comes',
    'A starts, B waits, B is cancelled, C waits',
    () => groups(['A'], ['B'], ['C']),
  ),
  concurrency(
    'group: production, queue: max',
    'A holds it, B waits, C comes',
    'A starts, B waits, C waits',
    () => groups(['A'], ['B', max], ['C', max]),
  ),
  concurrency(
    'group: production, cancel-in-progress: true',
    'A holds it, B comes',
    'A starts, A is asked to end, B waits',
    () => groups(['A'], ['B', { cancelInProgress: true }]),
  ),
  concurrency(
    'group: production, cancel-in-progress: true',
    'A holds it, B waits, C comes',
    'A starts, B waits, B is cancelled, A is asked to end, C waits',
    () => groups(['A'], ['B'], ['C', { cancelInProgress: true }]),
  ),
  concurrency(
    'group: Production and group: production',
    'A holds one, B comes to the other',
    'A starts, B waits',
    () => groups(['A', { group: 'Production' }], ['B']),
  ),
  concurrency(
    'group: production and group: staging',
    'A holds one, B comes to the other',
    'A starts, B starts',
    () => groups(['A'], ['B', { group: 'staging' }]),
  ),
  concurrency(
    'the same group in a workflow and in a job of it',
    'the job comes to its turn',
    'run 1 starts, run 1 job deploy is cancelled',
    () => groups(['run 1'], ['run 1 job deploy']),
  ),
  concurrency(
    'group: production, queue: max',
    'A holds it, a hundred wait, one more comes',
    'the last is cancelled',
    () => {
      const many = Array.from({ length: 102 }, (_, at): Request => [`r${at}`, max]);
      return groups(...many).endsWith('r99 waits, r100 waits, r101 is cancelled')
        ? 'the last is cancelled'
        : 'something else';
    },
  ),
];

const RULES: EnvironmentRules = { refs: 'all', reviewers: [], preventSelfReview: false, waitTimerMinutes: 0 };
const DAY_MS = 86_400_000;
function door(
  rules: Partial<EnvironmentRules> | undefined,
  visit: Partial<EnvironmentVisit> = {},
  nowMs = 0,
): string {
  const full: EnvironmentVisit = {
    environment: 'production',
    ref: 'refs/heads/main',
    refIsProtected: false,
    startedBy: 'ada',
    sinceMs: 0,
    reviews: [],
    ...visit,
  };
  const verdict = environmentVerdict(rules === undefined ? undefined : { ...RULES, ...rules }, full, nowMs);
  return verdict.kind === 'wait'
    ? `waits for the ${verdict.for}`
    : { enter: 'runs', refuse: 'fails' }[verdict.kind];
}

const environment = fact('Environments', 'deployments-and-environments');
const vTags: Partial<EnvironmentRules> = { refs: [{ type: 'tag', pattern: 'v*' }] };
const review = (by: string, state: 'approved' | 'rejected' = 'approved') => ({
  reviews: [{ by, state, comment: '' }],
});
const ENVIRONMENT_ROWS: readonly ConformanceRow[] = [
  environment('an environment that nobody made', 'a job names it', 'runs', () => door(undefined)),
  environment('tags v*', 'a run of the tag v1.2.0', 'runs', () => door(vTags, { ref: 'refs/tags/v1.2.0' })),
  environment('tags v*', 'a run of main', 'fails', () => door(vTags)),
  environment('tags v*', 'a workflow_run of the tag v1.2.0: its ref is main', 'fails', () => {
    const verdict = runPlaceOf(workflowRun('completed', { headBranch: 'v1.2.0' }));
    return 'none' in verdict ? 'starts nothing' : door(vTags, { ref: verdict.place.ref });
  }),
  environment(
    'branches main',
    'a pull request is closed, not merged: its ref is refs/pull/7/merge',
    'fails',
    () => door({ refs: [{ type: 'branch', pattern: 'main' }] }, { ref: 'refs/pull/7/merge' }),
  ),
  environment('branches main and refs/pull/*/merge', 'a pull request is closed', 'runs', () =>
    door(
      {
        refs: [
          { type: 'branch', pattern: 'main' },
          { type: 'branch', pattern: 'refs/pull/*/merge' },
        ],
      },
      { ref: 'refs/pull/7/merge' },
    ),
  ),
  environment('branches releases/*', 'a run of releases/1/2', 'fails', () =>
    door({ refs: [{ type: 'branch', pattern: 'releases/*' }] }, { ref: 'refs/heads/releases/1/2' }),
  ),
  environment('protected branches only', 'a run of a tag', 'fails', () =>
    door({ refs: 'protected' }, { ref: 'refs/tags/main', refIsProtected: true }),
  ),
  environment('reviewers grace and linus', 'nobody said anything yet', 'waits for the review', () =>
    door({ reviewers: ['grace', 'linus'] }),
  ),
  environment('reviewers grace and linus', 'linus approves', 'runs', () =>
    door({ reviewers: ['grace', 'linus'] }, review('linus')),
  ),
  environment('reviewers grace and linus', 'grace rejects', 'fails', () =>
    door({ reviewers: ['grace', 'linus'] }, review('grace', 'rejected')),
  ),
  environment('reviewers grace', 'somebody else approves', 'waits for the review', () =>
    door({ reviewers: ['grace'] }, review('mallory')),
  ),
  environment(
    'reviewers ada, prevent self-review',
    'ada started it and approves',
    'waits for the review',
    () => door({ reviewers: ['ada'], preventSelfReview: true }, review('ada')),
  ),
  environment('reviewers grace', 'thirty days go by', 'fails', () =>
    door({ reviewers: ['grace'] }, {}, 30 * DAY_MS),
  ),
  environment('wait timer of 10 minutes', '9 minutes go by', 'waits for the timer', () =>
    door({ waitTimerMinutes: 10 }, {}, 540_000),
  ),
  environment('wait timer of 10 minutes', '10 minutes go by', 'runs', () =>
    door({ waitTimerMinutes: 10 }, {}, 600_000),
  ),
];

function starts(text: string, files: Readonly<Record<string, string>> = {}): string {
  const start = startRun(workflowOf(text), contextOf(push('main')), reader(files));
  return start.kind === 'run' ? 'starts' : 'startup failure';
}
function token(
  text: string,
  event: GithubEvent = push('main'),
  defaultPermissions: 'read' | 'write' = 'read',
): string {
  const { state } = advanceRun(begin(text, event, {}, { defaultPermissions }));
  const { permissions = {} } = findInstance(state, 'a')?.instance ?? {};
  const named = Object.entries(permissions).filter(([scope]) =>
    ['contents', 'packages', 'issues'].includes(scope),
  );
  return named.map(([scope, level]) => `${scope}: ${level}`).join(', ') || 'nothing';
}

const permissions = fact('Permissions', 'workflow-syntax#how-permissions-are-calculated-for-a-workflow-job');
const top = (more: string, jobMore = '') =>
  `on: [push, pull_request]\n${more}\njobs:\n  ${job('a', jobMore)}\n`;
const fork = pullRequest('opened', { headRepository: 'eve/shop' });
const callee = (more: string) => ({ 'ci.yml': `on: workflow_call\n${more}\njobs:\n  ${job('b')}\n` });
const caller = (more: string) => `on: push\n${more}\njobs:\n  ${CALL}\n`;
const PERMISSION_ROWS: readonly ConformanceRow[] = [
  permissions('nothing written, restricted default', 'a job runs', 'contents: read, packages: read', () =>
    token(top('')),
  ),
  permissions(
    'nothing written, permissive default',
    'a job runs',
    'contents: write, issues: write, packages: write',
    () => token(top(''), push('main'), 'write'),
  ),
  permissions('permissions: {}', 'a job runs', 'nothing', () => token(top('permissions: {}'))),
  permissions('permissions: {issues: write}', 'a job runs', 'issues: write', () =>
    token(top('permissions: {issues: write}')),
  ),
  permissions(
    'permissions: {issues: write}, the job {contents: read}',
    'the job runs',
    'contents: read',
    () => token(top('permissions: {issues: write}', 'permissions: {contents: read}')),
  ),
  permissions('permissions: {issues: write}', 'a job runs for a pull request of a fork', 'issues: read', () =>
    token(top('permissions: {issues: write}'), fork),
  ),
  permissions(
    'permissions: {}; the called workflow asks for contents: read',
    'it starts',
    'startup failure',
    () => starts(caller('permissions: {}'), callee('permissions: {contents: read}')),
  ),
  permissions(
    'permissions: {contents: write}; the called workflow asks for contents: read',
    'it starts',
    'starts',
    () => starts(caller('permissions: {contents: write}'), callee('permissions: {contents: read}')),
  ),
];

const secretRow = fact(
  'Secrets, inputs and outputs',
  'reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow, actions/runner#1490',
);
const OWN = { repository: { TOKEN: '1' }, environment: { DATABASE_URL: '2' } };
function secrets(more: string, event: GithubEvent = push('main')): string {
  const files = {
    'ci.yml': `on: {workflow_call: {secrets: {T: {required: false}}}}\njobs:\n  ${job('b')}\n`,
  };
  const text = `on: push\njobs:\n  ${CALL.replace('}', `${more}}`)}\n  ${job('a')}\n`;
  const { state } = play(begin(text, event, files));
  const found = findInstance(state, more === '' ? 'a' : 'ci/b')?.instance;
  return found === undefined ? 'no job' : Object.keys(secretsOf(state, found, OWN)).join(', ') || 'none';
}
const input = { name: 'dry', type: 'boolean', required: true, options: [], line: 1, column: 1 } as const;
const given = (inputs: Record<string, string>) => () => {
  const verdict = checkInputs([input], inputs);
  return 'mistakes' in verdict ? 'refused (422)' : JSON.stringify(verdict.inputs);
};
const dispatch = fact('Secrets, inputs and outputs', `${EVENTS_DOC}#providing-inputs`);
const SECRET_ROWS: readonly ConformanceRow[] = [
  secretRow('a job with an environment', 'it runs', 'TOKEN, DATABASE_URL', () => secrets('')),
  secretRow('a call without secrets', 'a job of the called workflow runs', 'none', () =>
    secrets(', with: {}'),
  ),
  secretRow('a call with secrets: {T: …}', 'a job of the called workflow runs', 'T', () =>
    secrets(', secrets: {T: "${{ secrets.TOKEN }}"}'),
  ),
  secretRow('a call with secrets: inherit', 'a job of the called workflow runs', 'TOKEN, DATABASE_URL', () =>
    secrets(', secrets: inherit'),
  ),
  secretRow('a job with an environment', 'it runs for a pull request of a fork', 'none', () =>
    secrets('', fork),
  ),
  fact('Secrets, inputs and outputs', 'workflow-syntax#jobsjob_idoutputs')(
    'an output that holds a secret',
    'the job ends',
    'the output is dropped',
    () =>
      keepOutputs({ url: 'postgres://u:s3cr3t@h' }, ['s3cr3t']).dropped.includes('url')
        ? 'the output is dropped'
        : 'it is kept',
  ),
  dispatch(
    'inputs: {dry: {type: boolean, required: true}}',
    'dispatched with dry=true',
    '{"dry":true}',
    given({ dry: 'true' }),
  ),
  dispatch(
    'inputs: {dry: {type: boolean, required: true}}',
    'dispatched with dry=maybe',
    'refused (422)',
    given({ dry: 'maybe' }),
  ),
  dispatch(
    'inputs: {dry: {type: boolean, required: true}}',
    'dispatched without it',
    'refused (422)',
    given({}),
  ),
  dispatch(
    'inputs: {dry: {type: boolean, required: true}}',
    'dispatched with another, wet',
    'refused (422)',
    given({ dry: 'true', wet: '1' }),
  ),
];

const again = fact('Cancelling and running again', 're-running-workflows-and-jobs');
const checksRow = fact('Required checks', 'troubleshooting-required-status-checks');
const OUTPUTS = `on: push\njobs:\n  ${job('a')}\n  ${job('b', 'needs: a')}\n  ${job('c', 'needs: b, if: always()')}\n`;
const LATER_ROWS: readonly ConformanceRow[] = [
  fact('Cancelling and running again', 'workflow-cancellation')(
    'a; b needs a; c needs b, if: always()',
    'the run is cancelled while a runs',
    'a: cancelled, b: skipped, c: success → cancelled',
    () => {
      const { checks, conclusion } = play(begin(OUTPUTS, push('main')), { a: 'cancelled' }, (state, { id }) =>
        id === 'a' ? cancelRun(state) : state,
      );
      return `${Object.entries(checks)
        .map(([name, result]) => `${name}: ${result}`)
        .join(', ')} → ${conclusion}`;
    },
  ),
  again('a; b needs a; c needs b, if: always()', 'b failed, and what failed is run again', 'b, c', () =>
    play(
      rerun(play(begin(OUTPUTS, push('main')), { b: 'failure' }).state, { which: 'failed', by: 'ada' }),
    ).began.join(', '),
  ),
  again('a; b needs a; c needs b, if: always()', 'all of it is run again', 'a, b, c', () =>
    play(rerun(play(begin(OUTPUTS, push('main'))).state, { which: 'all', by: 'ada' })).began.join(', '),
  ),
  again(
    'a run of a commit that is no longer the newest',
    'it is run again',
    'the same commit and ref, attempt 2',
    () => {
      const { context } = rerun(begin(OUTPUTS, push('main', { sha: 'old' })), { which: 'all', by: 'ada' });
      return `the same commit and ref, attempt ${context.runAttempt}`.replace(
        'same',
        context.place.sha === 'old' ? 'same' : 'other',
      );
    },
  ),
  checksRow('CI gate is required', 'its job succeeded', 'passed', () =>
    requiredCheckState('CI gate', [{ name: 'CI gate', conclusion: 'success' }]),
  ),
  checksRow('CI gate is required', 'its job was skipped by its if', 'passed', () =>
    requiredCheckState('CI gate', [{ name: 'CI gate', conclusion: 'skipped' }]),
  ),
  checksRow(
    'CI gate is required',
    'its GitHub workflow did not run: paths, branches, [skip ci]',
    'expected',
    () => requiredCheckState('CI gate', [{ name: 'other', conclusion: 'success' }]),
  ),
  checksRow('CI gate is required', 'its job failed', 'failed', () =>
    requiredCheckState('CI gate', [{ name: 'CI gate', conclusion: 'failure' }]),
  ),
  checksRow('CI gate is required', 'a check and a status of that name, one still runs', 'pending', () =>
    requiredCheckState('CI gate', [
      { name: 'CI gate', conclusion: 'success' },
      { name: 'CI gate', conclusion: null },
    ]),
  ),
];

/** What becomes of a run that started. */
export const RUN_ROWS: readonly ConformanceRow[] = [
  ...PLACE_ROWS,
  ...JOB_ROWS,
  ...MATRIX_ROWS,
  ...CONCURRENCY_ROWS,
  ...ENVIRONMENT_ROWS,
  ...PERMISSION_ROWS,
  ...SECRET_ROWS,
  ...LATER_ROWS,
];

import { advanceRun } from '../../../src/cloud/github/actions/plan/advance-run.ts';
import { findInstance } from '../../../src/cloud/github/actions/plan/settle.ts';
import { pullRequest, push } from '../actions-events.ts';
import { begin } from '../actions-play.ts';
import type { ConformanceRow } from './row.ts';
import { fact, job, JOB, jobs } from './row.ts';

const MAIN = { event: push('main') };
const needs = jobs(
  'Needs and conditions',
  'workflow-syntax#jobsjob_idneeds, expressions#status-check-functions',
);
const skipped = jobs('Needs and conditions', 'expressions#status-check-functions, actions/runner#491');
const strategy = jobs('Matrix', 'workflow-syntax#jobsjob_idstrategyfail-fast');

const NEEDS_ROWS: readonly ConformanceRow[] = [
  needs(
    [job('a'), job('b', 'needs: a'), job('c', 'needs: b, if: failure()')],
    { a: 'failure' },
    'a: failure, b: skipped, c: success → failure',
    MAIN,
  ),
  needs(
    [job('a'), job('b', 'needs: a, if: "!cancelled()"')],
    { a: 'failure' },
    'a: failure, b: success → failure',
    MAIN,
  ),
  needs(
    [job('a'), job('b', 'needs: a, if: success() || failure()')],
    { a: 'failure' },
    'a: failure, b: success → failure',
    MAIN,
  ),
  needs(
    [job('a'), job('b'), job('c', 'needs: [a, b], if: "always() && !contains(needs.*.result, \'failure\')"')],
    { a: 'failure' },
    'a: failure, b: success, c: skipped → failure',
    MAIN,
  ),
  skipped(
    [job('a', 'if: false'), job('b', 'needs: a, if: always()'), job('c', 'needs: b')],
    {},
    'a: skipped, b: success, c: skipped → success',
    MAIN,
  ),
  skipped(
    [
      job('a', 'if: false'),
      job('b', 'needs: a, if: always()'),
      job('c', 'needs: b, if: "!cancelled() && needs.b.result == \'success\'"'),
    ],
    {},
    'a: skipped, b: success, c: success → success',
    MAIN,
  ),
];

const MATRIX_ROWS: readonly ConformanceRow[] = [
  strategy(
    [job('t', 'strategy: {fail-fast: false, matrix: {n: [1, 2]}}'), job('d', 'needs: t')],
    { 't(0)': 'failure' },
    't (1): failure, t (2): success, d: skipped → failure',
    MAIN,
  ),
  strategy(
    [
      job('t', 'continue-on-error: true, strategy: {fail-fast: false, matrix: {n: [1, 2]}}'),
      job('d', 'needs: t'),
    ],
    { 't(0)': 'failure' },
    't (1): failure, t (2): success, d: success → success',
    MAIN,
  ),
  strategy(
    [job('p'), job('t', 'needs: p, strategy: {matrix: "${{ fromJSON(needs.p.outputs.matrix) }}"}')],
    { p: { matrix: '{"include":[{"app":"web"},{"app":"api"}]}' } },
    'p: success, t (web): success, t (api): success → success',
    MAIN,
  ),
];

const GROUP = 'concurrency: {group: g, cancel-in-progress: "${{ github.event_name == \'pull_request\' }}"}';
const group = fact('Concurrency', 'workflow-syntax#concurrency');
const cancels = (event: Parameters<typeof begin>[1]): string => {
  const { concurrency } = begin(`on: [push, pull_request]\n${GROUP}\n${JOB}`, event);
  return concurrency?.cancelInProgress === true ? 'cancels what runs' : 'waits';
};
const GROUP_ROWS: readonly ConformanceRow[] = [
  group(GROUP, 'a push to main', 'waits', () => cancels(push('main'))),
  group(GROUP, 'a pull request gets a new commit', 'cancels what runs', () =>
    cancels(pullRequest('synchronize')),
  ),
];

const time = fact('Timeouts', 'workflow-syntax#jobsjob_idtimeout-minutes');
const endsAfter = (minutes: string) => (): string => {
  const { state } = advanceRun(
    begin(`on: push\njobs:\n  ${job('a', `timeout-minutes: ${minutes}`)}\n`, push('main')),
  );
  return `it ends after ${(findInstance(state, 'a')?.instance.timeoutMs ?? 0) / 60_000} minutes`;
};
const TIMEOUT_ROWS: readonly ConformanceRow[] = [
  ['5', 'it ends after 5 minutes'],
  ['"${{ fromJSON(\'15\') }}"', 'it ends after 15 minutes'],
  ['2.9', 'it ends after 2 minutes'],
  ['0.5', 'it ends after 360 minutes'],
].map(([minutes = '', ends = '']) =>
  time(`timeout-minutes: ${minutes}`, 'a job hangs', ends, endsAfter(minutes)),
);

/** Rows about what is in many files: conditions over several jobs, groups by an expression, timeouts. */
export const FEATURE_ROWS: readonly ConformanceRow[] = [
  ...NEEDS_ROWS,
  ...MATRIX_ROWS,
  ...GROUP_ROWS,
  ...TIMEOUT_ROWS,
];

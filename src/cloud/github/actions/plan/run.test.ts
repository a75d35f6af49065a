import { describe, expect, test } from 'vitest';
import { begin, contextOf, play, reader, workflowOf } from '../../../../../test/support/actions-play.ts';
import { pullRequest, push } from '../../../../../test/support/actions-events.ts';
import type { RunState } from '../model/run-state.ts';
import { advanceRun } from './advance-run.ts';
import { keepOutputs } from './job-outputs.ts';
import { jobScope, runDefaultsOf } from './job-scope.ts';
import { rerun } from './rerun.ts';
import { secretsOf } from './secrets.ts';
import { beginInstance, cancelRun, findInstance } from './settle.ts';
import { startRun } from './start-run.ts';

const MAIN = push('main');
const job = (id: string, rest = ''): string =>
  `  ${id}:\n    runs-on: ubuntu-latest\n    steps: [{run: a}]\n${rest === '' ? '' : `${rest.replaceAll(/^/gm, '    ')}\n`}`;
const flow = (...jobs: readonly string[]): string => `on: push\njobs:\n${jobs.join('')}`;
const instance = (state: RunState, id: string) => {
  const found = findInstance(state, id)?.instance;
  if (found === undefined) throw new Error(`no instance ${id}`);
  return found;
};

describe('the graph of a run', () => {
  test('begins what needs nothing, then what needs that', () => {
    const { began, conclusion } = play(
      begin(flow(job('a'), job('b', 'needs: a'), job('c', 'needs: [a, b]'), job('d')), MAIN),
    );
    expect([began, conclusion]).toEqual([['a', 'd', 'b', 'c'], 'success']);
  });

  test('skips what needs a job that failed, however far', () => {
    const { checks, conclusion, why } = play(
      begin(flow(job('a'), job('b', 'needs: a'), job('c', 'needs: b')), MAIN),
      { a: 'failure' },
    );
    expect([checks, conclusion]).toEqual([{ a: 'failure', b: 'skipped', c: 'skipped' }, 'failure']);
    expect(why).toEqual({ b: 'it needs a (failure)', c: 'it needs b (skipped)' });
  });

  test('success() looks at all ancestors: a job between that ran anyway does not help', () => {
    const text = flow(
      job('a'),
      job('b', 'needs: a\nif: always()'),
      job('c', 'needs: b'),
      job('d', "needs: b\nif: ${{ !cancelled() && needs.b.result == 'success' }}"),
    );
    expect(play(begin(text, MAIN), { a: 'failure' }).checks).toEqual({
      a: 'failure',
      b: 'success',
      c: 'skipped',
      d: 'success',
    });
  });

  test('a skipped ancestor is not a success', () => {
    const text = flow(
      job('a', 'if: false'),
      job('b', 'needs: a'),
      job('gate', 'needs: [a, b]\nif: always()'),
    );
    expect(play(begin(text, MAIN))).toMatchObject({
      checks: { a: 'skipped', b: 'skipped', gate: 'success' },
      conclusion: 'success',
    });
  });

  test('failure() holds when an ancestor failed, not when it was skipped', () => {
    const text = flow(
      job('a'),
      job('b', 'needs: a\nif: failure()'),
      job('c', 'if: false'),
      job('d', 'needs: c\nif: failure()'),
    );
    expect(play(begin(text, MAIN), { a: 'failure' }).checks).toEqual({
      a: 'failure',
      b: 'success',
      c: 'skipped',
      d: 'skipped',
    });
  });

  test('is skipped when all of it is', () => {
    expect(play(begin(flow(job('a', 'if: false')), MAIN)).conclusion).toBe('skipped');
  });

  test('a job whose if cannot be evaluated fails', () => {
    const played = play(begin(flow(job('a', 'if: fromJSON(github.ref)')), MAIN));
    expect(played).toMatchObject({ conclusion: 'failure', checks: { a: 'failure' } });
    expect(played.why['a']).toContain('The template is not valid');
  });

  test('hands outputs on by needs, and only from those that are named', () => {
    const text = flow(
      job('a'),
      job('b', "needs: a\nif: needs.a.outputs.go == 'yes'"),
      job('c', "needs: b\nif: needs.a.outputs.go == 'yes'"),
    );
    expect(play(begin(text, MAIN), { a: { go: 'yes' } }).checks).toEqual({
      a: 'success',
      b: 'success',
      c: 'skipped',
    });
  });

  test('a job that may fail counts as a success, and its check shows the failure', () => {
    const text = flow(job('a', 'continue-on-error: true'), job('b', 'needs: a'));
    expect(play(begin(text, MAIN), { a: 'failure' })).toMatchObject({
      checks: { a: 'failure', b: 'success' },
      conclusion: 'success',
    });
  });
});

describe('a matrix', () => {
  const matrix = (rest: string): string => flow(job('t', rest), job('after', 'needs: t'));

  test('has a job for each cell, named after it', () => {
    const { began } = play(begin(matrix('strategy: {matrix: {node: [20, 22], os: [linux]}}'), MAIN));
    expect(began).toEqual(['t (20, linux)', 't (22, linux)', 'after']);
  });

  test('is named by its name, with the cell behind it unless the name speaks of it', () => {
    expect(
      play(begin(matrix('name: Test ${{ matrix.node }}\nstrategy: {matrix: {node: [20, 22]}}'), MAIN)).began,
    ).toEqual(['Test 20', 'Test 22', 'after']);
    expect(play(begin(matrix('name: Test\nstrategy: {matrix: {node: [20, 22]}}'), MAIN)).began).toEqual([
      'Test (20)',
      'Test (22)',
      'after',
    ]);
  });

  test('cancels the others when one fails, unless fail-fast is false', () => {
    const text = 'strategy: {matrix: {n: [1, 2, 3]}}';
    expect(play(begin(matrix(text), MAIN), { 't(0)': 'failure' }).checks).toEqual({
      't (1)': 'failure',
      't (2)': 'cancelled',
      't (3)': 'cancelled',
      after: 'skipped',
    });
    expect(
      play(begin(matrix('strategy: {fail-fast: false, matrix: {n: [1, 2, 3]}}'), MAIN), { 't(0)': 'failure' })
        .checks,
    ).toEqual({ 't (1)': 'failure', 't (2)': 'success', 't (3)': 'success', after: 'skipped' });
  });

  test('does not cancel for a cell that may fail', () => {
    const text = 'continue-on-error: ${{ matrix.n == 1 }}\nstrategy: {matrix: {n: [1, 2]}}';
    expect(play(begin(matrix(text), MAIN), { 't(0)': 'failure' }).checks).toEqual({
      't (1)': 'failure',
      't (2)': 'success',
      after: 'success',
    });
  });

  test('runs no more at once than max-parallel, and those not begun are cancelled without beginning', () => {
    const { state, ready } = advanceRun(
      begin(matrix('strategy: {max-parallel: 2, matrix: {n: [1, 2, 3, 4]}}'), MAIN),
    );
    expect(ready.map(({ id }) => id)).toEqual(['t(0)', 't(1)']);
    expect(
      play(begin(matrix('strategy: {max-parallel: 1, matrix: {n: [1, 2]}}'), MAIN), { 't(0)': 'failure' }),
    ).toMatchObject({ began: ['t (1)'], checks: { 't (2)': 'cancelled' } });
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  test('can come from the outputs of a job', () => {
    const text = flow(
      job('plan'),
      job('t', 'needs: plan\nstrategy: {matrix: {app: "${{ fromJSON(needs.plan.outputs.apps) }}"}}'),
    );
    expect(play(begin(text, MAIN), { plan: { apps: '["web","api"]' } }).began).toEqual([
      'plan',
      't (web)',
      't (api)',
    ]);
    expect(play(begin(text, MAIN), { plan: { apps: '[]' } })).toMatchObject({
      conclusion: 'failure',
      why: { t: "The template is not valid. Matrix vector 'app' does not contain any values" },
    });
  });
});

describe('what becomes ready and is stopped in the same breath', () => {
  test('ends at once, and is never both', () => {
    const called = `on: {workflow_call: {inputs: {n: {type: number}}}}\njobs:\n${job('bad', "if: inputs.n == 2 || fromJSON('x')")}${job('more', 'if: inputs.n == 2')}`;
    const text = flow(
      '  c:\n    uses: ./.github/workflows/c.yml\n    strategy: {matrix: {n: [1, 2]}}\n    with: {n: "${{ matrix.n }}"}\n',
    );
    const first = advanceRun(begin(text, MAIN, { 'c.yml': called }));
    const begun = first.ready.reduce((state, { id }) => beginInstance(state, id), first.state);
    const { ready, cancel, ended } = advanceRun(begun);
    expect(ready.filter(({ id }) => cancel.includes(id))).toEqual([]);
    expect(ended).toContainEqual(expect.objectContaining({ id: 'c(0)/bad', result: 'failure' }));
    expect(ended.filter(({ frame }) => frame === 'c(1)')).toMatchObject([
      { id: 'c(1)/bad', result: 'cancelled' },
      { id: 'c(1)/more', result: 'cancelled' },
    ]);
  });
});

describe('a called workflow', () => {
  const CI = `on:
  workflow_call:
    inputs: {level: {type: string, default: low}, dry: {type: boolean}}
    secrets: {token: {required: false}}
    outputs: {digest: {value: '\${{ jobs.build.outputs.digest }}'}}
jobs:
${job('build')}${job('lint', "if: inputs.level == 'high'")}`;
  const call = (rest: string): string =>
    flow(
      `  ci:\n    uses: ./.github/workflows/ci.yml\n${rest.replaceAll(/^/gm, '    ')}\n`,
      job('deploy', "needs: ci\nif: needs.ci.outputs.digest != ''"),
    );

  test('runs its jobs under the name of its caller, with inputs in and outputs out', () => {
    const state = begin(call('with: {level: high}'), MAIN, { 'ci.yml': CI });
    expect(play(state, { 'ci/build': { digest: 'sha256:1' } })).toMatchObject({
      began: ['ci / build', 'ci / lint', 'deploy'],
      conclusion: 'success',
    });
    expect(play(state, {}).checks).toMatchObject({ deploy: 'skipped' });
  });

  test('skipped as a whole leaves the check of its caller', () => {
    expect(play(begin(call('if: false'), MAIN, { 'ci.yml': CI })).checks).toEqual({
      ci: 'skipped',
      deploy: 'skipped',
    });
  });

  test('fails its caller when a job of it fails', () => {
    expect(play(begin(call(''), MAIN, { 'ci.yml': CI }), { 'ci/build': 'failure' })).toMatchObject({
      checks: { deploy: 'skipped' },
      conclusion: 'failure',
    });
  });

  test('can be called from a matrix, and go further down', () => {
    const middle = `on: {workflow_call: {inputs: {n: {type: number}}}}\njobs:\n  deeper:\n    uses: ./.github/workflows/ci.yml\n`;
    const text = flow(
      '  all:\n    uses: ./.github/workflows/middle.yml\n    strategy: {matrix: {n: [1, 2]}}\n    with: {n: "${{ matrix.n }}"}\n',
    );
    expect(play(begin(text, MAIN, { 'middle.yml': middle, 'ci.yml': CI })).began).toEqual([
      'all (1) / deeper / build',
      'all (2) / deeper / build',
    ]);
  });

  test.each([
    ['a file that is not there', call(''), {}, 'workflow was not found'],
    [
      'one that may not be called',
      call(''),
      { 'ci.yml': flow(job('a')) },
      'missing a `on.workflow_call` trigger',
    ],
    [
      'one that is not valid',
      call(''),
      { 'ci.yml': 'on: workflow_call\n' },
      'Required property is missing: jobs',
    ],
    [
      'one that is not carried out',
      call(''),
      { 'ci.yml': `on: workflow_call\njobs:\n${job('a', 'container: x')}` },
      'container of a job',
    ],
    [
      'an input that is not declared',
      call('with: {nope: 1}'),
      { 'ci.yml': CI },
      'Invalid input, nope is not defined',
    ],
    [
      'an input that is missing',
      call(''),
      { 'ci.yml': CI.replace('{type: string, default: low}', '{type: string, required: true}') },
      'Input level is required, but not provided',
    ],
    [
      'a secret that is not declared',
      call('secrets: {nope: x}'),
      { 'ci.yml': CI },
      'Invalid secret, nope is not defined',
    ],
    [
      'a secret that is missing',
      call(''),
      { 'ci.yml': CI.replace('required: false', 'required: true') },
      'Secret token is required, but not provided',
    ],
    [
      'a circle',
      call(''),
      { 'ci.yml': 'on: workflow_call\njobs:\n  again:\n    uses: ./.github/workflows/ci.yml\n' },
      'goes in a circle',
    ],
    [
      'more permissions',
      `permissions: {}\n${call('')}`,
      { 'ci.yml': `permissions: {contents: read}\n${CI}` },
      "The workflow is requesting 'contents: read', but is only allowed 'contents: none'.",
    ],
    [
      'more permissions of a job',
      call('permissions: {contents: read}'),
      { 'ci.yml': `on: workflow_call\njobs:\n${job('a', 'permissions: {contents: write}')}` },
      "The nested job 'a' is requesting 'contents: write', but is only allowed 'contents: read'.",
    ],
  ])('with %s does not begin', (_, text, files, message) => {
    const start = startRun(workflowOf(text), contextOf(MAIN), reader(files));
    expect(start.kind === 'run' ? '' : start.mistakes.map((one) => one.message).join('\n')).toContain(
      message,
    );
  });

  test('goes ten levels deep and no deeper', () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [
        `l${at}.yml`,
        `on: workflow_call\njobs:\n  next: {uses: ./.github/workflows/l${at + 1}.yml}\n`,
      ]),
    );
    const leaf = `on: workflow_call\njobs:\n${job('a')}`;
    const top = 'on: push\njobs: {go: {uses: ./.github/workflows/l0.yml}}';
    const start = (last: number) =>
      startRun(workflowOf(top), contextOf(MAIN), reader({ ...files, [`l${last}.yml`]: leaf }));
    expect([start(8).kind, start(9).kind]).toEqual(['run', 'startup-failure']);
  });

  test('an input of another type fails the call', () => {
    expect(play(begin(call('with: {dry: "yes"}'), MAIN, { 'ci.yml': CI }))).toMatchObject({
      checks: { ci: 'failure' },
      conclusion: 'failure',
    });
  });

  test('has the secrets it is given, those of an environment only by inherit, and a fork none', () => {
    const own = { repository: { TOKEN: 't', GITHUB_TOKEN: 'g' }, environment: { TOKEN: 'e', MORE: 'm' } };
    const secrets = (rest: string, event = MAIN): object => {
      const { state } = play(begin(call(rest), event, { 'ci.yml': CI }));
      return secretsOf(state, instance(state, 'ci/build'), own);
    };
    expect(secrets('')).toEqual({ GITHUB_TOKEN: 'g' });
    expect(secrets('secrets: {token: "${{ secrets.TOKEN }}"}')).toEqual({ token: 't', GITHUB_TOKEN: 'g' });
    expect(secrets('secrets: inherit')).toEqual({ TOKEN: 'e', MORE: 'm', GITHUB_TOKEN: 'g' });
    expect(secrets('secrets: inherit', pullRequest('opened', { headRepository: 'eve/shop' }))).toEqual({
      GITHUB_TOKEN: 'g',
    });
  });
});

describe('what a job is given', () => {
  const TEXT = `on: push
permissions: {contents: read, deployments: write}
env: {A: '1', REF: '\${{ github.ref_name }}'}
defaults: {run: {shell: bash, working-directory: app}}
concurrency: {group: 'Deploy-\${{ github.ref_name }}', queue: max}
jobs:
${job('a', 'env: {A: "2", S: "${{ secrets.T }}"}\ndefaults: {run: {working-directory: web}}\nenvironment: {name: "${{ vars.ENV }}", deployment: false}\nconcurrency: {group: "a-${{ github.ref_name }}", cancel-in-progress: "${{ github.ref_name == \'main\' }}"}\ntimeout-minutes: 5')}${job('b', 'permissions: {issues: write}')}${job('c', 'environment: ""')}`.replace(
    'environment: ""',
    'environment: "${{ vars.NONE }}"',
  );
  const state = begin(TEXT, MAIN, {}, { vars: { ENV: 'staging' } });
  const advanced = advanceRun(state).state;

  test('its group, environment, time and permissions', () => {
    expect(state.concurrency).toEqual({ group: 'Deploy-main', cancelInProgress: false, queue: 'max' });
    expect(instance(advanced, 'a')).toMatchObject({
      concurrency: { group: 'a-main', cancelInProgress: true, queue: 'single' },
      environment: { name: 'staging', deployment: false },
      timeoutMs: 300_000,
      permissions: { contents: 'read', deployments: 'write' },
      runsOn: ['ubuntu-latest'],
    });
    expect(instance(advanced, 'b')).toMatchObject({
      permissions: { issues: 'write' },
      timeoutMs: 21_600_000,
    });
    expect(instance(advanced, 'c').environment).toBeUndefined();
  });

  test('env of the job over that of the workflow, defaults key by key, variables of the environment over others', () => {
    const scope = jobScope(advanced, instance(advanced, 'a'), {
      secrets: { T: 's' },
      environmentVars: { ENV: 'x' },
    });
    expect(scope.contexts).toMatchObject({
      env: { A: '2', REF: 'main', S: 's' },
      vars: { ENV: 'x' },
      github: { job: 'a', run_id: '12' },
    });
    expect(runDefaultsOf(advanced, instance(advanced, 'a'))).toMatchObject({
      shell: { value: 'bash' },
      workingDirectory: { value: 'web' },
    });
  });

  test('a fork has a token that only reads', () => {
    const fork = begin(
      TEXT.replace('on: push', 'on: pull_request'),
      pullRequest('opened', { headRepository: 'eve/shop' }),
    );
    expect(instance(advanceRun(fork).state, 'a').permissions).toEqual({
      contents: 'read',
      deployments: 'read',
    });
  });

  test('queue max with a cancel that turns out true does not begin', () => {
    const text = TEXT.replace(
      'queue: max',
      'queue: max, cancel-in-progress: "${{ github.ref_name == \'main\' }}"',
    );
    expect(startRun(workflowOf(text), contextOf(MAIN), () => undefined)).toMatchObject({
      kind: 'startup-failure',
    });
  });

  test('outputs that hold a secret are dropped', () => {
    expect(keepOutputs({ a: 'x', url: 'postgres://u:hunter2@h', e: '' }, ['hunter2', ''])).toEqual({
      outputs: { a: 'x', e: '' },
      dropped: ['url'],
    });
  });
});

describe('cancelling and running again', () => {
  const TEXT = flow(job('a'), job('b', 'needs: a'), job('clean', 'needs: [a, b]\nif: always()'));

  test('a cancelled run ends what runs, skips what would have come, and does what says always()', () => {
    const played = play(begin(TEXT, MAIN), { a: 'cancelled' }, (state, ended) =>
      ended.id === 'a' ? cancelRun(state) : state,
    );
    expect(played).toMatchObject({
      checks: { a: 'cancelled', b: 'skipped', clean: 'success' },
      conclusion: 'cancelled',
    });
  });

  test('names what is to be cancelled until it has ended, but not a job that says always()', () => {
    const text = flow(job('a'), job('b', 'if: always()'));
    const { state } = advanceRun(begin(text, MAIN));
    expect(advanceRun(cancelRun(state)).cancel).toEqual(['a']);
  });

  test('a re-run of all begins anew, as the next attempt', () => {
    const { state } = play(begin(TEXT, MAIN), { a: 'failure' });
    const again = rerun(state, { which: 'all', by: 'grace' });
    expect(again.context).toMatchObject({
      runAttempt: 2,
      triggeringActor: 'grace',
      event: { actor: { login: 'ada' } },
    });
    expect(play(again)).toMatchObject({ began: ['a', 'b', 'clean'], conclusion: 'success' });
  });

  test('a re-run of what failed keeps what succeeded, with its outputs, and does again what needs it', () => {
    const text = flow(
      job('plan'),
      job('t', 'needs: plan\nstrategy: {fail-fast: false, matrix: {n: [1, 2]}}'),
      job('after', "needs: [plan, t]\nif: needs.plan.outputs.go == 'yes'"),
      job('other'),
    );
    const { state } = play(begin(text, MAIN), { plan: { go: 'yes' }, 't(1)': 'failure' });
    expect(play(rerun(state, { which: 'failed', by: 'ada' }))).toMatchObject({
      began: ['t (2)', 'after'],
      conclusion: 'success',
    });
  });

  test('a re-run goes into called workflows, and forgets those that needed what failed', () => {
    const ci = `on: workflow_call\njobs:\n${job('build')}${job('lint')}${job('pack', 'needs: lint')}`;
    const text = flow(
      '  ci: {uses: ./.github/workflows/ci.yml}\n',
      '  more: {uses: ./.github/workflows/ci.yml, needs: ci, if: always()}\n',
    );
    const { state } = play(begin(text, MAIN, { 'ci.yml': ci }), { 'ci/lint': 'failure' });
    expect(play(rerun(state, { which: 'failed', by: 'ada' })).began).toEqual([
      'ci / lint',
      'ci / pack',
      'more / build',
      'more / lint',
      'more / pack',
    ]);
    expect(play(rerun(state, { which: { jobs: ['ci/build'] }, by: 'ada' })).began).toEqual([
      'ci / build',
      'more / build',
      'more / lint',
      'more / pack',
    ]);
  });
});

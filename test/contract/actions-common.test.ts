import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActionsRig } from '../support/actions-rig.ts';

// What is in most GitHub workflows, in one: each line that a job prints is what GitHub prints for it.

const MAIN = `
name: main
on: push
env: { A: workflow, B: "\${{ github.ref_name }}", C: workflow }
defaults: { run: { shell: bash, working-directory: sub } }
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs: { rows: "\${{ steps.put.outputs.rows }}" }
    env: { A: job }
    steps:
      - run: mkdir sub
        working-directory: .
      - id: put
        env: { C: step, D: "\${{ env.A }}+\${{ env.C }}" }
        run: |
          echo "in \${PWD##*/}: $A $B $C $D"
          echo 'rows={"include":[{"n":1},{"n":2}]}' >> "$GITHUB_OUTPUT"
          { echo 'many<<END'; echo one; echo 'two=2'; echo END; } >> "$GITHUB_OUTPUT"
          echo "C=later" >> "$GITHUB_ENV"
          echo "GITHUB_SHA=forged" >> "$GITHUB_ENV"
      - env: { MANY: "\${{ toJSON(steps.put.outputs.many) }}" }
        run: |
          echo "then $C \${{ env.C }} \${GITHUB_SHA:0:6} $MANY"
      - id: may
        continue-on-error: true
        run: "false | true"
      - if: \${{ !failure() }}
        run: echo "may \${{ steps.may.outcome }} \${{ steps.may.conclusion }} \${{ job.status }}"
  cell:
    needs: plan
    runs-on: ubuntu-latest
    defaults: { run: { working-directory: . } }
    strategy: { fail-fast: false, max-parallel: 1, matrix: "\${{ fromJSON(needs.plan.outputs.rows) }}" }
    env: { N: "\${{ matrix.n }}" }
    steps:
      - name: Cell \${{ env.N }}
        run: echo "cell $N \${{ strategy.job-index }} of \${{ strategy.job-total }}"; [ "$N" = 2 ]
  gate:
    if: always()
    needs: [plan, cell]
    runs-on: ubuntu-latest
    defaults: { run: { working-directory: . } }
    steps:
      - run: echo "gate \${{ join(needs.*.result, ' ') }} \${{ contains(needs.*.result, 'failure') }}"
  call:
    needs: plan
    strategy: { matrix: { n: [1, 2] } }
    uses: ./.github/workflows/called.yml
    with: { flag: true, num: 3, text: "n\${{ matrix.n }}" }
    secrets: inherit
  after:
    needs: call
    runs-on: ubuntu-latest
    defaults: { run: { working-directory: . } }
    steps: [{ run: 'echo "after \${{ needs.call.outputs.said }}"' }]
`;

const CALLED = `
on:
  workflow_call:
    inputs:
      flag: { type: boolean }
      num: { type: number }
      text: { type: string, required: true }
      none: { type: string }
      no: { type: boolean }
    outputs: { said: { value: "\${{ jobs.in.outputs.said }}" } }
jobs:
  in:
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.use.outputs.said }}" }
    steps:
      - run: |
          echo "called \${{ inputs.flag == true }} \${{ inputs.num == 3 }} \${{ inputs.text }} <\${{ inputs.none }}> \${{ inputs.no }}"
          echo "of \${{ github.workflow }} with <$A> secret \${{ secrets.TOK != '' }}"
      - uses: actions/checkout@v7
      - id: use
        uses: ./.github/actions/greet
        with: { who: "\${{ inputs.text }}" }
        env: { OUTER: outer }
      - run: echo "left $LEFT <\${{ steps.inner.outputs.said }}> <$OUTER>"
`;

const GREET = `
name: greet
description: Says hello.
inputs: { who: { required: true }, ref: { default: "\${{ github.ref_name }}" } }
outputs: { said: { value: "\${{ steps.inner.outputs.said }}" } }
runs:
  using: composite
  steps:
    - id: inner
      shell: bash
      run: |
        echo "hello \${{ inputs.who }} \${{ inputs.ref }} $OUTER \${GITHUB_ACTION_PATH##*/} <$INPUT_WHO>"
        echo "said=hello \${{ inputs.who }}" >> "$GITHUB_OUTPUT"
        echo "LEFT=over" >> "$GITHUB_ENV"
    - { if: inputs.who == 'nobody', shell: bash, run: echo never }
    - { shell: bash, continue-on-error: true, run: exit 4 }
    - { if: always(), shell: bash, run: 'echo "still \${{ job.status }}"' }
`;

let rig: ActionsRig;

beforeAll(async () => {
  rig = await ActionsRig.openWithActions();
  await rig.project(
    { 'main.yml': MAIN, 'called.yml': CALLED },
    { files: { '.github/actions/greet/action.yml': GREET } },
  );
  await rig.ended();
});
afterAll(() => rig.stop());

/** What the steps of a job printed, without what the runner shows of each of them. */
async function printed(job: string): Promise<string[]> {
  const [run] = await rig.runs();
  const log = await rig.log(run?.id ?? 0, job);
  return log
    .replaceAll(/^##\[group\][\s\S]*?^##\[endgroup\]$/gmu, '')
    .split('\n')
    .filter((line) => line !== '')
    .slice(1);
}

test('env, defaults, outputs over several lines and continue-on-error mean what they mean on GitHub', async () => {
  const [run] = await rig.runs();
  expect(await printed('plan')).toEqual([
    'in sub: job main step job+workflow',
    String.raw`then later later ${run?.head_sha.slice(0, 6)} "one\ntwo=2"`,
    '##[error]Process completed with exit code 1.',
    'may failure success success',
  ]);
});

test('a matrix out of an output runs cell by cell, and a gate sees what came of it', async () => {
  const [run] = await rig.runs();
  expect(await rig.conclusions(run?.id ?? 0)).toEqual({
    plan: 'success',
    'cell (1)': 'failure',
    'cell (2)': 'success',
    gate: 'success',
    'call (1) / in': 'success',
    'call (2) / in': 'success',
    after: 'success',
  });
  expect(await printed('cell (1)')).toEqual([
    'cell 1 0 of 2',
    '##[error]Process completed with exit code 1.',
  ]);
  expect(await printed('cell (2)')).toEqual(['cell 2 1 of 2']);
  expect(await printed('gate')).toEqual(['gate success failure true']);
});

test('a called workflow has its inputs by type and none of its caller, and a composite action its own steps', async () => {
  const lines = await printed('call (2) / in');
  expect(lines).toEqual(
    expect.arrayContaining([
      'called true true n2 <> false',
      'of main with <> secret false',
      'hello n2 main outer greet <>',
      'still success',
      'left over <> <>',
    ]),
  );
  expect(lines).not.toContain('never');
  expect(await printed('after')).toEqual(['after hello n2']);
});

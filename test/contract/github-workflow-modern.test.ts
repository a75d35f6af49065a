import { expect, test } from 'vitest';
import { lintWorkflows } from '../support/lint-workflows.ts';

// What GitHub takes and other linters of today do not know: nothing may be said of it.

const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

interface Parts {
  readonly on?: string;
  readonly top?: string;
  readonly job?: string;
  readonly steps?: string;
}

function workflow({
  on = '  push:\n    branches: [main]\n',
  top = '',
  job = '',
  steps = '      - run: make\n',
}: Parts): string {
  return `name: Modern\non:\n${on}permissions: {}\n${top}jobs:\n  build:\n    name: Build\n    runs-on: ubuntu-24.04\n    timeout-minutes: 10\n${job}    steps:\n${steps}`;
}

const inputs = Array.from({ length: 25 }, (_, at) => `      input_${at}:\n        type: string\n`).join('');

const MODERN: readonly (readonly [string, string])[] = [
  [
    'queue: max',
    workflow({
      job: '    concurrency:\n      group: production\n      queue: max\n      cancel-in-progress: false\n',
    }),
  ],
  ['queue: single', workflow({ top: 'concurrency:\n  group: main\n  queue: single\n' })],
  [
    'environment.deployment',
    workflow({ job: '    environment:\n      name: production\n      deployment: false\n' }),
  ],
  [
    'the address of an environment',
    workflow({
      job: '    environment:\n      name: review\n      url: ${{ steps.open.outputs.url }}\n',
      steps: '      - id: open\n        run: echo "url=https://example.com" >> "$GITHUB_OUTPUT"\n',
    }),
  ],
  ['case()', workflow({ job: "    if: case(github.ref == 'refs/heads/main', true, false)\n" })],
  [
    'anchors and aliases',
    workflow({
      steps: `      - &checkout\n        uses: ${CHECKOUT}\n        with:\n          persist-credentials: false\n      - run: make\n      - *checkout\n`,
    }),
  ],
  [
    'a time zone of a schedule',
    workflow({ on: "  schedule:\n    - cron: '17 4 * * 1-5'\n      timezone: Europe/Paris\n" }),
  ],
  ['25 inputs', workflow({ on: `  workflow_dispatch:\n    inputs:\n${inputs}` })],
  [
    'inputs of every type',
    workflow({
      on: '  workflow_dispatch:\n    inputs:\n      count:\n        type: number\n        default: 3\n      dry:\n        type: boolean\n        default: true\n      where:\n        type: environment\n      what:\n        type: choice\n        options: [a, b]\n        default: b\n',
    }),
  ],
  ['the right to use models', workflow({ job: '    permissions:\n      models: read\n' })],
  [
    'the right to attest',
    workflow({ job: '    permissions:\n      attestations: write\n      id-token: write\n' }),
  ],
  [
    'check_run_id',
    workflow({ steps: '      - run: echo "$ID"\n        env:\n          ID: ${{ job.check_run_id }}\n' }),
  ],
  [
    'a command of a service',
    workflow({
      job: '    services:\n      postgres:\n        image: postgres:17.2@sha256:0123456789012345678901234567890123456789012345678901234567890123\n        command: postgres -c fsync=off\n',
    }),
  ],
  ['runners of today', workflow({}).replace('ubuntu-24.04', 'ubuntu-24.04-arm')],
  [
    'a larger runner by its group',
    workflow({}).replace('ubuntu-24.04', '{ group: large, labels: [linux-16] }'),
  ],
  [
    'a list of runs-on from an expression',
    workflow({ job: '    strategy:\n      matrix:\n        os: [ubuntu-24.04, macos-15]\n' }).replace(
      'runs-on: ubuntu-24.04',
      'runs-on: ${{ matrix.os }}',
    ),
  ],
  ['the merge queue', workflow({ on: '  pull_request:\n  merge_group:\n    types: [checks_requested]\n' })],
  [
    'a version as a pattern',
    workflow({ on: "  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+', 'v[0-9]+.[0-9]+.[0-9]+-rc?']\n" }),
  ],
  [
    'a filter that takes away',
    workflow({ on: "  push:\n    branches: ['releases/**', '!releases/**-alpha']\n" }),
  ],
  [
    '!cancelled() and results',
    workflow({}) +
      `  after:\n    name: After\n    needs: build\n    if: \${{ !cancelled() && needs.build.result == 'success' }}\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n      - run: make\n`,
  ],
  [
    'fromJSON of an output as a matrix',
    workflow({
      job: '    outputs:\n      list: ${{ steps.list.outputs.list }}\n',
      steps: '      - id: list\n        run: echo \'list=["a"]\' >> "$GITHUB_OUTPUT"\n',
    }) +
      '  each:\n    name: Each\n    needs: build\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    strategy:\n      matrix:\n        part: ${{ fromJSON(needs.build.outputs.list) }}\n    steps:\n      - run: make "$PART"\n        env:\n          PART: ${{ matrix.part }}\n',
  ],
  [
    'a cancelling group for pull requests only',
    workflow({
      on: '  pull_request:\n',
      top: "concurrency:\n  group: ci-${{ github.ref }}\n  cancel-in-progress: ${{ github.event_name == 'pull_request' }}\n",
    }),
  ],
  [
    'hashFiles in a step',
    workflow({ steps: "      - if: hashFiles('package-lock.json') != ''\n        run: npm ci\n" }),
  ],
  ['vars in a condition of a job', workflow({ job: "    if: vars.ENABLED == 'true'\n" })],
  [
    'a heredoc and a pipe in a script',
    workflow({
      steps:
        "      - shell: bash\n        run: |\n          cat <<'END' | tee out\n          a # b ' c\n          END\n",
    }),
  ],
];

test.each(MODERN)('%s: nothing is found', async (_, text) => {
  expect(await lintWorkflows([{ path: '.github/workflows/modern.yml', text }])).toEqual([]);
});

test('a workflow of the same repository by $/ is found and checked', async () => {
  const called =
    'name: CI\non:\n  workflow_call:\npermissions: {}\njobs:\n  a:\n    name: A\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n      - run: make\n';
  const caller =
    'name: Call\non:\n  push:\n    branches: [main]\npermissions: {}\njobs:\n  ci:\n    name: CI\n    uses: $/.github/workflows/ci.yml\n';
  const sources = [
    { path: '.github/workflows/call.yml', text: caller },
    { path: '.github/workflows/ci.yml', text: called },
  ];
  expect(await lintWorkflows(sources)).toEqual([]);
});

test('there are more than the eighteen that were measured', () => {
  expect(MODERN.length).toBeGreaterThan(22);
});

import { describe, expect, test } from 'vitest';
import { unknownLabel } from './read-runs-on.ts';
import { readWorkflow } from './read-workflow.ts';

const PATH = '.github/workflows/x.yml';
const JOB = 'jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n';

/** What is wrong, as `line:column message`. */
function mistakes(text: string): readonly string[] {
  const reading = readWorkflow(PATH, text);
  if (reading.kind === 'workflow') return [];
  return reading.mistakes.map(({ message, location, code }) => {
    expect(code).toBe('WORKFLOW_INVALID');
    return `${location?.line}:${location?.column} ${message}`;
  });
}

/** What is right and not carried out, as `line path message`. */
function unsupported(text: string): readonly string[] {
  const reading = readWorkflow(PATH, text);
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.mistakes));
  return reading.unsupported.map(({ message, location, code, path, hint }) => {
    expect(code).toBe('WORKFLOW_UNSUPPORTED');
    expect(hint).toMatch(/\.$/);
    return `${location?.line} ${path}: ${message}`;
  });
}

describe('a file that GitHub would not take', () => {
  const on = (yaml: string): string => `on:\n${yaml}\n${JOB}`;
  const job = (yaml: string): string => `on: push\njobs:\n  a:\n${yaml.replaceAll(/^/gm, '    ')}\n`;
  const step = (yaml: string): string => job(`runs-on: ubuntu-latest\nsteps:\n${yaml}`);

  test.each([
    ['no jobs', 'on: push\n', 'Required property is missing: jobs'],
    ['no on', JOB, 'Required property is missing: on'],
    ['empty jobs', 'on: push\njobs: {}\n', 'No jobs defined in `jobs`'],
    ['an unknown key', `on: push\nfoo: 1\n${JOB}`, "2:1 Unexpected value 'foo'"],
    ['a key twice', `on: push\nname: a\nName: b\n${JOB}`, "'Name' is already defined"],
    ['YAML that is none', 'on: [push\njobs:', 'Flow sequence'],
    ['an alias that is none', `on: push\nenv: *x\n${JOB}`, 'Unresolved alias'],
    ['an alias that holds itself', `on: push\nenv: &x {A: *x}\n${JOB}`, 'The alias holds itself'],
    ['a list as the file', '- 1\n', 'A sequence was not expected'],
    ['an unknown event', on('  pushed:'), "2:3 Unexpected value 'pushed'"],
    ['an unknown event in a list', 'on: [push, pul_request]\n' + JOB, "1:12 Unexpected value 'pul_request'"],
    [
      'tags under workflow_run',
      on('  workflow_run:\n    workflows: [CI]\n    tags: ["v*"]'),
      "4:5 Unexpected value 'tags'",
    ],
    [
      'paths under workflow_run',
      on('  workflow_run:\n    workflows: [CI]\n    paths: [a]'),
      "Unexpected value 'paths'",
    ],
    [
      'workflow_run of nothing',
      on('  workflow_run:\n    types: [completed]'),
      'does not reference any workflows',
    ],
    ['tags under pull_request', on('  pull_request:\n    tags: [a]'), "Unexpected value 'tags'"],
    ['types of a push', on('  push:\n    types: [a]'), "Unexpected value 'types'"],
    ['an unknown type', on('  pull_request:\n    types: [open]'), "Unexpected value 'open'"],
    [
      'both branches',
      on('  push:\n    branches: [a]\n    branches-ignore: [b]'),
      'you may only define one of `branches`',
    ],
    [
      'both paths',
      on('  push:\n    paths: [a]\n    paths-ignore: [b]'),
      'you may only define one of `paths`',
    ],
    ['an empty pattern', on('  push:\n    branches: [""]'), "Unexpected value ''"],
    ['a pattern backwards', on('  push:\n    tags: ["v[9-0]"]'), "Invalid pattern 'v[9-0]'"],
    ['filters where there are none', on('  create:\n    branches: [a]'), 'A mapping was not expected'],
    ['a bad cron', on('  schedule:\n    - cron: "61 * * * *"'), 'Invalid cron expression'],
    ['@daily', on('  schedule:\n    - cron: "@daily"'), 'Invalid cron expression'],
    ['no cron', on('  schedule:\n    - timezone: UTC'), 'Required property is missing: cron'],
    [
      'a zone that is none',
      on('  schedule:\n    - cron: "1 1 * * *"\n      timezone: Mars'),
      "Unexpected value 'Mars'",
    ],
    [
      'a choice without options',
      on('  workflow_dispatch:\n    inputs:\n      a: {type: choice}'),
      "Missing 'options'",
    ],
    [
      'options without a choice',
      on('  workflow_dispatch:\n    inputs:\n      a: {options: [x]}'),
      "not 'choice'",
    ],
    [
      'a default of another type',
      on('  workflow_dispatch:\n    inputs:\n      a: {type: boolean, default: x}'),
      "Unexpected value 'x'",
    ],
    [
      '26 inputs',
      on(
        `  workflow_dispatch:\n    inputs:\n${Array.from({ length: 26 }, (_, at) => `      i${at}: {type: string}`).join('\n')}`,
      ),
      'only define up to 25',
    ],
    [
      'a call input without a type',
      on('  workflow_call:\n    inputs:\n      a: {required: true}'),
      'Required property is missing: type',
    ],
    [
      'a call input with options',
      on('  workflow_call:\n    inputs:\n      a: {type: choice}'),
      "Unexpected value 'choice'",
    ],
    [
      'a call output without a value',
      on('  workflow_call:\n    outputs:\n      a: {description: x}'),
      'Required property is missing: value',
    ],
    [
      'needs in a call output',
      on('  workflow_call:\n    outputs:\n      a: {value: "${{ needs.x.outputs.y }}"}'),
      "Unrecognized named-value: 'needs'",
    ],
    ['an unknown scope', `on: push\npermissions: {content: read}\n${JOB}`, "Unexpected value 'content'"],
    ['an unknown level', `on: push\npermissions: {contents: admin}\n${JOB}`, "Unexpected value 'admin'"],
    ['id-token: read', `on: push\npermissions: {id-token: read}\n${JOB}`, "Unexpected value 'read'"],
    ['permissions: none', `on: push\npermissions: none\n${JOB}`, "Unexpected value 'none'"],
    [
      'a queue that is none',
      `on: push\nconcurrency: {group: a, queue: all}\n${JOB}`,
      "Unexpected value 'all'",
    ],
    [
      'queue max with cancel',
      `on: push\nconcurrency: {group: a, queue: max, cancel-in-progress: true}\n${JOB}`,
      "'queue: max' cannot be combined",
    ],
    [
      'concurrency without a group',
      `on: push\nconcurrency: {queue: max}\n${JOB}`,
      'Required property is missing: group',
    ],
    [
      'secrets in a group',
      `on: push\nconcurrency: "\${{ secrets.A }}"\n${JOB}`,
      "Unrecognized named-value: 'secrets'",
    ],
    [
      'needs in a workflow group',
      `on: push\nconcurrency: "\${{ needs.a.result }}"\n${JOB}`,
      "Unrecognized named-value: 'needs'",
    ],
    [
      'env in the env of a workflow',
      `on: push\nenv: {A: "\${{ env.B }}"}\n${JOB}`,
      "Unrecognized named-value: 'env'",
    ],
    [
      'an expression in a name',
      `on: push\nname: "\${{ github.ref }}"\n${JOB}`,
      'A template expression is not allowed',
    ],
    [
      'an expression in run defaults',
      `on: push\ndefaults: {run: {shell: "\${{ github.ref }}"}}\n${JOB}`,
      'A template expression is not allowed',
    ],
    ['no runs-on', job('steps:\n  - run: a'), 'Required property is missing: runs-on'],
    ['no steps', job('runs-on: ubuntu-latest'), 'No steps defined in `steps`'],
    ['a job of nothing', job('needs: b'), 'not enough info'],
    ['steps in a call', job('uses: ./.github/workflows/b.yml\nsteps: []'), "Unexpected value 'steps'"],
    [
      'environment in a call',
      job('uses: ./.github/workflows/b.yml\nenvironment: production'),
      "Unexpected value 'environment'",
    ],
    [
      'timeout in a call',
      job('uses: ./.github/workflows/b.yml\ntimeout-minutes: 5'),
      "Unexpected value 'timeout-minutes'",
    ],
    [
      'runs-on in a call',
      job('uses: ./.github/workflows/b.yml\nruns-on: ubuntu-latest'),
      "Unexpected value 'runs-on'",
    ],
    ['env in a call', job('uses: ./.github/workflows/b.yml\nenv: {A: b}'), "Unexpected value 'env'"],
    ['a call with a ref', job('uses: ./.github/workflows/b.yml@main'), 'invalid value workflow reference'],
    ['a call in a folder', job('uses: ./.github/workflows/a/b.yml'), 'invalid value workflow reference'],
    [
      'an unknown need',
      job('needs: b\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Job 'a' depends on unknown job 'b'.",
    ],
    [
      'a job that needs itself',
      job('needs: [a]\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      'creates a cycle',
    ],
    [
      'a bad job id',
      'on: push\njobs:\n  "1a":\n    runs-on: ubuntu-latest\n    steps: [{run: a}]',
      "The identifier '1a' is invalid",
    ],
    [
      'a reserved job id',
      'on: push\njobs:\n  __a:\n    runs-on: ubuntu-latest\n    steps: [{run: a}]',
      "IDs starting with '__' are reserved",
    ],
    [
      'secrets in a job if',
      job("if: secrets.A != ''\nruns-on: ubuntu-latest\nsteps: [{run: a}]"),
      "Unrecognized named-value: 'secrets'",
    ],
    [
      'env in a job if',
      job('if: env.A\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized named-value: 'env'",
    ],
    [
      'matrix in a job if',
      job('if: matrix.a\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized named-value: 'matrix'",
    ],
    [
      'an unknown function',
      job('if: succes()\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized function: 'succes'",
    ],
    [
      'an if that is none',
      job('if: github.ref =\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      'Unexpected symbol',
    ],
    [
      'hashFiles in the env of a job',
      job('env: {A: "${{ hashFiles(\'x\') }}"}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized function: 'hashFiles'",
    ],
    [
      'matrix in strategy',
      job('strategy: {max-parallel: "${{ matrix.a }}"}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized named-value: 'matrix'",
    ],
    [
      'an empty axis',
      job('strategy: {matrix: {os: []}}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Matrix vector 'os' does not contain any values",
    ],
    [
      'an axis that is no list',
      job('strategy: {matrix: {os: linux}}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unexpected value 'linux'",
    ],
    [
      'a timeout in words',
      job('timeout-minutes: long\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unexpected value 'long'",
    ],
    [
      'an environment without a name',
      job('environment: {url: x}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      'Required property is missing: name',
    ],
    [
      'secrets in a url',
      job('environment: {name: p, url: "${{ secrets.A }}"}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized named-value: 'secrets'",
    ],
    [
      'steps in a name of an environment',
      job('environment: "${{ steps.a.outputs.b }}"\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      "Unrecognized named-value: 'steps'",
    ],
    [
      'an id twice',
      step('  - {id: x, run: a}\n  - {id: X, run: b}'),
      "The identifier 'X' may not be used more than once",
    ],
    ['run and uses', step('  - {run: a, uses: b/c@v1}'), "Unexpected value 'uses'"],
    ['with and run', step('  - {run: a, with: {b: c}}'), "Unexpected value 'with'"],
    ['neither run nor uses', step('  - {name: a}'), 'not enough info'],
    ['an action without a ref', step('  - uses: actions/checkout'), 'Expected format {owner}/{repo}'],
    ['an expression that is not closed', step('  - run: echo ${{ github.ref'), 'not closed'],
    ['an expression of nothing', step('  - run: echo ${{ }}'), 'An expression was expected'],
    [
      'secrets in a step if',
      step("  - {run: a, if: secrets.A != ''}"),
      "Unrecognized named-value: 'secrets'",
    ],
    ['a status function in run', step('  - run: echo ${{ success() }}'), "Unrecognized function: 'success'"],
    [
      'a service without an image',
      job('services: {db: {ports: [1]}}\nruns-on: ubuntu-latest\nsteps: [{run: a}]'),
      'Required property is missing: image',
    ],
  ])('%s', (_, text, message) => {
    expect(mistakes(text).join('\n')).toContain(message);
  });

  test('all of its mistakes are told at once, each with its place and path', () => {
    const reading = readWorkflow(
      PATH,
      'on: {push: {tag: [a]}}\njobs:\n  a:\n    runs-on: x\n    steps: [{rum: a}]\n    fi: 1\n',
    );
    expect(reading).toMatchObject({
      mistakes: [
        { path: 'on.push.tag', location: { file: PATH, line: 1, column: 13 } },
        { path: 'jobs.a.fi', location: { line: 6, column: 5 } },
        { path: 'jobs.a.steps[0]', location: { line: 5, column: 13 } },
        { path: 'jobs.a.steps[0].rum' },
      ],
    });
  });

  test('a circle of needs names both of its jobs', () => {
    const text =
      'on: push\njobs:\n  a: {runs-on: x, needs: b, steps: [{run: a}]}\n  b: {runs-on: x, needs: a, steps: [{run: a}]}\n';
    expect(mistakes(text)).toEqual([
      '2:1 The workflow must contain at least one job with no dependencies.'.replace('2:1', '3:3'),
      "3:26 Job 'a' depends on job 'b' which creates a cycle in the dependency graph.",
      "4:26 Job 'b' depends on job 'a' which creates a cycle in the dependency graph.",
    ]);
  });
});

describe('what is right and not carried out is never passed over', () => {
  const job = (yaml: string): string =>
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: a}]\n    ${yaml}\n`;
  const step = (yaml: string): string =>
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [${yaml}]\n`;

  test.each([
    ['a container', job('container: node:24'), '6 jobs.a.container: container of a job'],
    ['a snapshot', job('snapshot: image'), 'snapshot of a job'],
    ['a service that is no Postgres', job('services: {cache: {image: "redis:7"}}'), 'The service redis:7'],
    [
      'credentials of a service',
      job('services: {db: {image: postgres, credentials: {username: a, password: b}}}'),
      'credentials of a service',
    ],
    ['an action in a container', step('{uses: "docker://alpine:3"}'), 'Actions in containers'],
    ['steps in the background', step('{run: a, background: true}'), 'background is not carried out'],
    ['PowerShell', step('{run: a, shell: pwsh}'), 'The shell pwsh'],
    [
      'Windows',
      step('{run: a}').replace('ubuntu-latest', 'windows-2025'),
      '4 jobs.a.runs-on: Runners of windows-2025',
    ],
    [
      'a label nobody has',
      step('{run: a}').replace('ubuntu-latest', '[self-hosted, gpu]'),
      'There is no runner with the label gpu',
    ],
    ['a group of runners', step('{run: a}').replace('ubuntu-latest', '{group: big}'), 'Groups of runners'],
    [
      'a call elsewhere',
      'on: push\njobs: {a: {uses: o/r/.github/workflows/x.yml@v1}}',
      'of other repositories',
    ],
    ['an expression for a whole mapping', job('env: ${{ fromJSON(vars.ENV) }}'), 'gives a whole mapping'],
  ])('%s', (_, text, message) => {
    expect(unsupported(text).join('\n')).toContain(message);
  });
});

describe('a file that is right', () => {
  test('is read with all that it says', () => {
    const reading = readWorkflow(
      PATH,
      `name: Deploy
run-name: Deploy \${{ github.ref_name }}
on:
  push: {tags: ['v[0-9]+']}
  pull_request:
  workflow_dispatch:
    inputs:
      dry: {type: boolean, default: true}
permissions: {}
concurrency: {group: 'deploy-\${{ github.ref }}', queue: max, cancel-in-progress: false}
env: &env {A: 1, B:, C: true}
jobs:
  ci:
    uses: ./.github/workflows/ci.yml
    secrets: inherit
    with: {n: 3}
  deploy:
    name: Deploy it
    needs: ci
    if: \${{ !cancelled() && needs.ci.result == 'success' }}
    runs-on: [self-hosted, linux]
    timeout-minutes: 30
    environment: {name: production, url: '\${{ steps.x.outputs.url }}', deployment: false}
    permissions: {contents: read, deployments: write}
    env: *env
    services: {db: {image: 'postgres:17', env: {POSTGRES_PASSWORD: x}, ports: ['5432:5432']}}
    strategy: {fail-fast: false, matrix: {app: [a, b], include: [{app: a, big: true}]}}
    steps:
      - uses: Actions/Checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7
        with: {persist-credentials: false}
      - id: x
        run: npx glidepath deploy production
        continue-on-error: true
`,
    );
    expect(reading).toMatchObject({ kind: 'workflow', unsupported: [] });
    if (reading.kind !== 'workflow') throw new Error('not read');
    const { workflow } = reading;
    expect(
      workflow.triggers.map(({ event, types, tags }) => ({ event, types, tags: tags?.patterns })),
    ).toEqual([
      { event: 'push', types: [], tags: ['v[0-9]+'] },
      { event: 'pull_request', types: ['opened', 'synchronize', 'reopened'], tags: undefined },
      { event: 'workflow_dispatch', types: [], tags: undefined },
    ]);
    expect(workflow).toMatchObject({
      path: PATH,
      name: 'Deploy',
      dispatchInputs: [{ name: 'dry', type: 'boolean', default: { value: true, line: 8 } }],
      permissions: {},
      concurrency: { queue: 'max', cancelInProgress: { value: false }, line: 10 },
      env: { A: { value: 1 }, B: { value: null }, C: { value: true } },
    });
    expect(workflow.jobs).toMatchObject([
      { id: 'ci', kind: 'call', secrets: 'inherit', with: { n: { value: 3 } } },
      {
        id: 'deploy',
        kind: 'steps',
        needs: ['ci'],
        if: { value: "${{ !cancelled() && needs.ci.result == 'success' }}", line: 20 },
        runsOn: { value: ['self-hosted', 'linux'] },
        timeoutMinutes: { value: 30 },
        environment: { name: { value: 'production' }, deployment: { value: false } },
        permissions: { contents: 'read', deployments: 'write' },
        env: { A: { value: 1 } },
        services: [{ name: 'db', image: { value: 'postgres:17' }, ports: ['5432:5432'] }],
        strategy: { failFast: { value: false }, matrix: { value: { app: ['a', 'b'] } } },
        steps: [
          {
            key: '__actions_checkout',
            uses: { name: 'actions/checkout', ref: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
            with: { 'persist-credentials': { value: false } },
          },
          { key: 'x', id: 'x', kind: 'run', continueOnError: { value: true } },
        ],
      },
    ]);
    expect(JSON.parse(JSON.stringify(workflow))).toEqual(workflow);
  });

  test('may have an if over several lines, and one with text outside of its fences', () => {
    const text =
      "on: push\njobs:\n  a:\n    if: |\n      ${{ github.ref == 'x' }}\n    runs-on: ubuntu-latest\n    steps: [{run: a}]\n";
    expect(mistakes(text)).toEqual([]);
  });
});

test('a label is a runner where it names no other system and no other processor than those of this machine', () => {
  const onX64 = (label: string): string | undefined => unknownLabel(label, 'x64');
  for (const label of ['ubuntu-latest', 'ubuntu-slim', 'ubuntu-26.04', 'Linux', 'self-hosted', 'X64'])
    expect(onX64(label)).toBeUndefined();
  for (const label of ['ubuntu-24.04-arm', 'arm64'])
    expect([onX64(label), unknownLabel(label, 'arm64')]).toEqual([
      `Runners of ${label} are not carried out: the processor of this machine is x64`,
      undefined,
    ]);
  expect(unknownLabel('ubuntu-24.04', 'arm64')).toBeUndefined();
  expect(unknownLabel('x64', 'arm64')).toContain('the processor of this machine is arm64');
  expect(onX64('ubuntu-20.04')).toBe('GitHub has no runner ubuntu-20.04');
  for (const label of ['ubuntu-latest-arm', 'gpu']) expect(onX64(label)).toContain('There is no runner');
  expect(onX64('macos-15')).toContain('this machine is Linux');
});

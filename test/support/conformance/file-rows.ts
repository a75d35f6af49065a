import type { ConformanceRow } from './row.ts';
import { JOB, file, job } from './row.ts';

const syntax = file('What GitHub refuses', 'workflow-syntax, actions/workflow-parser 0.3.61');
const contexts = file('What GitHub refuses', 'contexts#context-availability');
const unsupported = file('Not carried out here', 'this table');
const carried = file('Carried out here', 'this table');
const of = (more: string): string => `on: push\njobs:\n  ${more}\n`;
const INVALID = 'WORKFLOW_INVALID';
const NOT_HERE = 'WORKFLOW_UNSUPPORTED';

/** What becomes of a file before any event. */
export const FILE_ROWS: readonly ConformanceRow[] = [
  syntax(
    'on: {workflow_run: {workflows: [CI], tags: ["v*"]}}',
    `on: {workflow_run: {workflows: [CI], tags: ["v*"]}}\n${JOB}`,
    INVALID,
  ),
  syntax(
    'on: {workflow_run: {types: [completed]}}',
    `on: {workflow_run: {types: [completed]}}\n${JOB}`,
    INVALID,
  ),
  syntax(
    'on: {push: {branches: [a], branches-ignore: [b]}}',
    `on: {push: {branches: [a], branches-ignore: [b]}}\n${JOB}`,
    INVALID,
  ),
  syntax('on: {schedule: [{cron: "@daily"}]}', `on: {schedule: [{cron: "@daily"}]}\n${JOB}`, INVALID),
  syntax('on: {pull_request: {types: [merged]}}', `on: {pull_request: {types: [merged]}}\n${JOB}`, INVALID),
  syntax('an unknown key', `on: push\nfoo: bar\n${JOB}`, INVALID),
  syntax('a job without runs-on', of('a: {steps: [{run: x}]}'), INVALID),
  syntax('a call with steps', of('a: {uses: ./.github/workflows/b.yml, steps: []}'), INVALID),
  syntax(
    'a call with an environment',
    of('a: {uses: ./.github/workflows/b.yml, environment: production}'),
    INVALID,
  ),
  syntax(
    'a call with timeout-minutes',
    of('a: {uses: ./.github/workflows/b.yml, timeout-minutes: 5}'),
    INVALID,
  ),
  syntax('needs: [b], and no job b', of(job('a', 'needs: [b]')), INVALID),
  syntax(
    'two jobs that need each other',
    `on: push\njobs:\n  ${job('a', 'needs: b')}\n  ${job('b', 'needs: a')}\n`,
    INVALID,
  ),
  syntax(
    'an id of a step twice',
    of('a: {runs-on: ubuntu-latest, steps: [{id: x, run: a}, {id: x, run: b}]}'),
    INVALID,
  ),
  syntax(
    'queue: max with cancel-in-progress: true',
    `on: push\nconcurrency: {group: a, queue: max, cancel-in-progress: true}\n${JOB}`,
    INVALID,
  ),
  syntax('permissions: {contents: admin}', `on: push\npermissions: {contents: admin}\n${JOB}`, INVALID),
  syntax(
    'an action without a ref',
    of('a: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout}]}'),
    INVALID,
  ),
  contexts("a job with if: secrets.X != ''", of(job('a', "if: secrets.X != ''")), INVALID),
  contexts('a job with if: env.X', of(job('a', 'if: env.X')), INVALID),
  contexts('a job with if: matrix.x', of(job('a', 'if: matrix.x')), INVALID),
  contexts('concurrency: ${{ secrets.X }}', `on: push\nconcurrency: "\${{ secrets.X }}"\n${JOB}`, INVALID),
  contexts(
    'environment: ${{ steps.x.outputs.y }}',
    of(job('a', 'environment: "${{ steps.x.outputs.y }}"')),
    INVALID,
  ),
  contexts(
    'success() in run',
    of('a: {runs-on: ubuntu-latest, steps: [{run: "echo ${{ success() }}"}]}'),
    INVALID,
  ),

  unsupported('a job in a container', of(job('a', 'container: "node:24"')), NOT_HERE),
  unsupported(
    'a service that is no Postgres',
    of(job('a', 'services: {cache: {image: "redis:8"}}')),
    NOT_HERE,
  ),
  unsupported(
    'a service of an image that is made from postgres',
    of(job('a', 'services: {db: {image: "pgvector/pgvector:pg17"}}')),
    NOT_HERE,
  ),
  unsupported(
    'a service with volumes',
    of(job('a', 'services: {db: {image: "postgres:17", volumes: ["/a:/b"]}}')),
    NOT_HERE,
  ),
  unsupported(
    'an action in a container (docker://…)',
    of('a: {runs-on: ubuntu-latest, steps: [{uses: "docker://alpine:3"}]}'),
    NOT_HERE,
  ),
  unsupported('runs-on: windows-2025', of('a: {runs-on: windows-2025, steps: [{run: a}]}'), NOT_HERE),
  unsupported(
    'runs-on: [self-hosted, gpu]',
    of('a: {runs-on: [self-hosted, gpu], steps: [{run: a}]}'),
    NOT_HERE,
  ),
  unsupported('runs-on: ubuntu-20.04', of('a: {runs-on: ubuntu-20.04, steps: [{run: a}]}'), NOT_HERE),
  unsupported('runs-on: {group: large}', of('a: {runs-on: {group: large}, steps: [{run: a}]}'), NOT_HERE),
  unsupported('shell: pwsh', of('a: {runs-on: ubuntu-latest, steps: [{run: a, shell: pwsh}]}'), NOT_HERE),
  unsupported(
    'a GitHub workflow of another repository',
    of('a: {uses: o/r/.github/workflows/x.yml@v1}'),
    NOT_HERE,
  ),
  unsupported(
    'steps in the background (background, wait, parallel)',
    of('a: {runs-on: ubuntu-latest, steps: [{run: a, background: true}]}'),
    NOT_HERE,
  ),
  unsupported('snapshot', of(job('a', 'snapshot: image')), NOT_HERE),
  unsupported('env: ${{ fromJSON(…) }}', of(job('a', 'env: "${{ fromJSON(vars.ENV) }}"')), NOT_HERE),

  carried(
    'a service postgres: a server of the local cloud, for its job alone',
    of(job('a', 'services: {db: {image: "postgres:17", env: {POSTGRES_PASSWORD: x}, ports: ["5432:5432"]}}')),
    'read',
  ),
  carried(
    'permissions: {id-token: write}: a token that the local GitHub signs',
    `on: push\npermissions: {id-token: write}\n${JOB}`,
    'read',
  ),
  carried('anchors and aliases', `on: push\nenv: &env {A: b}\njobs:\n  ${job('a', 'env: *env')}\n`, 'read'),
  carried('uses: $/.github/workflows/ci.yml', of('a: {uses: $/.github/workflows/ci.yml}'), 'read'),
  carried(
    'environment: {name: production, deployment: false}',
    of(job('a', 'environment: {name: production, deployment: false}')),
    'read',
  ),
  carried(
    'schedule with a timezone',
    `on: {schedule: [{cron: "0 9 * * 1-5", timezone: Europe/Berlin}]}\n${JOB}`,
    'read',
  ),
];

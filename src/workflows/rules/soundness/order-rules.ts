import { entriesOf, scalarsOf, textAt, valueAt } from '../../read/yaml-access.ts';
import type { LintedRepository } from '../../read/linted-file.ts';
import type { UsesRef } from '../../read/uses-ref.ts';
import type { Workflow, WorkflowJob } from '../../read/workflow.ts';
import type { YamlNode } from '../../read/yaml-tree.ts';
import { inWorkflow, ofWorkflows } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';
import { filterOf, startsOn, triggerOn } from '../workflow-events.ts';

/** The workflow of this repository that a job calls; null for others, and for one that is not there. */
function calledBy(uses: UsesRef | null, { workflows }: LintedRepository): Workflow | null {
  if (uses === null || (uses.kind !== 'local' && uses.kind !== 'self')) return null;
  return workflows.find(({ file }) => file.path === uses.path || file.path.endsWith(`/${uses.path}`)) ?? null;
}

const CALLER = '.github/workflows/deploy.yml';
const CALLED = '.github/workflows/ci.yml';
const ci = (extra: string): string =>
  `on:\n  workflow_call:\n${extra}jobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n`;

function groupOf(concurrency: YamlNode | null): string | null {
  return textAt(concurrency) ?? textAt(concurrency, 'group');
}

/** Each waits for the other. */
export const sharedConcurrencyGroup: WorkflowRule = {
  id: 'shared-concurrency-group',
  title: 'One concurrency group for a workflow and the one it calls',
  severity: 'error',
  persona: 'regular',
  what: 'The same group in a workflow and in one of this repository that it calls; `github.workflow` is the caller’s name in both.',
  why: 'The called one waits for the caller, or cancels it, and neither ends.',
  hint: 'Give the called workflow no group, or one with a name of its own.',
  bad: {
    [CALLER]: `on: push\nconcurrency: \${{ github.workflow }}\njobs:\n  ci:\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('concurrency: ${{ github.workflow }}\n'),
  },
  good: {
    [CALLER]: `on: push\nconcurrency: \${{ github.workflow }}\njobs:\n  ci:\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('concurrency: ci-${{ github.workflow }}-${{ github.ref }}\n'),
  },
  check: ofWorkflows((workflow, repository) =>
    workflow.jobs.flatMap((job) => {
      const called = calledBy(job.uses, repository);
      if (called === null || job.uses === null) return [];
      const own = [groupOf(workflow.concurrency), groupOf(valueAt(job.node, 'concurrency'))];
      const theirs = [called.concurrency, ...called.jobs.map(({ node }) => valueAt(node, 'concurrency'))].map(
        groupOf,
      );
      const shared = own.find((group) => group !== null && theirs.includes(group));
      return shared === undefined || shared === null
        ? []
        : [
            {
              at: job.uses,
              message: `${job.uses.path} waits for the group ${shared}, which this workflow holds.`,
            },
          ];
    }),
  ),
};

/** It may do no more than its caller. */
export const calleePermissions: WorkflowRule = {
  id: 'callee-permissions',
  title: 'A called workflow that asks for more than it is given',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs that call a workflow of this repository with fewer rights than one of its jobs asks for.',
  why: 'Rights only shrink on the way: GitHub refuses to start the whole run.',
  hint: 'Put the same `permissions` on the calling job.',
  bad: {
    [CALLER]: `on: push\npermissions: {}\njobs:\n  ci:\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('permissions:\n  contents: read\n'),
  },
  good: {
    [CALLER]: `on: push\npermissions: {}\njobs:\n  ci:\n    permissions:\n      contents: read\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('permissions:\n  contents: read\n'),
  },
  check: ofWorkflows((workflow, repository) =>
    workflow.jobs.flatMap((job) => {
      const given = valueAt(job.node, 'permissions') ?? workflow.permissions;
      const called = calledBy(job.uses, repository);
      if (given?.kind !== 'map' || called === null || job.uses === null) return [];
      const asked = [called.permissions, ...called.jobs.map(({ node }) => valueAt(node, 'permissions'))];
      const missing = asked
        .flatMap(entriesOf)
        .find(({ key, value }) => RANK(textAt(value)) > RANK(textAt(given, key)));
      return missing === undefined
        ? []
        : [
            {
              at: job.uses,
              message: `${job.uses.path} asks for ${missing.key}: ${textAt(missing.value) ?? ''}, which ${job.id} is not given.`,
              code: `permissions:\n  ${missing.key}: ${textAt(missing.value) ?? ''}`,
            },
          ];
    }),
  ),
};

const RANK = (level: string | null): number => ['none', 'read', 'write'].indexOf(level ?? 'none');

/** Everything is done twice. */
export const ciRunsTwice: WorkflowRule = {
  id: 'ci-runs-twice',
  title: 'CI that a push starts twice',
  severity: 'warning',
  persona: 'regular',
  what: 'A workflow that starts on the push of a branch, and is called by another that starts on the push of the same branch.',
  why: 'Every push runs all checks twice, and the two may end differently.',
  hint: 'Start CI on pull_request, merge_group and workflow_call only.',
  bad: {
    [CALLER]: `on:\n  push:\n    branches: [main]\njobs:\n  ci:\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('  push:\n    branches: [main]\n'),
  },
  good: {
    [CALLER]: `on:\n  push:\n    branches: [main]\njobs:\n  ci:\n    uses: ./${CALLED}\n`,
    [CALLED]: ci('  pull_request:\n'),
  },
  check: ofWorkflows((workflow, repository) => {
    const push = triggerOn(workflow, 'push');
    if (push === null) return [];
    return workflow.jobs.flatMap((job) => {
      const called = calledBy(job.uses, repository);
      const theirs = called === null ? null : triggerOn(called, 'push');
      return job.uses === null || theirs === null || !areForOnePush(push, theirs)
        ? []
        : [{ at: job.uses, message: `A push starts ${job.uses.path} by itself, and once more from here.` }];
    });
  }),
};

type Trigger = Parameters<typeof filterOf>[0];

function areForOnePush(one: Trigger, other: Trigger): boolean {
  return [
    ['branches', 'tags'],
    ['tags', 'branches'],
  ].some(([kind = '', rest = '']) => overlap(patternsOf(one, kind, rest), patternsOf(other, kind, rest)));
}

/** With a filter for tags alone no push of a branch starts it, and the other way round. Null: every one does. */
function patternsOf(trigger: Trigger, kind: string, rest: string): readonly string[] | null {
  const own = filterOf(trigger, kind);
  return own === null && filterOf(trigger, rest) !== null ? [] : (own?.patterns ?? null);
}

function overlap(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return [one, other].every((each) => each === null || each.length > 0);
  return one.some((name) => other.includes(name));
}

/** Skipping one skips the other. */
export const skippedNeed: WorkflowRule = {
  id: 'skipped-need',
  title: 'A job that is skipped along with one it needs',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that need one whose `if` asks for an input, and whose own `if` has no status function.',
  why: 'Where the first is left out by choice, the second is left out too: nothing is deployed, and all looks well.',
  hint: "Name both ends: if: ${{ !cancelled() && (needs.ci.result == 'success' || needs.ci.result == 'skipped') }}",
  bad: inWorkflow(
    'on:\n  workflow_dispatch:\n    inputs:\n      skip:\n        type: boolean\njobs:\n  ci:\n    if: ${{ !inputs.skip }}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n  deploy:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make deploy\n',
  ),
  good: inWorkflow(
    "on:\n  workflow_dispatch:\n    inputs:\n      skip:\n        type: boolean\njobs:\n  ci:\n    if: ${{ !inputs.skip }}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n  deploy:\n    needs: ci\n    if: ${{ !cancelled() && needs.ci.result != 'failure' }}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make deploy\n",
  ),
  check: ofWorkflows(({ jobs }) =>
    jobs.flatMap((job) => {
      if ((job.condition?.calls ?? []).some((call) => /^(always|cancelled|failure)$/.test(call))) return [];
      return job.needs.flatMap((need) => {
        const needed = jobs.find(({ id }) => id === need.text);
        const isByChoice =
          needed?.condition?.reads.some((read) => /^(inputs|github\.event\.inputs|vars)\./.test(read)) ??
          false;
        return isByChoice
          ? [{ at: need, message: `Where somebody leaves out ${need.text}, ${job.id} is left out too.` }]
          : [];
      });
    }),
  ),
};

/** Failing counts as passing. */
export const unsoundGate: WorkflowRule = {
  id: 'unsound-gate',
  title: 'A last job that passes when others fail',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs that need all others of their kind and only look at them: without `if: always()`, or with it and without a look at every result.',
  why: 'A job that is skipped counts as passed for a required check. Without always() the last job is skipped as soon as one before it fails.',
  hint: 'Say `if: always()`, and fail unless every result is what it has to be.',
  bad: inWorkflow(
    'on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make lint\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n  gate:\n    name: CI gate\n    needs: [lint, test]\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo all is well\n',
  ),
  good: inWorkflow(
    "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make lint\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n  gate:\n    name: CI gate\n    needs: [lint, test]\n    if: always()\n    runs-on: ubuntu-24.04\n    steps:\n      - env:\n          FAILED: ${{ contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled') }}\n        run: test \"$FAILED\" = false\n",
  ),
  check: ofWorkflows((workflow) => workflow.jobs.flatMap((job) => judgeGate(job, workflow))),
};

/** What is started otherwise checks no commit that waits to be merged. */
const CHECKED = ['push', 'pull_request', 'pull_request_target', 'merge_group', 'workflow_call'] as const;

function judgeGate(job: WorkflowJob, workflow: Workflow): readonly Found[] {
  const { jobs, file } = workflow;
  const isGate =
    startsOn(workflow, ...CHECKED) &&
    job.needs.length > 1 &&
    /\b(gate|all|required|success|status)\b/i.test(`${job.id} ${textAt(job.node, 'name') ?? ''}`);
  if (!isGate || job.uses !== null || jobs.some(({ needs }) => needs.some(({ text }) => text === job.id)))
    return [];
  if (job.condition?.calls.includes('always') !== true) {
    return [
      { at: job.at, message: `${job.id} is skipped, and so passes, as soon as one of the others fails.` },
    ];
  }
  const text = file.text.slice(job.node.start, job.node.end);
  const isLooking =
    /needs\s*\)|needs\.\*\.result/.test(text) ||
    job.needs.every((need) => text.includes(`needs.${need.text}.result`));
  return isLooking
    ? []
    : [{ at: job.at, message: `${job.id} does not look at how all of the others ended.` }];
}

/** Nothing to require. */
export const noAggregateCheck: WorkflowRule = {
  id: 'no-aggregate-check',
  title: 'Checks of pull requests without one that stands for all',
  severity: 'advice',
  persona: 'regular',
  what: 'Workflows on pull requests with several jobs of which none needs all the others. Review apps are left alone.',
  why: 'What must pass before a merge is set at GitHub by the names of jobs, not in YAML. Every job that is added, renamed or multiplied by a matrix has to be entered there by hand; one that nobody enters protects nothing.',
  hint: 'Add a last job with a name that stays ("CI gate"), `if: always()`, that needs all others and looks at their results; require that one. `glidepath github setup` does it.',
  bad: inWorkflow(
    'on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make lint\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n',
  ),
  good: unsoundGate.good,
  check: ofWorkflows((workflow) => {
    const trigger = triggerOn(workflow, 'pull_request');
    if (trigger === null || workflow.jobs.length < 2) return [];
    if (scalarsOf(valueAt(trigger.node, 'types')).some(({ text }) => text === 'closed')) return [];
    const hasLast = workflow.jobs.some(
      (job) =>
        job.needs.length >=
          workflow.jobs.filter((other) => other !== job && other.needs.length === 0).length &&
        job.needs.length > 0,
    );
    return hasLast
      ? []
      : [
          {
            at: trigger.at,
            message: 'No one check stands for all of them: nothing can be required that stays.',
          },
        ];
  }),
};

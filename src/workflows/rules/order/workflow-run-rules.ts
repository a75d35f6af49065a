import type { Workflow, WorkflowJob } from '../../read/workflow.ts';
import { entryAt, textAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { filterOf, speaksOf, startsOn, triggerOn } from '../workflow-events.ts';

const PIN = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
const afterCi = (more: string, condition = ''): Example =>
  inWorkflow(
    `on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\njobs:\n  deploy:\n${condition}    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${PIN}\n${more}      - run: make deploy\n`,
  );
const MENDED: Example = inWorkflow(
  `on:\n  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n  deploy:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${PIN}\n      - run: make deploy\n`,
);
const CODE =
  "on:\n  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n  deploy:\n    needs: ci";

/** There is no such key. */
export const workflowRunTags: WorkflowRule = {
  id: 'workflow-run-tags',
  title: 'workflow_run with `tags` or `paths`',
  severity: 'error',
  persona: 'regular',
  what: 'Filters of workflow_run other than types, workflows, branches and branches-ignore.',
  why: 'GitHub knows no such key: it refuses the file, or, with the key taken out, every CI that succeeds deploys.',
  hint: 'Start on the push of the tag itself, and let CI be called as a job that the deployment needs.',
  bad: inWorkflow(
    "on:\n  workflow_run:\n    workflows: ['CI']\n    types: [completed]\n    tags: ['v*']\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make deploy\n",
  ),
  good: MENDED,
  isForShown: true,
  check: ofWorkflows((workflow) =>
    ['tags', 'tags-ignore', 'paths', 'paths-ignore'].flatMap((key) => {
      const entry = entryAt(triggerOn(workflow, 'workflow_run')?.node, key);
      return entry === null ? [] : [{ at: entry.at, message: `workflow_run has no ${key}.`, code: CODE }];
    }),
  ),
};

/** The tip of main, whatever was tested. */
export const workflowRunCheckout: WorkflowRule = {
  id: 'workflow-run-checkout',
  title: 'workflow_run that checks out another commit than CI did',
  severity: 'error',
  persona: 'regular',
  what: 'Workflows on workflow_run whose checkout names no `ref`, or another than the head_sha of the run before.',
  why: 'The checkout takes the newest commit of the main branch, which CI may not have seen; for a tag it is not even the tag.',
  hint: 'Check out ${{ github.event.workflow_run.head_sha }}; better, start on the push itself and call CI.',
  bad: afterCi(''),
  good: afterCi('        with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n'),
  check: ofWorkflows((workflow) =>
    startsOn(workflow, 'workflow_run')
      ? workflow.jobs.flatMap((job) =>
          job.steps.flatMap(({ uses, with: inputs }) =>
            uses?.repository === 'actions/checkout' &&
            !/workflow_run\.head_(sha|commit)/.test(textAt(inputs, 'ref') ?? '')
              ? [
                  {
                    at: uses,
                    message: 'What is checked out is the tip of the main branch, not what CI has tested.',
                    code: 'with:\n  ref: ${{ github.event.workflow_run.head_sha }}',
                  },
                ]
              : [],
          ),
        )
      : [],
  ),
};

/** A fork may have a branch called main. */
export const workflowRunGuard: WorkflowRule = {
  id: 'workflow-run-guard',
  title: 'workflow_run that a fork can start',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs on workflow_run without a condition on both the event and the repository of the run before; `branches` and a look at the conclusion are not enough.',
  why: 'The branch is a bare name: a pull request from a fork’s branch called main starts it as well, with the secrets.',
  hint: 'Start on the push itself, and call CI as a job; or ask for all three: the conclusion, the event, the repository.',
  bad: afterCi(
    '        with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n',
    "    if: github.event.workflow_run.conclusion == 'success'\n",
  ),
  good: afterCi(
    '        with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n',
    "    if: github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push' && github.event.workflow_run.head_repository.full_name == github.repository\n",
  ),
  isForShown: true,
  check: ofWorkflows((workflow) =>
    startsOn(workflow, 'workflow_run')
      ? firstOf(workflow).flatMap((job) =>
          speaksOf(job, /workflow_run\.event\b/) && speaksOf(job, /head_repository\.(full_name|id|fork)/)
            ? []
            : [
                {
                  at: job.at,
                  message: `A fork’s pull request from a branch of the right name starts ${job.id} too.`,
                  code: GUARD,
                },
              ],
        )
      : [],
  ),
};

const GUARD =
  "if: github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push' && github.event.workflow_run.head_repository.full_name == github.repository";

/** What others need begins with these. */
function firstOf({ jobs }: Workflow): readonly WorkflowJob[] {
  return jobs.filter(({ needs }) => needs.length === 0);
}

/** Nothing says what was proven. */
export const branchPerEnvironment: WorkflowRule = {
  id: 'branch-per-environment',
  title: 'Production by the push of a branch of its own',
  severity: 'warning',
  persona: 'regular',
  what: 'Workflows that deploy on the push of a branch called production, prod or live.',
  why: 'The merge into the branch makes a commit that nobody has tested; nothing ties it to the one that staging proved. A merge by a bot with GITHUB_TOKEN starts nothing at all.',
  hint: 'Start production on a tag of a commit of main that staging has proven, or promote the very release: glidepath promote staging production',
  bad: inWorkflow(
    'on:\n  push:\n    branches: [staging, production]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n',
  ),
  good: inWorkflow(
    "on:\n  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n",
  ),
  check: ofWorkflows((workflow) => {
    const filter = filterOf(triggerOn(workflow, 'push'), 'branches');
    const name = filter?.patterns.find((pattern) => /^(production|prod|live)$/.test(pattern));
    const isProven = /glidepath|deployments\b.*success|gh api[^\n]*deployments/s.test(workflow.file.text);
    return filter === null || name === undefined || isProven
      ? []
      : [{ at: filter.at, message: `What is pushed to ${name} need not be what staging has proven.` }];
  }),
};

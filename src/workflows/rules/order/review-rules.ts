import type { Workflow, WorkflowJob } from '../../read/workflow.ts';
import { entryAt, scalarsOf, valueAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofJobs, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { isDeployJob } from '../deploy-commands.ts';
import { speaksOf, startsOn, triggerOn } from '../workflow-events.ts';

const deploy = (on: string, more = ''): Example =>
  inWorkflow(
    `on:${on}jobs:\n  deploy:\n${more}    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n`,
  );

/** Strangers’ pull requests have no secrets. */
export const reviewForkGuard: WorkflowRule = {
  id: 'review-fork-guard',
  title: 'A review app for pull requests of forks',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs on pull_request that deploy, without a condition on the repository of the branch.',
  why: 'Pull requests of forks and of Dependabot have no secrets: each of them ends red, and nobody looks any more.',
  hint: "Say if: github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'",
  bad: deploy('\n  pull_request:\n'),
  good: deploy(
    '\n  pull_request:\n',
    "    if: github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'\n",
  ),
  check: ofJobs((job, workflow) =>
    startsOn(workflow, 'pull_request') &&
    isReviewDeploy(job) &&
    !speaksOf(job, /head\.repo\.(full_name|fork|id)/)
      ? [
          {
            at: job.at,
            message: `${job.id} has no secrets for a pull request of a fork, and fails.`,
            code: FORK_GUARD,
          },
        ]
      : [],
  ),
};

const FORK_GUARD =
  "if: github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'";

/** Destroyed, and made again. */
export const reviewDeployOnClosed: WorkflowRule = {
  id: 'review-deploy-on-closed',
  title: 'A review app that closing makes again',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs that deploy in workflows on `closed` pull requests, without a condition on the action.',
  why: 'The event that destroys the app also deploys it: who is last wins, and the app stays for ever.',
  hint: "Say if: github.event.action != 'closed' where it is deployed.",
  bad: deploy(
    '\n  pull_request:\n    types: [opened, synchronize, closed]\n',
    '    if: github.event.pull_request.head.repo.full_name == github.repository\n',
  ),
  good: deploy(
    '\n  pull_request:\n    types: [opened, synchronize, closed]\n',
    "    if: github.event.action != 'closed' && github.event.pull_request.head.repo.full_name == github.repository\n",
  ),
  check: ofJobs((job, workflow) =>
    hasClosed(workflow) && isReviewDeploy(job) && !speaksOf(job, /github\.event\.action|pull_request\.state/)
      ? [
          {
            at: job.at,
            message: `Closing the pull request runs ${job.id} as well.`,
            code: "if: github.event.action != 'closed'",
          },
        ]
      : [],
  ),
};

/** Nobody comes by to clean up. */
export const reviewLeak: WorkflowRule = {
  id: 'review-leak',
  title: 'Review apps that only their closing removes',
  severity: 'warning',
  persona: 'regular',
  what: 'Workflows on `closed` pull requests that deploy, with nothing in the repository that looks for what is left over on a schedule; and `paths` on them.',
  why: 'A pull request with a conflict sends no event that starts anything, nor does one that the filter leaves out: the app and its database stay and cost.',
  hint: 'Look once a day: on schedule, list what is open and remove the rest: glidepath review reap',
  bad: deploy('\n  pull_request:\n    types: [opened, synchronize, closed]\n'),
  good: inWorkflow(
    "on:\n  pull_request:\n    types: [opened, synchronize, closed]\n  schedule:\n    - cron: '17 4 * * *'\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n  reap:\n    if: github.event_name == 'schedule'\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npx glidepath review reap\n",
  ),
  isForShown: true,
  check: ofWorkflows((workflow, { workflows }) => {
    const trigger = triggerOn(workflow, 'pull_request');
    if (trigger === null || !hasClosed(workflow) || workflow.jobs.length === 0) return [];
    const isReaped = workflows.some(
      (each) => startsOn(each, 'schedule') && /reap|sweep|clean-?up|stale/i.test(each.file.text),
    );
    const paths = entryAt(trigger.node, 'paths') ?? entryAt(trigger.node, 'paths-ignore');
    return [
      ...(isReaped
        ? []
        : [{ at: trigger.at, message: 'What a conflict keeps from being removed stays for ever.' }]),
      ...(paths === null
        ? []
        : [{ at: paths.at, message: 'The filter also keeps the closing from removing anything.' }]),
    ];
  }),
};

function hasClosed(workflow: Workflow): boolean {
  const types = scalarsOf(valueAt(triggerOn(workflow, 'pull_request')?.node, 'types'));
  return types.some(({ text }) => text === 'closed');
}

function isReviewDeploy(job: WorkflowJob): boolean {
  return (
    isDeployJob(job) || job.steps.some(({ run }) => /\bglidepath\S*\s+review\s+open\b/.test(run?.text ?? ''))
  );
}

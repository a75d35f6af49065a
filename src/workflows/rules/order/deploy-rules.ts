import type { Workflow, WorkflowJob } from '../../read/workflow.ts';
import { entryAt, textAt, valueAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofJobs, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { deployStep, isDeployJob, PRODUCTION_NAME } from '../deploy-commands.ts';
import { filterOf, speaksOf, startsOn, triggerOn } from '../workflow-events.ts';

const deploy = (on: string, more = '', steps = '      - run: flyctl deploy\n', jobs = ''): Example =>
  inWorkflow(`on:${on}jobs:\n${jobs}  deploy:\n${more}    runs-on: ubuntu-24.04\n    steps:\n${steps}`);
const ON_MAIN = '\n  push:\n    branches: [main]\n';
const CI = '  ci:\n    uses: ./.github/workflows/ci.yml\n';

/** The tests may still be running. */
export const deployWithoutCi: WorkflowRule = {
  id: 'deploy-without-ci',
  title: 'A deployment that waits for no check',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that deploy on a push and need no other job. That another workflow runs the checks on the same push does not help.',
  why: 'Two workflows on one push are not ordered: the deployment is through before the tests have failed.',
  hint: 'Let CI be called, and need it: ci.yml with workflow_call, `ci: uses: ./.github/workflows/ci.yml`, `needs: ci`.',
  bad: deploy(ON_MAIN),
  good: deploy(ON_MAIN, '    needs: ci\n', undefined, CI),
  check: ofJobs((job, workflow) => {
    const step = deployStep(job);
    if (step === null || !startsOn(workflow, 'push') || job.needs.length > 0) return [];
    const before = job.steps.slice(0, job.steps.indexOf(step));
    if (before.some(({ run }) => /\b(test|check|lint|ci)\b/.test(run?.text ?? ''))) return [];
    return [
      {
        at: job.at,
        message: `${job.id} deploys before anything has said that the commit is good.`,
        code: `${CI.trimEnd()}\n  ${job.id}:\n    needs: ci`,
      },
    ];
  }),
};

/** Half of it is done. */
export const cancelledDeploy: WorkflowRule = {
  id: 'cancelled-deploy',
  title: 'A deployment that a newer one cancels',
  severity: 'error',
  persona: 'regular',
  what: '`cancel-in-progress: true` on a job that deploys, or on its workflow. Review apps are left alone.',
  why: 'It is stopped in the middle: between the migration and the app, or with half of the machines.',
  hint: 'Say cancel-in-progress: false; a newer run then waits.',
  bad: deploy(
    ON_MAIN,
    '    needs: ci\n    concurrency:\n      group: staging\n      cancel-in-progress: true\n',
    undefined,
    CI,
  ),
  good: deploy(
    ON_MAIN,
    '    needs: ci\n    concurrency:\n      group: staging\n      cancel-in-progress: false\n',
    undefined,
    CI,
  ),
  check: ofJobs((job, workflow) => {
    if (!isDeployJob(job) || startsOn(workflow, 'pull_request')) return [];
    const own = entryAt(valueAt(job.node, 'concurrency'), 'cancel-in-progress');
    const entry = own ?? entryAt(workflow.concurrency, 'cancel-in-progress');
    return entry !== null && textAt(entry.value) === 'true'
      ? [
          {
            at: entry.at,
            message: `A newer push stops ${job.id} in the middle.`,
            code: 'cancel-in-progress: false',
          },
        ]
      : [];
  }),
};

/** Two at once. */
export const unorderedDeploys: WorkflowRule = {
  id: 'unordered-deploys',
  title: 'Deployments without a concurrency group',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that deploy, in workflows and jobs without `concurrency`.',
  why: 'Two pushes in a row deploy side by side; the older one may be through last.',
  hint: 'Put the job into a group of its environment, shared with rollback.',
  bad: deploy(ON_MAIN, '    needs: ci\n', undefined, CI),
  good: deploy(
    ON_MAIN,
    '    needs: ci\n    concurrency:\n      group: staging\n      cancel-in-progress: false\n',
    undefined,
    CI,
  ),
  check: ofJobs((job, workflow) =>
    isDeployJob(job) && workflow.concurrency === null && valueAt(job.node, 'concurrency') === null
      ? [
          {
            at: job.at,
            message: `Nothing keeps two runs of ${job.id} apart.`,
            code: 'concurrency:\n  group: <environment>\n  cancel-in-progress: false',
          },
        ]
      : [],
  ),
};

/** CI waits in the queue, and is thrown out of it. */
export const groupAroundCi: WorkflowRule = {
  id: 'group-around-ci',
  title: 'A concurrency group of a deployment around its checks or its approval',
  severity: 'warning',
  persona: 'regular',
  what: 'Workflows on tags or branches with a group on top that holds a job which deploys and others before it.',
  why: 'One run waits and a newer one throws it out of the queue: a production tag can be lost while the checks of another run. Waiting for an approval holds the group, and rollback with it.',
  hint: 'Give the group to the job that deploys.',
  bad: inWorkflow(
    `on:\n  push:\n    tags: ['v*']\nconcurrency: production\njobs:\n${CI}  deploy:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n`,
  ),
  good: inWorkflow(
    `on:\n  push:\n    tags: ['v*']\njobs:\n${CI}  deploy:\n    needs: ci\n    concurrency:\n      group: production\n      cancel-in-progress: false\n    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n`,
  ),
  check: ofWorkflows((workflow) => {
    const entry = entryAt(workflow.root, 'concurrency');
    const isQueue = workflow.jobs.some((job) => isDeployJob(job) && job.needs.length > 0);
    return entry === null || !isQueue || !startsOn(workflow, 'push')
      ? []
      : [
          {
            at: entry.at,
            message: 'A run that waits here is thrown out by the next one, also while only checks run.',
          },
        ];
  }),
};

/** The branch of anybody. */
export const dispatchAnyRef: WorkflowRule = {
  id: 'dispatch-any-ref',
  title: 'A deployment by hand from any branch',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that deploy in workflows on workflow_dispatch, without an environment and without a condition on the branch.',
  why: 'Whoever starts it chooses the branch, and GitHub runs the file of that branch, as somebody has just changed it.',
  hint: "Say if: github.ref == 'refs/heads/main', and give the job an environment that lets in only that branch.",
  bad: deploy('\n  workflow_dispatch:\n'),
  good: deploy('\n  workflow_dispatch:\n', "    if: github.ref == 'refs/heads/main'\n"),
  check: ofJobs((job, workflow) =>
    isDeployJob(job) &&
    startsOn(workflow, 'workflow_dispatch') &&
    job.environment === null &&
    !isAboutRef(job, workflow)
      ? [{ at: job.at, message: `${job.id} can be started from any branch, with the file as it is there.` }]
      : [],
  ),
};

function isAboutRef(job: WorkflowJob, { jobs }: Workflow): boolean {
  if (speaksOf(job, /github\.ref(_name)?\b/)) return true;
  return job.needs.some(({ text }) =>
    jobs.some((other) => other.id === text && speaksOf(other, /github\.ref(_name)?\b/)),
  );
}

/** Old is put over new. */
export const staleRerun: WorkflowRule = {
  id: 'stale-rerun',
  title: 'A deployment that can be run again when it is old',
  severity: 'advice',
  persona: 'regular',
  what: 'Jobs that deploy to production on a push, in workflows that nowhere look whether the commit is still the one to be deployed.',
  why: '"Re-run" of a run of last week deploys the commit of last week: a rollback that nobody meant, over migrations that have run since.',
  hint: 'Compare before deploying: git merge-base --is-ancestor "$LIVE" "$GITHUB_SHA", or refuse where github.run_attempt is not 1. `glidepath deploy` does.',
  bad: deploy(ON_MAIN, '    needs: ci\n    environment: production\n', undefined, CI),
  good: deploy(
    ON_MAIN,
    '    needs: ci\n    environment: production\n',
    '      - run: git merge-base --is-ancestor "$(cat live)" "$GITHUB_SHA"\n      - run: flyctl deploy\n',
    CI,
  ),
  check: ofJobs((job, workflow) => {
    const step = deployStep(job);
    const isLooked = /run_attempt|merge-base|--is-ancestor|rev-parse origin|ls-remote|glidepath/i.test(
      workflow.file.text,
    );
    const isProduction = PRODUCTION_NAME.test(job.environment?.text ?? '') || PRODUCTION_NAME.test(job.id);
    return step === null || isLooked || !isProduction || !startsOn(workflow, 'push')
      ? []
      : [{ at: step.at, message: 'Run again next week, this deploys the commit of this week.' }];
  }),
};

/** Tags of nowhere. */
export const tagNotOnMain: WorkflowRule = {
  id: 'tag-not-on-main',
  title: 'A tag of any commit deploys',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that deploy on the push of a tag, in workflows that nowhere ask whether the commit is on the main branch.',
  why: 'A tag can be put on any commit of any branch, one that nobody has reviewed among them.',
  hint: 'Ask before deploying: git merge-base --is-ancestor "$GITHUB_SHA" origin/main. `glidepath gates` does.',
  bad: deploy("\n  push:\n    tags: ['v*']\n", '    needs: ci\n', undefined, CI),
  good: deploy(
    "\n  push:\n    tags: ['v*']\n",
    '    needs: ci\n',
    '      - run: git merge-base --is-ancestor "$GITHUB_SHA" origin/main\n      - run: flyctl deploy\n',
    CI,
  ),
  check: ofJobs((job, workflow) => {
    const filter = filterOf(triggerOn(workflow, 'push'), 'tags');
    const isAsked = /merge-base|--contains|branch -r|glidepath/.test(workflow.file.text);
    return filter === null || deployStep(job) === null || isAsked
      ? []
      : [{ at: filter.at, message: 'Nobody asks whether the commit of the tag is on the main branch.' }];
  }),
};

/** Nobody may be asked. */
export const environmentApproval: WorkflowRule = {
  id: 'environment-approval',
  title: 'An approval that the plan of the repository may not have',
  severity: 'advice',
  persona: 'regular',
  what: 'Jobs that deploy on a push to an environment called production, and need no job that looks at anything else than checks.',
  why: 'Required reviewers of an environment are there for public repositories, and for private ones only on GitHub’s Enterprise plan. Where they are missing, GitHub deploys without asking anybody.',
  hint: 'Ask in a job of its own that every plan has: `approval()` among the gates of the config, and `glidepath gates production`; then the same on any plan.',
  bad: deploy("\n  push:\n    tags: ['v*']\n", '    needs: ci\n    environment: production\n', undefined, CI),
  good: deploy(
    "\n  push:\n    tags: ['v*']\n",
    '    needs: gates\n    environment: production\n',
    undefined,
    `${CI}  gates:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npx glidepath gates production\n`,
  ),
  check: ofJobs((job, workflow) => {
    if (deployStep(job) === null || job.environment === null || !PRODUCTION_NAME.test(job.environment.text))
      return [];
    const isGated = workflow.jobs.some(
      (other) => /gate|approv|confirm/i.test(other.id) || /gate|approv/i.test(other.environment?.text ?? ''),
    );
    return isGated || !startsOn(workflow, 'push')
      ? []
      : [
          {
            at: job.environment,
            message: 'Whether anybody is asked depends on the plan of the repository, not on this file.',
          },
        ];
  }),
};

/** Ways back that take as long as a release. */
export const noRollbackPath: WorkflowRule = {
  id: 'no-rollback-path',
  title: 'No way back but a new release',
  severity: 'advice',
  persona: 'regular',
  what: 'Workflows that deploy on a tag, where no workflow beside them can be started by hand to go back.',
  why: 'Revert, tag, build and test again is the longest way there is, in the worst minutes; and nobody has looked whether the old code works on the new schema.',
  hint: 'Keep the images by digest and deploy the one before: a workflow on workflow_dispatch that runs `glidepath rollback production`.',
  bad: deploy("\n  push:\n    tags: ['v*']\n", '    needs: ci\n', undefined, CI),
  good: {
    ...deploy("\n  push:\n    tags: ['v*']\n", '    needs: ci\n', undefined, CI),
    '.github/workflows/operations.yml':
      'on:\n  workflow_dispatch:\njobs:\n  rollback:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npx glidepath rollback production\n',
  },
  check: ofWorkflows((workflow, { workflows }) => {
    const filter = filterOf(triggerOn(workflow, 'push'), 'tags');
    const deploying = workflow.jobs.find(isDeployJob);
    const hasBack = workflows.some(
      (each) => startsOn(each, 'workflow_dispatch') && /roll-?back/i.test(each.file.text),
    );
    return filter === null || deploying === undefined || hasBack
      ? []
      : [{ at: deploying.at, message: 'The only way back is to revert, tag, build and test again.' }];
  }),
};

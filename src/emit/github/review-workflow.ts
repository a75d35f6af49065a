import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { environmentKey, runsElixir } from './environment-job.ts';
import { allOf, expression, quoted } from './expressions.ts';
import { job, type Grant } from './job.ts';
import { glidepathStep, JOB_TOKEN, secretsEnv, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

const REVIEW_MINUTES = 45;

/** Once a day, not at a full hour, when GitHub's queues are long and runs are dropped. */
const REAP_AT = '17 4 * * *';

/** A fork gets no secrets, and neither does Dependabot: their runs could only fail. */
const IS_OURS = allOf([
  'github.event.pull_request.head.repo.full_name == github.repository',
  `github.event.pull_request.user.login != ${quoted('dependabot[bot]')}`,
]);

/** `review-app.yml`, where there is a review environment: made, and taken away again in three ways. */
export function reviewWorkflow(context: WorkflowContext): readonly GeneratedFile[] {
  const reviews = context.project.environments.filter(({ kind }) => kind === 'review');
  const [first] = reviews;
  if (first === undefined) return [];
  return [
    workflowFile({
      file: 'review-app.yml',
      name: 'Review app',
      about:
        'A review app for each pull request of this repository. It is removed when the pull request is closed. GitHub sends no event for a closed pull request with conflicts, so leftovers are removed every night, or by hand.',
      on: {
        pull_request: { types: ['opened', 'synchronize', 'reopened', 'closed'] },
        schedule: [{ cron: REAP_AT }],
        workflow_dispatch: {
          inputs: {
            pr: {
              description: 'Pull request whose review app to remove; default: all that are closed or expired',
              type: 'string',
              default: '',
            },
          },
        },
      },
      jobs: {
        deploy: deployJob(context, reviews),
        destroy: destroyJob(context, reviews),
        reap: reapJob(context, reviews),
      },
      reason: 'Review apps on GitHub.',
    }),
  ];
}

function deployJob(context: WorkflowContext, reviews: readonly ResolvedEnvironment[]): YamlMap {
  return job(context, {
    name: 'Deploy',
    if: allOf(["github.event_name == 'pull_request'", "github.event.action != 'closed'", IS_OURS]),
    timeoutMinutes: REVIEW_MINUTES,
    grants: grants({ isDeployed: true }),
    concurrency: groupOf(expression('github.event.pull_request.number')),
    environment: environmentKey(nameOf(reviews)),
    steps: [
      ...setupSteps(context, {
        // The commit itself, not what it would be merged to: that is what was reviewed and what is recorded.
        ref: expression('github.event.pull_request.head.sha'),
        hasHistory: true,
        hasElixir: reviews.some(runsElixir),
      }),
      glidepathStep(context, {
        name: 'Open or update the review app',
        env: {
          ...JOB_TOKEN,
          ...secretsEnv(reviews, { keysOnly: false }),
          PR: expression('github.event.pull_request.number'),
        },
        command: 'review open "$PR"',
      }),
    ],
  });
}

function destroyJob(context: WorkflowContext, reviews: readonly ResolvedEnvironment[]): YamlMap {
  const { mainBranch } = context.project;
  const isClosed = allOf(["github.event_name == 'pull_request'", "github.event.action == 'closed'", IS_OURS]);
  const byHand = allOf([isByHandAt(mainBranch), "inputs.pr != ''"]);
  const pr = expression('github.event.pull_request.number || inputs.pr');
  return job(context, {
    name: 'Destroy',
    if: `(${isClosed}) || (${byHand})`,
    timeoutMinutes: REVIEW_MINUTES,
    grants: grants({ isDeployed: false }),
    // The same group, so that it ends a deployment that is under way.
    concurrency: groupOf(pr),
    environment: environmentKey(nameOf(reviews)),
    steps: [
      ...setupSteps(context, { ref: mainBranch, hasHistory: false, hasElixir: false }),
      glidepathStep(context, {
        name: 'Close the review app',
        env: { ...JOB_TOKEN, ...secretsEnv(reviews, { keysOnly: true }), PR: pr },
        command: 'review close "$PR"',
      }),
    ],
  });
}

function reapJob(context: WorkflowContext, reviews: readonly ResolvedEnvironment[]): YamlMap {
  const { mainBranch } = context.project;
  const byHand = allOf([isByHandAt(mainBranch), "inputs.pr == ''"]);
  return job(context, {
    name: 'Reap',
    if: `github.event_name == 'schedule' || (${byHand})`,
    timeoutMinutes: REVIEW_MINUTES,
    grants: grants({ isDeployed: false }),
    concurrency: { group: 'review-reap', 'cancel-in-progress': false },
    environment: environmentKey(nameOf(reviews)),
    steps: [
      ...setupSteps(context, { ref: mainBranch, hasHistory: false, hasElixir: false }),
      glidepathStep(context, {
        name: 'Remove leftover review apps',
        env: { ...JOB_TOKEN, ...secretsEnv(reviews, { keysOnly: true }) },
        command: 'review reap',
      }),
    ],
  });
}

function isByHandAt(mainBranch: string): string {
  return allOf([
    "github.event_name == 'workflow_dispatch'",
    `github.ref == ${quoted(`refs/heads/${mainBranch}`)}`,
  ]);
}

/** A newer commit, or the end of the pull request, stops what is under way: nobody waits for it any more. */
function groupOf(pr: string): YamlMap {
  return { group: `review-${pr}`, 'cancel-in-progress': true };
}

/** One environment for all pull requests: one for each would stay on GitHub for ever. */
function nameOf(reviews: readonly ResolvedEnvironment[]): string {
  return reviews[0]?.name ?? 'review';
}

function grants({ isDeployed }: { readonly isDeployed: boolean }): Grant[] {
  return [
    { scope: 'deployments', access: 'write', why: 'records the review app' },
    { scope: 'pull-requests', access: 'write', why: 'comments with the address' },
    ...(isDeployed ? ([{ scope: 'statuses', access: 'write', why: 'sets the commit status' }] as const) : []),
  ];
}

import { environmentRefs } from '../../config/environment-refs.ts';
import { needsConfirmation } from '../../config/needs-confirmation.ts';
import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { approvalOf, hasReviewers, reviewedEnv, reviewersJob } from './approval.ts';
import { ciCall } from './ci-workflow.ts';
import { COMMIT, commitJob, isProven } from './commit-job.ts';
import { allOf, expression, REASON, refMatches, succeeded } from './expressions.ts';
import { job, type Grant } from './job.ts';
import { deployGrants, environmentKey, groupOf, runsElixir } from './environment-job.ts';
import { glidepathStep, JOB_TOKEN, secretsEnv, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

/** Gates are looked up; nobody waits in this job. */
export const GATES_MINUTES = 15;

/** Longer than any deployment that goes well, with its migrations and its way back. */
export const DEPLOY_MINUTES = 90;

/** What started the run. The same in every job, whatever is pushed meanwhile. */
const STARTED_AT = expression('github.sha');

/** `deploy-<environment>.yml`, of every environment that stays and that something starts. */
export function deployWorkflows(context: WorkflowContext): readonly GeneratedFile[] {
  return context.project.environments
    .filter(({ kind, on }) => kind === 'standing' && on.length > 0)
    .map((environment) => deployWorkflow(context, environment));
}

function deployWorkflow(context: WorkflowContext, environment: ResolvedEnvironment): GeneratedFile {
  const { name } = environment;
  const { project } = context;
  const hasChecks = project.checks.length > 0;
  const guard = refGuard(environment, project.mainBranch);
  const first = isDispatched(environment) ? expression(allOf([isProven(), guard])) : guard;
  const gatesIf = hasChecks ? expression(succeeded(['ci'])) : first;
  return workflowFile({
    file: `deploy-${name}.yml`,
    name: `Deploy ${name}`,
    runName: runName(environment),
    about: about(environment, hasChecks),
    on: triggers(environment),
    jobs: {
      commit: isDispatched(environment) ? commitJob(context, guard) : undefined,
      ci: hasChecks
        ? ciCall(context, { needs: commitJobs(environment), if: first, ref: commitOf(environment) })
        : undefined,
      gates: gatesJob(context, environment, gatesIf),
      approval: hasReviewers(environment) ? approvalJob(context, environment) : undefined,
      deploy: deployJob(context, environment),
    },
    reason: `Deployments to ${name} on GitHub.`,
  });
}

/** What the list of runs shows: the branch or tag, or the commit that somebody named. */
function runName(environment: ResolvedEnvironment): string {
  return isDispatched(environment)
    ? `Deploy ${expression('inputs.ref || github.ref_name')} to ${environment.name}${REASON}`
    : `Deploy ${expression('github.ref_name')} to ${environment.name}`;
}

function about(environment: ResolvedEnvironment, hasChecks: boolean): string {
  const order = hasChecks
    ? 'Runs the checks, evaluates the gates, and deploys'
    : 'Evaluates the gates and deploys';
  const approval = approvalOf(environment);
  const waits =
    approval?.by === 'comment' && !approval.optional
      ? ' Without an approval, the run ends before the deployment; the approval starts it again.'
      : '';
  return `${order}, with the same commands as on a laptop. The details are in glidepath.config.ts.${waits}`;
}

function triggers(environment: ResolvedEnvironment): YamlMap {
  const branches = environment.on.flatMap((trigger) => (trigger.kind === 'push' ? [trigger.branch] : []));
  const tags = environment.on.flatMap((trigger) => (trigger.kind === 'tag' ? [trigger.pattern] : []));
  return {
    push:
      branches.length + tags.length === 0
        ? undefined
        : {
            branches: branches.length === 0 ? undefined : branches,
            tags: tags.length === 0 ? undefined : tags,
          },
    workflow_dispatch: isDispatched(environment)
      ? {
          inputs: {
            ref: {
              description: 'Commit to deploy; default: the newest',
              type: 'string',
              default: '',
            },
            confirm: needsConfirmation(environment)
              ? { description: `Type ${environment.name} to confirm`, type: 'string', default: '' }
              : undefined,
            reason: { description: 'Reason, for the record', type: 'string', default: '' },
          },
        }
      : undefined,
  };
}

/** By hand, or again when it was approved by a comment. */
function isDispatched(environment: ResolvedEnvironment): boolean {
  return environment.on.some(({ kind }) => kind === 'manual') || approvalOf(environment)?.by === 'comment';
}

function commitOf(environment: ResolvedEnvironment): string {
  return isDispatched(environment) ? COMMIT : STARTED_AT;
}

/** The jobs that a job waits for to know the commit. */
function commitJobs(environment: ResolvedEnvironment): readonly string[] {
  return isDispatched(environment) ? ['commit'] : [];
}

/**
 * What both commands are told. They run as they are where the run was started, which the rules of the environment decide;
 * the commit is what they look at, and its config is never loaded.
 */
function commandOf(
  environment: ResolvedEnvironment,
  command: 'gates' | 'deploy',
): { readonly command: string; readonly env: YamlMap } {
  const { name } = environment;
  if (!isDispatched(environment)) return { command: `${command} ${name}`, env: {} };
  const withRef = { command: `${command} ${name} --ref "$REF"`, env: { REF: COMMIT } };
  // The gates read what was typed from the event.
  if (command === 'gates' || !needsConfirmation(environment)) return withRef;
  return {
    command: `${withRef.command} --confirm "$CONFIRM"`,
    env: { ...withRef.env, CONFIRM: expression('inputs.confirm') },
  };
}

/**
 * By hand the file of any branch can be run: only of the main branch and of what the environment listens to. And a branch
 * or tag that is deleted is a push as well, of the main branch's newest commit.
 */
function refGuard(environment: ResolvedEnvironment, mainBranch: string): string {
  const isThere = 'github.event.deleted != true';
  if (!isDispatched(environment)) return isThere;
  const isPushed = environment.on.some(({ kind }) => kind === 'push' || kind === 'tag');
  const { branches, tags } = environmentRefs(environment, mainBranch);
  const refs = [
    ...branches.map((branch) => refMatches('heads', branch)),
    ...tags.map((tag) => refMatches('tags', tag)),
  ];
  if (!isPushed) return refs.join(' || ');
  return allOf([isThere, `(github.event_name != 'workflow_dispatch' || ${refs.join(' || ')})`]);
}

/** Without a group: whoever waits for somebody must not keep a rollback waiting. And without a secret. */
function gatesJob(context: WorkflowContext, environment: ResolvedEnvironment, condition: string): YamlMap {
  const approval = approvalOf(environment);
  const { command, env } = commandOf(environment, 'gates');
  return job(context, {
    name: 'Gates',
    needs: [...commitJobs(environment), ...(context.project.checks.length > 0 ? ['ci'] : [])],
    if: condition,
    timeoutMinutes: GATES_MINUTES,
    grants: gateGrants(approval),
    outputs: {
      approved: expression('steps.gates.outputs.approved'),
      asked: hasReviewers(environment) ? expression('steps.gates.outputs.asked') : undefined,
    },
    steps: [
      ...setupSteps(context, { ref: STARTED_AT, hasHistory: true, hasElixir: false }),
      glidepathStep(context, {
        name: 'Evaluate the gates',
        id: 'gates',
        env: { ...JOB_TOKEN, ...env },
        command,
      }),
    ],
  });
}

/** Only once all other gates hold, and the plan that they agree to is known. */
function approvalJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const condition = expression(allOf([succeeded(['gates']), IS_OPEN]));
  return reviewersJob(context, environment, { name: 'Approval', gates: 'gates', condition });
}

/** The gates hold. */
const IS_OPEN = "needs.gates.outputs.approved == 'true'";

/** What the gates ask GitHub. */
export function gateGrants(approval: ResolvedApproval | null): Grant[] {
  const asks = approval?.by === 'comment';
  return [
    { scope: 'actions', access: 'read', why: 'tells whether this run is outdated' },
    { scope: 'checks', access: 'read', why: 'reads the results of the checks' },
    {
      scope: 'deployments',
      access: asks ? 'write' : 'read',
      why: asks ? 'reads earlier deployments, records the one that waits' : 'reads earlier deployments',
    },
    ...(asks
      ? ([
          { scope: 'issues', access: 'write', why: 'requests the approval' },
          { scope: 'pull-requests', access: 'write', why: 'requests it on the pull request' },
        ] as const)
      : ([{ scope: 'pull-requests', access: 'read', why: 'finds the pull request of the commit' }] as const)),
  ];
}

function deployJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const { project } = context;
  const isReviewed = hasReviewers(environment);
  const before = [...(project.checks.length > 0 ? ['ci'] : []), 'gates', ...(isReviewed ? ['approval'] : [])];
  const { command, env } = commandOf(environment, 'deploy');
  return job(context, {
    name: 'Deploy',
    needs: [...commitJobs(environment), ...before],
    if: expression(allOf([succeeded(before), IS_OPEN])),
    timeoutMinutes: DEPLOY_MINUTES,
    grants: deployGrants(project, environment),
    concurrency: groupOf(project, environment),
    environment: environmentKey(environment.name),
    steps: [
      ...setupSteps(context, { ref: STARTED_AT, hasHistory: true, hasElixir: runsElixir(environment) }),
      glidepathStep(context, {
        name: `Deploy to ${environment.name}`,
        env: {
          ...JOB_TOKEN,
          ...secretsEnv([environment], { keysOnly: false }),
          ...env,
          ...(isReviewed ? reviewedEnv('gates', 'approval') : {}),
        },
        command: isReviewed ? `${command} --reviewed "$REVIEWED"` : command,
      }),
    ],
  });
}

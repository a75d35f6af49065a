import { environmentRefs } from '../../config/environment-refs.ts';
import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { approvalEnvironment, approvalOf, hasReviewers } from './approval.ts';
import { ciCall } from './ci-workflow.ts';
import { allOf, expression, REASON, refMatches, succeeded } from './expressions.ts';
import { job, type Grant } from './job.ts';
import { deployGrants, environmentKey, groupOf, runsElixir } from './environment-job.ts';
import { glidepathStep, JOB_TOKEN, secretsEnv, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

/** Gates are looked up; nobody waits in this job. */
const GATES_MINUTES = 15;

/** Longer than any deployment that goes well, with its migrations and its way back. */
export const DEPLOY_MINUTES = 90;

/** What is deployed: what somebody named, else what started the run. The same in every job, whatever is pushed meanwhile. */
const DISPATCHED = expression('inputs.ref || github.sha');

const PUSHED = expression('github.sha');

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
  const gatesIf = hasChecks ? expression(succeeded(['ci'])) : guard;
  return workflowFile({
    file: `deploy-${name}.yml`,
    name: `Deploy ${name}`,
    runName: runName(environment),
    about: about(environment, hasChecks),
    on: triggers(environment),
    jobs: {
      ci: hasChecks ? ciCall(context, { if: guard, ref: commitOf(environment) }) : undefined,
      gates: gatesJob(context, environment, gatesIf),
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
    ? 'The checks, then the gates, then the deployment'
    : 'The gates, then the deployment';
  const approval = approvalOf(environment);
  const waits =
    approval?.by === 'comment' && !approval.optional
      ? ' Without an approval the run ends before the deployment; the approval starts it again.'
      : '';
  return `${order}: by the same commands as on a laptop. What they do is said in glidepath.config.ts.${waits}`;
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
              description: 'The commit to deploy, all 40 digits of it; the newest otherwise',
              type: 'string',
              default: '',
            },
            reason: { description: 'Why, for those who look back', type: 'string', default: '' },
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
  return isDispatched(environment) ? DISPATCHED : PUSHED;
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
  return job(context, {
    name: 'Gates',
    needs: context.project.checks.length > 0 ? ['ci'] : [],
    if: condition,
    timeoutMinutes: GATES_MINUTES,
    grants: gateGrants(approval),
    environment: hasReviewers(environment) ? approvalEnvironment(environment) : undefined,
    outputs: { approved: expression('steps.gates.outputs.approved') },
    steps: [
      ...setupSteps(context, { ref: commitOf(environment), hasHistory: true, hasElixir: false }),
      glidepathStep(context, {
        name: 'See whether the gates hold',
        id: 'gates',
        env: JOB_TOKEN,
        command: `gates ${environment.name}`,
      }),
    ],
  });
}

function gateGrants(approval: ResolvedApproval | null): Grant[] {
  const asks = approval?.by === 'comment';
  return [
    { scope: 'actions', access: 'read', why: 'whether this run is an old one' },
    { scope: 'checks', access: 'read', why: 'what was checked of the commit' },
    { scope: 'deployments', access: asks ? 'write' : 'read', why: 'where the release was before' },
    ...(asks
      ? ([
          { scope: 'issues', access: 'write', why: 'asks for the approval' },
          { scope: 'pull-requests', access: 'write', why: 'asks for it where the commit came from' },
        ] as const)
      : ([{ scope: 'pull-requests', access: 'read', why: 'where the commit came from' }] as const)),
  ];
}

function deployJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const { project } = context;
  const before = project.checks.length > 0 ? ['ci', 'gates'] : ['gates'];
  return job(context, {
    name: 'Deploy',
    needs: before,
    if: expression(allOf([succeeded(before), "needs.gates.outputs.approved == 'true'"])),
    timeoutMinutes: DEPLOY_MINUTES,
    grants: deployGrants(project, environment),
    concurrency: groupOf(project, environment),
    environment: environmentKey(environment.name),
    steps: [
      ...setupSteps(context, {
        ref: commitOf(environment),
        hasHistory: true,
        hasElixir: runsElixir(environment),
      }),
      glidepathStep(context, {
        name: `Deploy to ${environment.name}`,
        env: {
          ...JOB_TOKEN,
          ...secretsEnv([environment], { keysOnly: false }),
        },
        command: `deploy ${environment.name}`,
      }),
    ],
  });
}

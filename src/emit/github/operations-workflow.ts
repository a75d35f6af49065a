import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { Yaml, YamlMap } from '../yaml/yaml-data.ts';
import { hasReviewers, reviewedEnv, reviewersJob } from './approval.ts';
import { DEPLOY_MINUTES, GATES_MINUTES, gateGrants } from './deploy-workflow.ts';
import { deployGrants, environmentGroup, environmentKey, groupOf, runsElixir } from './environment-job.ts';
import { allOf, expression, quoted, REASON, succeeded } from './expressions.ts';
import { job } from './job.ts';
import { glidepathStep, JOB_TOKEN, secretsEnv, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

/** `operations.yml`: what is done by hand, with the same locks, secrets and records as everything else. */
export function operationsWorkflow(context: WorkflowContext): readonly GeneratedFile[] {
  const { environments, mainBranch } = context.project;
  const standing = environments.filter(({ kind }) => kind === 'standing');
  if (standing.length === 0) return [];
  return [
    workflowFile({
      file: 'operations.yml',
      name: 'Operations',
      runName: `${expression('inputs.action')} ${expression('inputs.environment')}${REASON}`,
      about: `Started by hand, only from ${mainBranch}: the file on another branch could say anything. One job per environment, so that each gets its own secrets and no others.`,
      on: { workflow_dispatch: { inputs: inputs(context, standing) } },
      jobs: Object.fromEntries(
        standing.flatMap((environment) => [
          ...(hasReviewers(environment)
            ? ([
                [gatesName(environment), gatesJob(context, environment)],
                [approvalName(environment), approvalJob(context, environment)],
              ] as const)
            : []),
          [environment.name, operationsJob(context, environment)] as const,
        ]),
      ),
      reason: 'Rollbacks and other operations by hand, on GitHub.',
    }),
  ];
}

function inputs({ project }: WorkflowContext, standing: readonly ResolvedEnvironment[]): YamlMap {
  const actions = ['status', 'deploy', 'rollback', ...(standing.some(isPromotedTo) ? ['promote'] : [])];
  const text = (description: string): YamlMap => ({ description, type: 'string', default: '' });
  return {
    action: { description: 'Action', type: 'choice', required: true, options: actions },
    environment: {
      description: 'Environment',
      type: 'choice',
      required: true,
      options: standing.map(({ name }) => name),
    },
    ref: text(`deploy: the commit; default: the newest on ${project.mainBranch}`),
    release: text('rollback: the release; default: the one before the live one'),
    confirm: text('Type the name of the environment to confirm; not needed for status'),
    reason: text('Reason, for the record'),
  };
}

function operationsJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const { project } = context;
  const { name } = environment;
  // Whoever looks does not wait for what is under way: that is what they look at.
  const group = expression(
    `inputs.action == 'status' && format('status-{0}', github.run_id) || ${quoted(environmentGroup(name))}`,
  );
  return job(context, {
    name,
    needs: hasReviewers(environment) ? [gatesName(environment), approvalName(environment)] : [],
    if: hasReviewers(environment)
      ? expression(allOf(['!cancelled()', isAsked(context, environment), isAllowed(environment)]))
      : isAsked(context, environment),
    timeoutMinutes: DEPLOY_MINUTES,
    grants: deployGrants(project, environment),
    concurrency: { ...groupOf(project, environment), group },
    environment: environmentKey(name),
    steps: [
      ...setupSteps(context, { hasHistory: true, hasElixir: runsElixir(environment) }),
      ...operationSteps(context, environment),
    ],
  });
}

function isAsked({ project }: WorkflowContext, { name }: ResolvedEnvironment): string {
  return allOf([
    `inputs.environment == ${quoted(name)}`,
    `github.ref == ${quoted(`refs/heads/${project.mainBranch}`)}`,
  ]);
}

/** Going back must not wait for anybody; what goes forwards was agreed to. */
function isAllowed(environment: ResolvedEnvironment): string {
  const approved = `needs.${approvalName(environment)}.result == 'success'`;
  return `(inputs.action == 'status' || inputs.action == 'rollback' || ${approved})`;
}

const IS_FORWARDS = "(inputs.action == 'deploy' || inputs.action == 'promote')";

/** Says what reviewers are asked about, before they are asked: without a secret and without the group. */
function gatesJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const { name } = environment;
  const steps = [
    { action: 'deploy', command: `gates ${name} --ref "$REF"`, env: { REF } },
    ...promotedFrom(environment).map((from) => ({
      action: 'promote',
      command: `gates ${name} --promote-from ${from}`,
      env: {},
    })),
  ];
  return job(context, {
    name: `${name}: gates`,
    if: allOf([isAsked(context, environment), IS_FORWARDS]),
    timeoutMinutes: GATES_MINUTES,
    grants: gateGrants(null),
    outputs: {
      approved: expression(steps.map(({ action }) => `steps.${action}.outputs.approved`).join(' || ')),
      asked: expression(steps.map(({ action }) => `steps.${action}.outputs.asked`).join(' || ')),
    },
    steps: [
      ...setupSteps(context, { hasHistory: true, hasElixir: false }),
      ...steps.map(({ action, command, env }) =>
        glidepathStep(context, {
          name: `Evaluate the gates for ${action}`,
          id: action,
          if: `inputs.action == '${action}'`,
          env: { ...JOB_TOKEN, ...env },
          command,
        }),
      ),
    ],
  });
}

/** Where reviewers of GitHub agree, also to what is started by hand. */
function approvalJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const gates = gatesName(environment);
  const isOpen = `needs.${gates}.outputs.approved == 'true'`;
  const condition = expression(allOf([succeeded([gates]), isOpen]));
  return reviewersJob(context, environment, { name: `${environment.name}: approval`, gates, condition });
}

/** No environment can be called so. */
function gatesName({ name }: ResolvedEnvironment): string {
  return `${name}_gates`;
}

function approvalName({ name }: ResolvedEnvironment): string {
  return `${name}-approval`;
}

/** The commit that somebody named; else the newest of the main branch. */
const REF = expression('inputs.ref || github.sha');

function operationSteps(context: WorkflowContext, environment: ResolvedEnvironment): Yaml[] {
  const { name } = environment;
  const given = { ...JOB_TOKEN, ...secretsEnv([environment], { keysOnly: false }) };
  const looking = { ...JOB_TOKEN, ...secretsEnv([environment], { keysOnly: true }) };
  const confirmed = { ...given, CONFIRM: expression('inputs.confirm') };
  const step = (action: string, command: string, env: YamlMap, isMore?: string): YamlMap =>
    glidepathStep(context, {
      name: stepName(action, name),
      if: allOf([`inputs.action == '${action}'`, ...(isMore === undefined ? [] : [isMore])]),
      env,
      command,
    });
  const isReviewed = hasReviewers(environment);
  const reviewed = isReviewed ? reviewedEnv(gatesName(environment), approvalName(environment)) : {};
  const flag = isReviewed ? ' --reviewed "$REVIEWED"' : '';
  const withRef = { ...confirmed, REF, ...reviewed };
  const withRelease = { ...confirmed, RELEASE: expression('inputs.release') };
  return [
    step('status', `status ${name}`, looking),
    step('deploy', `deploy ${name} --ref "$REF" --confirm "$CONFIRM"${flag}`, withRef),
    step('rollback', `rollback ${name} --confirm "$CONFIRM"`, confirmed, "inputs.release == ''"),
    step(
      'rollback',
      `rollback ${name} --to "$RELEASE" --confirm "$CONFIRM"`,
      withRelease,
      "inputs.release != ''",
    ),
    ...promotedFrom(environment).map((from) =>
      step('promote', `promote ${from} ${name} --confirm "$CONFIRM"${flag}`, { ...confirmed, ...reviewed }),
    ),
  ];
}

function stepName(action: string, environment: string): string {
  switch (action) {
    case 'status':
      return `Show the status of ${environment}`;
    case 'deploy':
      return `Deploy to ${environment}`;
    case 'promote':
      return `Promote to ${environment}`;
    default:
      return `Roll back ${environment}`;
  }
}

function isPromotedTo(environment: ResolvedEnvironment): boolean {
  return promotedFrom(environment).length > 0;
}

/** The environment that a release comes from: the last one that it must have passed. */
function promotedFrom({ gates }: ResolvedEnvironment): string[] {
  return gates.flatMap((gate) => (gate.kind === 'passed' ? [gate.environment] : [])).slice(-1);
}

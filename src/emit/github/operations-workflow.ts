import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { Yaml, YamlMap } from '../yaml/yaml-data.ts';
import { approvalEnvironment, hasReviewers } from './approval.ts';
import { DEPLOY_MINUTES } from './deploy-workflow.ts';
import { deployGrants, environmentGroup, environmentKey, groupOf, runsElixir } from './environment-job.ts';
import { allOf, expression, quoted, REASON } from './expressions.ts';
import { job } from './job.ts';
import { glidepathStep, JOB_TOKEN, secretsEnv, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

/** Of the job itself, which does nothing: waiting for people does not count. */
const APPROVAL_MINUTES = 5;

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
      about: `By hand, from ${mainBranch} alone: the file of another branch may say anything. One job for each environment, so that each is given its own secrets and no others.`,
      on: { workflow_dispatch: { inputs: inputs(context, standing) } },
      jobs: Object.fromEntries(
        standing.flatMap((environment) => [
          ...(hasReviewers(environment)
            ? [[approvalJob(environment), reviewersJob(context, environment)] as const]
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
    action: { description: 'What to do', type: 'choice', required: true, options: actions },
    environment: {
      description: 'Where',
      type: 'choice',
      required: true,
      options: standing.map(({ name }) => name),
    },
    ref: text(`deploy: the commit; the newest of ${project.mainBranch} otherwise`),
    release: text('rollback: the release; the one before the live one otherwise'),
    confirm: text('The name of the environment once more, for all but status'),
    reason: text('Why, for those who look back'),
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
    needs: hasReviewers(environment) ? [approvalJob(environment)] : [],
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
  const approved = `needs.${approvalJob(environment)}.result == 'success'`;
  return `(inputs.action == 'status' || inputs.action == 'rollback' || ${approved})`;
}

/** Where reviewers of GitHub agree, also to what is started by hand: in a job without a secret and without the group. */
function reviewersJob(context: WorkflowContext, environment: ResolvedEnvironment): YamlMap {
  const isForwards = "(inputs.action == 'deploy' || inputs.action == 'promote')";
  return job(context, {
    name: `${environment.name}: approval`,
    if: allOf([isAsked(context, environment), isForwards]),
    timeoutMinutes: APPROVAL_MINUTES,
    grants: null,
    environment: approvalEnvironment(environment),
    steps: [{ name: 'Somebody agreed', run: 'true' }],
  });
}

function approvalJob({ name }: ResolvedEnvironment): string {
  return `${name}-approval`;
}

function operationSteps(context: WorkflowContext, environment: ResolvedEnvironment): Yaml[] {
  const { name } = environment;
  const given = { ...JOB_TOKEN, ...secretsEnv([environment], { keysOnly: false }) };
  const looking = { ...JOB_TOKEN, ...secretsEnv([environment], { keysOnly: true }) };
  const confirmed = { ...given, CONFIRM: expression('inputs.confirm') };
  const step = (action: string, command: string, env: YamlMap, isMore?: string): YamlMap =>
    glidepathStep(context, {
      name: `${action.charAt(0).toUpperCase()}${action.slice(1)} ${name}`,
      if: allOf([`inputs.action == '${action}'`, ...(isMore === undefined ? [] : [isMore])]),
      env,
      command,
    });
  const withRef = { ...confirmed, REF: expression('inputs.ref || github.sha') };
  const withRelease = { ...confirmed, RELEASE: expression('inputs.release') };
  return [
    step('status', `status ${name}`, looking),
    step('deploy', `deploy ${name} --ref "$REF" --confirm "$CONFIRM"`, withRef),
    step('rollback', `rollback ${name} --confirm "$CONFIRM"`, confirmed, "inputs.release == ''"),
    step(
      'rollback',
      `rollback ${name} --to "$RELEASE" --confirm "$CONFIRM"`,
      withRelease,
      "inputs.release != ''",
    ),
    ...promotedFrom(environment).map((from) =>
      step('promote', `promote ${from} ${name} --confirm "$CONFIRM"`, confirmed),
    ),
  ];
}

function isPromotedTo(environment: ResolvedEnvironment): boolean {
  return promotedFrom(environment).length > 0;
}

/** The environment that a release comes from: the last one that it must have passed. */
function promotedFrom({ gates }: ResolvedEnvironment): string[] {
  return gates.flatMap((gate) => (gate.kind === 'passed' ? [gate.environment] : [])).slice(-1);
}

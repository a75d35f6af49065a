import { CI_GATE } from '../../config/github-names.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import { cacheEnv, cacheSecretInputs, cacheSecrets, cacheSteps, runsOnMain } from './cache-access.ts';
import { expression, quoted } from './expressions.ts';
import { job, permissions } from './job.ts';
import { codeScanningJob, reportGrants, reportStep } from './report-steps.ts';
import { glidepathStep, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';
import { NO_DOLLAR, zizmorIgnore } from './zizmor-ignore.ts';

/** A look at what was changed takes seconds; the rest is for a slow registry. */
const CHANGES_MINUTES = 10;

/** What a job does besides its check: the checkout, the languages, and the checks that make files for it. */
const BESIDES_MINUTES = 15;

/** What the runner sets itself. */
const SET_BY_RUNNER = /^(CI|HOME|PATH|(GITHUB|RUNNER)_.*)$/;

const GATE_MINUTES = 5;

/** The selection of `changes`, as a list; empty where that job did not get so far. */
const SELECTED = "fromJSON(needs.changes.outputs.checks || '[]')";

/** `ci.yml`: a job for each check, and the one that says how they went. None where there is nothing to check. */
export function ciWorkflow(context: WorkflowContext): readonly GeneratedFile[] {
  const checks = checksWithJob(context.project.checks);
  if (checks.length === 0) return [];
  return [
    workflowFile({
      file: 'ci.yml',
      name: 'CI',
      about: `Runs the checks of ci.checks for pull requests, for the merge queue, and before a deployment. Require only "${CI_GATE}" in a ruleset: it reports on every commit, even if nothing had to be checked.`,
      on: {
        // No paths: a workflow that is filtered out leaves its required check pending for ever.
        pull_request: null,
        merge_group: { types: ['checks_requested'] },
        push: runsOnMain(context.project) ? { branches: [context.project.mainBranch] } : undefined,
        workflow_call: { inputs: { ref: refInput() }, secrets: cacheSecretInputs(context.project) },
        workflow_dispatch: null,
      },
      concurrency: {
        group: `ci-${expression('github.workflow')}-${expression('github.event.pull_request.number || github.run_id')}`,
        'cancel-in-progress': noted(expression("github.event_name == 'pull_request'"), {
          beside: 'a newer commit of the pull request cancels the run',
        }),
      },
      jobs: {
        changes: changesJob(context),
        ...Object.fromEntries(checks.map((check) => [jobOf(check.name), checkJob(context, check, checks)])),
        gate: gateJob(context, checks),
        'code-scanning': codeScanningJob(context, checks, jobsBefore(checks)),
      },
      reason: 'The checks on GitHub.',
    }),
  ];
}

/** The job that calls the checks before something is deployed or published. */
export function ciCall(
  context: WorkflowContext,
  options: { readonly needs?: readonly string[]; readonly if?: string; readonly ref?: string },
): YamlMap {
  const { needs = [] } = options;
  return {
    name: 'CI',
    needs: needs.length === 0 ? undefined : needs,
    if: options.if,
    permissions: permissions(reportGrants(context)),
    uses: noted('./.github/workflows/ci.yml', { beside: zizmorIgnore('self-repository', NO_DOLLAR) }),
    with: options.ref === undefined ? undefined : { ref: options.ref },
    secrets: cacheSecrets(context.project),
  };
}

function refInput(): YamlMap {
  return { description: 'Commit to check; default: the commit of the run', type: 'string', default: '' };
}

function changesJob(context: WorkflowContext): YamlMap {
  return job(context, {
    name: 'Detect changes',
    timeoutMinutes: CHANGES_MINUTES,
    outputs: {
      needed: expression('steps.affected.outputs.needed'),
      checks: expression('steps.affected.outputs.checks'),
    },
    steps: [
      ...setupSteps(context, { ref: REF, hasHistory: true, hasElixir: false }),
      glidepathStep(context, { name: 'Find the affected checks', id: 'affected', command: 'ci affected' }),
    ],
  });
}

const REF = expression('inputs.ref');

function checkJob(
  context: WorkflowContext,
  check: ResolvedCheck,
  withJob: readonly ResolvedCheck[],
): YamlMap {
  const before = check.needs.filter((need) => withJob.some(({ name }) => name === need));
  return job(context, {
    name: check.name,
    needs: ['changes', ...before.map(jobOf)],
    if: `needs.changes.outputs.needed == 'true' && ${isSelected(check.name)}`,
    timeoutMinutes: Math.ceil(check.timeoutMs / 60_000) + BESIDES_MINUTES,
    steps: [
      // What a change covers is seen only beside what was there before it.
      ...setupSteps(context, { ref: REF, hasHistory: check.reports.coverage.length > 0, hasElixir: true }),
      ...cacheSteps(context.project),
      glidepathStep(context, {
        name: `Run ${check.name}`,
        env: envOf(context, check),
        command: `ci --only ${check.name}`,
      }),
      reportStep(context, check),
    ],
  });
}

/**
 * What only makes files for others, as an installation does, is run by their jobs (decision 18): a job of its own would
 * keep them waiting for what they do again.
 */
function checksWithJob(checks: readonly ResolvedCheck[]): ResolvedCheck[] {
  const isNeeded = (name: string): boolean => checks.some(({ needs }) => needs.includes(name));
  return checks.filter(
    ({ name, prepares, needs, outputs }) =>
      !(prepares && needs.length === 0 && outputs.length === 0 && isNeeded(name)),
  );
}

/** Variables of the repository, never secrets: what runs here is code that nobody has read yet. */
function envOf({ project }: WorkflowContext, { env }: ResolvedCheck): YamlMap | undefined {
  const names = env.filter((name) => !SET_BY_RUNNER.test(name));
  const all = {
    ...Object.fromEntries(names.map((name) => [name, expression(`vars.${name}`)])),
    ...cacheEnv(project),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Every check that was to run has run and passed, and what was not to run did not fail either. */
function gateJob(context: WorkflowContext, checks: readonly ResolvedCheck[]): YamlMap {
  const steps: readonly Yaml[] = [
    stop('The affected checks are not known', "needs.changes.result != 'success'"),
    ...checks.map(({ name }) => {
      const result = `needs.${jobOf(name)}.result`;
      return stop(
        `The check ${name} did not pass`,
        `${result} != 'success' && (${result} != 'skipped' || ${isSelected(name)})`,
      );
    }),
  ];
  return job(context, {
    name: CI_GATE,
    needs: jobsBefore(checks),
    // A job that is skipped counts as passed: this one has to run and say so itself.
    if: 'always()',
    timeoutMinutes: GATE_MINUTES,
    grants: null,
    steps,
  });
}

function stop(name: string, condition: string): YamlMap {
  return { name, if: condition, run: 'exit 1' };
}

function isSelected(check: string): string {
  return `contains(${SELECTED}, ${quoted(check)})`;
}

function jobsBefore(checks: readonly ResolvedCheck[]): string[] {
  return ['changes', ...checks.map(({ name }) => jobOf(name))];
}

function jobOf(check: string): string {
  return `check-${check}`;
}

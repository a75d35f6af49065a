import { factsOf } from '../../read/could-hold.ts';
import { expressionsIn } from '../../read/expression.ts';
import type { LintedRepository } from '../../read/linted-file.ts';
import { couldRunAfter, jobsBefore } from '../../read/results-after.ts';
import type { Workflow, WorkflowJob, WorkflowStep } from '../../read/workflow.ts';
import { allScalars, entryAt, textAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofJobs, ofWorkflows } from '../check.ts';
import { deploySteps, isDeployJob } from '../deploy-commands.ts';
import type { Example, Found, WorkflowRule } from '../rule.ts';

/** What jobs and commands are called that say whether a commit is good. */
const CHECK = /(^|[^a-z])(tests?|checks?|lint|ci|gates?|verify|e2e|specs?|audit|scan|typecheck)($|[^a-z])/i;

const deploy = (test: string, job: string): Example =>
  inWorkflow(
    `on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n${test}  deploy:\n    needs: test\n${job}    runs-on: ubuntu-24.04\n    steps:\n      - run: flyctl deploy\n`,
  );
const TEST = '    steps:\n      - run: npm test\n';

/** Red is no obstacle. */
export const deployAfterFailure: WorkflowRule = {
  id: 'deploy-after-failure',
  title: 'A deployment that runs although its checks failed',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs that deploy, whose `if` can hold although a job with checks before them failed or was canceled. Jobs that only run after a failure, to go back, are left alone.',
  why: '`always()`, `failure()` and `!cancelled()` take away the condition that everything before has passed. From then on it must be written down for each job.',
  hint: "Leave them out; or ask for each result: !cancelled() && needs.test.result == 'success'",
  bad: deploy(TEST, "    if: always() && github.ref == 'refs/heads/main'\n"),
  good: deploy(
    TEST,
    "    if: ${{ !cancelled() && needs.test.result == 'success' && github.ref == 'refs/heads/main' }}\n",
  ),
  check: ofJobs((job, workflow) => {
    const at = job.conditionNode;
    if (at === null || job.condition === null) return [];
    for (const step of deploySteps(job)) {
      const facts = factsOf(step.condition?.tree ?? null);
      if (!couldRunAfter(workflow, job, null, facts)) continue;
      for (const check of jobsBefore(workflow, job).filter(isCheckJob)) {
        const result = (['failure', 'cancelled'] as const).find((each) =>
          couldRunAfter(workflow, job, { job: check, result: each }, facts),
        );
        if (result === undefined) continue;
        const how = result === 'failure' ? 'failed' : 'was canceled';
        const code = `needs.${check.id}.result == 'success'`;
        return [{ at, message: `${job.id} can run although ${check.id} ${how}.`, code }];
      }
    }
    return [];
  }),
};

/** Red is green. */
export const checkCannotFail: WorkflowRule = {
  id: 'check-cannot-fail',
  title: 'A check before a deployment that cannot fail',
  severity: 'warning',
  persona: 'regular',
  what: '`continue-on-error: true` on a job with checks that a deployment waits for, or on a step with checks in one; and `|| true` after a command of checks there. Called workflows of the repository are looked at as well. A step whose outcome a later one reads is left alone.',
  why: 'Its result is success whatever it finds, so that the deployment waits for nothing.',
  hint: 'Take it away; or run what may fail in a job that no deployment waits for.',
  bad: deploy(`    continue-on-error: true\n${TEST}`, ''),
  good: deploy(TEST, ''),
  check: ofWorkflows((workflow, repository) =>
    reliedOn(workflow, repository).flatMap((job) => [
      ...(isCheckJob(job) ? tolerated(job) : []),
      ...job.steps
        .filter(isCheckStep)
        .flatMap((step) => [...(isLookedAt(step, job) ? [] : tolerated(step)), ...swallowed(step)]),
    ]),
  ),
};

function isCheckJob(job: WorkflowJob): boolean {
  const name = textAt(job.node, 'name') ?? '';
  return [job.id, name, job.uses?.path ?? ''].some((text) => CHECK.test(text)) || job.steps.some(isCheckStep);
}

function isCheckStep({ run }: WorkflowStep): boolean {
  return CHECK.test(run?.text ?? '');
}

/** The jobs that a deployment waits for, in this workflow or in one that calls it. */
function reliedOn(workflow: Workflow, { workflows }: LintedRepository): readonly WorkflowJob[] {
  const isCalled = workflows.some((caller) =>
    beforeDeployments(caller).some(({ uses }) => uses?.repository === '' && isAt(workflow, uses.path)),
  );
  return isCalled ? workflow.jobs : beforeDeployments(workflow);
}

function beforeDeployments(workflow: Workflow): readonly WorkflowJob[] {
  const deploying = workflow.jobs.filter(isDeployJob);
  return [...new Set(deploying.flatMap((job) => jobsBefore(workflow, job)))];
}

function isAt({ file }: Workflow, path: string): boolean {
  return file.path === path || file.path.endsWith(`/${path}`);
}

function isLookedAt({ id }: WorkflowStep, job: WorkflowJob): boolean {
  const read = `steps.${id?.toLowerCase()}.outcome`;
  return id !== null && readsOf(job).includes(read);
}

function readsOf(job: WorkflowJob): readonly string[] {
  const conditions = job.steps.flatMap(({ condition }) => condition?.reads ?? []);
  return [
    ...conditions,
    ...allScalars(job.node)
      .flatMap(expressionsIn)
      .flatMap(({ reads }) => reads),
  ];
}

function tolerated(of: WorkflowJob | WorkflowStep): readonly Found[] {
  const entry = entryAt(of.node, 'continue-on-error');
  return entry === null || textAt(entry.value) !== 'true'
    ? []
    : [{ at: entry.at, message: 'It counts as passed also where it failed.' }];
}

/** `npm test || true`. */
function swallowed({ run }: WorkflowStep): readonly Found[] {
  if (run === null) return [];
  return [...run.source.matchAll(/^[^\n#]*?(\|\|\s*(?:true|:|exit 0)\s*)(?=$|[;\n])/gm)].flatMap((match) => {
    const [line, end = ''] = match;
    if (!CHECK.test(line)) return [];
    const start = run.start + match.index + line.length - end.length;
    return [
      { at: { start, end: start + end.trimEnd().length }, message: 'The command before it cannot fail.' },
    ];
  });
}

import { expressionsIn } from '../../read/expression.ts';
import { jobsBefore } from '../../read/results-after.ts';
import type { WorkflowJob, WorkflowStep } from '../../read/workflow.ts';
import { allScalars, entriesOf, scalarAt, valueAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofJobs } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { triggerOn } from '../workflow-events.ts';

const byHand = (steps: string): Example =>
  inWorkflow(
    `on:\n  workflow_dispatch:\n    inputs:\n      ref:\n        type: string\njobs:\n  deploy:\n    if: github.ref == 'refs/heads/main'\n    runs-on: ubuntu-24.04\n    environment: production\n    steps:\n      - uses: actions/checkout@v7\n        with:\n          ref: \${{ inputs.ref }}\n          fetch-depth: 0\n${steps}      - run: npm ci\n      - run: npx glidepath deploy production\n`,
  );

/** Asks whether the commit is part of what was reviewed. */
const PROOF = /merge-base\s+--is-ancestor|branch\s[^\n]*--contains/;

/** Code of anybody, with the secrets of production. */
export const dispatchRefCheckout: WorkflowRule = {
  id: 'dispatch-ref-checkout',
  title: 'Whatever commit is named by hand runs with secrets',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs with an environment, a secret or a right to write that check out an input of workflow_dispatch, and run something of it before anything has asked whether the commit is part of a branch.',
  why: 'Whoever may start the run names any commit, one that nobody has reviewed or one of a fork. The condition on the branch and the rules of the environment hold for the workflow, not for that commit; its install scripts and its config see the secrets.',
  hint: 'Check out the branch and hand the commit on as an argument; or ask first, before anything of it runs: git merge-base --is-ancestor HEAD "$GITHUB_SHA"',
  bad: byHand(''),
  good: byHand('      - run: git merge-base --is-ancestor HEAD "$GITHUB_SHA"\n'),
  check: ofJobs((job, workflow) => {
    if (!isTrusted(job) || jobsBefore(workflow, job).some(isProof)) return [];
    const inputs = entriesOf(valueAt(triggerOn(workflow, 'workflow_dispatch')?.node ?? null, 'inputs'));
    const names = new Set(inputs.map(({ key }) => key.toLowerCase()));
    return job.steps.flatMap((step, index) => {
      const ref = step.uses?.repository === 'actions/checkout' ? scalarAt(step.with, 'ref') : null;
      const named = expressionsIn(ref)
        .flatMap(({ reads }) => reads)
        .find((read) => names.has(/^(?:github\.event\.)?inputs\.(.+)$/.exec(read)?.[1] ?? ''));
      const next = job.steps.slice(index + 1).find(runsSomething);
      return ref === null || named === undefined || next === undefined || isProofStep(next)
        ? []
        : [{ at: ref, message: `Any commit can be named here, and ${job.id} runs it.` }];
    });
  }),
};

/** Whether it has what a stranger must not have. */
function isTrusted(job: WorkflowJob): boolean {
  if (job.environment !== null) return true;
  const permissions = valueAt(job.node, 'permissions');
  const writes = allScalars(permissions).some(({ text }) => /^write(-all)?$/.test(text));
  const reads = allScalars(job.node)
    .flatMap(expressionsIn)
    .flatMap((each) => each.reads);
  return writes || reads.some((read) => read.startsWith('secrets.') && read !== 'secrets.github_token');
}

/** A command, or an action that is in the files which were checked out. */
function runsSomething({ run, uses }: WorkflowStep): boolean {
  return run !== null || uses?.kind === 'local';
}

function isProof(job: WorkflowJob): boolean {
  return job.steps.some(isProofStep);
}

function isProofStep({ run }: WorkflowStep): boolean {
  return PROOF.test(run?.text ?? '');
}

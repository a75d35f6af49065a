import type { CommandText } from '../../read/command-text.ts';
import { scalarAt } from '../../read/yaml-access.ts';
import { findIn, inWorkflow, ofCommands, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { expressionsIn } from '../../read/expression.ts';
import { allScalars, entriesOf, valueAt } from '../../read/yaml-access.ts';
import { startsOn } from '../workflow-events.ts';

const run = (command: string, on = 'push'): Example =>
  inWorkflow(`on: ${on}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${command}\n`);

/** Actions writes checks. */
export const statusOfChecks: WorkflowRule = {
  id: 'status-of-checks',
  title: 'Checks that are looked for among statuses',
  severity: 'error',
  persona: 'regular',
  what: 'Requests for `commits/…/status` and `statuses`, in scripts, to learn how a workflow ended.',
  why: 'Jobs are check runs, not statuses: the answer is "pending" with none in it, whatever happened. And the tip of main need not be the commit that is meant.',
  hint: 'Ask for the check runs, or the deployments, of this very commit: repos/{owner}/{repo}/commits/$SHA/check-runs',
  bad: run('gh api "repos/$GITHUB_REPOSITORY/commits/main/status" --jq .state'),
  good: run('gh api "repos/$GITHUB_REPOSITORY/commits/$SHA/check-runs"'),
  check: ofCommands((text) =>
    findIn(text, /\bcommits\/[^\s/"']+\/status(es)?\b(?![^\n]*(-X|--method)\s+POST)/g).map(
      ({ start, end }) => ({
        at: { start, end },
        message: 'The jobs of a workflow are not among the statuses of a commit.',
      }),
    ),
  ),
};

/** It may merge. */
export const deploymentDefaults: WorkflowRule = {
  id: 'deployment-defaults',
  title: 'A deployment record with GitHub’s defaults',
  severity: 'warning',
  persona: 'regular',
  what: 'Requests that create a deployment without `auto_merge` and `required_contexts`.',
  why: 'By default GitHub merges the main branch into what is deployed, and refuses while any check is pending: the job that asks is one.',
  hint: 'Send auto_merge: false and required_contexts: [].',
  bad: run('gh api "repos/$GITHUB_REPOSITORY/deployments" -f ref="$GITHUB_SHA" -f environment=staging'),
  good: run(
    'gh api "repos/$GITHUB_REPOSITORY/deployments" -f ref="$GITHUB_SHA" -F auto_merge=false -f "required_contexts[]"',
  ),
  check: ofCommands((text) => {
    if (/auto_merge/.test(text.source) && /required_contexts/.test(text.source)) return [];
    return [
      ...findIn(
        text,
        /\bgh api\b[^\n]*\/deployments["'\s](?=[^\n]*(-f|-F|--field|--raw-field|--input|POST))/g,
      ),
      ...findIn(text, /\bcurl\b[^\n]*(-d|--data|POST)[^\n]*\/deployments["'\s]/g),
    ].map(({ start, end }) => ({
      at: { start, end },
      message: 'GitHub may merge main into it, or refuse it for the job that asks.',
    }));
  }),
};

/** Nothing starts. */
export const tokenPush: WorkflowRule = {
  id: 'token-push',
  title: 'A push with GITHUB_TOKEN that was to start a workflow',
  severity: 'warning',
  persona: 'regular',
  what: 'Scripts of steps that push a tag or a branch of an environment, or merge a pull request, where nothing but GITHUB_TOKEN is at hand.',
  why: 'What GITHUB_TOKEN does starts no workflow: the deployment that hangs on the push never runs.',
  hint: 'Dispatch it: gh workflow run deploy-production.yml --ref "$TAG"; or push with the token of an App.',
  bad: run('git tag v1.2.0 && git push origin v1.2.0'),
  good: run('gh workflow run deploy-production.yml --ref v1.2.0'),
  check: ofCommands((text) => {
    if (text.workflow === null || hasOtherToken(text)) return [];
    return findIn(
      text,
      /\bgit push\b[^\n;&|]*(--tags|\bv\d[\w.]*|\$\{?\w*(TAG|VERSION)\w*\}?|\b(production|prod|staging|main)\b)|\bgh pr merge\b/g,
    ).map(({ start, end }) => ({
      at: { start, end },
      message: 'A push with GITHUB_TOKEN starts no workflow.',
    }));
  }),
};

function hasOtherToken({ job, step, source }: CommandText): boolean {
  const values = [job?.node, step?.node].flatMap((node) => allScalars(valueAt(node, 'env')));
  const others = [
    ...values,
    ...(job?.steps ?? []).flatMap(({ with: inputs }) => [
      scalarAt(inputs, 'token'),
      scalarAt(inputs, 'ssh-key'),
    ]),
  ];
  const reads = others.flatMap(expressionsIn).flatMap((expression) => expression.reads);
  return (
    /gh workflow run|workflow_dispatch/.test(source) ||
    reads.some((read) => /^secrets\.(?!github_token$)|^steps\..*token/.test(read))
  );
}

/** Everybody tests in one. */
export const sharedTestDatabase: WorkflowRule = {
  id: 'shared-test-database',
  title: 'One database for the tests of every pull request',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs on pull_request that take the URL of a database from a secret, run no Postgres of their own, and are in no concurrency group.',
  why: 'Two pull requests truncate and migrate under each other: tests fail by chance, and pass by chance.',
  hint: 'Run Postgres as a service of the job, or make a branch for each run; else put the job into one group.',
  bad: inWorkflow(
    'on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pnpm test\n        env:\n          DATABASE_URL: ${{ secrets.DATABASE_URL }}\n',
  ),
  good: inWorkflow(
    'on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    services:\n      postgres:\n        image: postgres:17.2\n    steps:\n      - run: pnpm test\n        env:\n          DATABASE_URL: postgres://postgres:postgres@localhost:5432/test\n',
  ),
  check: ofWorkflows((workflow) => {
    if (!startsOn(workflow, 'pull_request')) return [];
    return workflow.jobs.flatMap((job) => {
      const isAlone = valueAt(job.node, 'services') !== null || valueAt(job.node, 'concurrency') !== null;
      if (isAlone || job.environment !== null) return [];
      return [workflow.root, job.node, ...job.steps.map(({ node }) => node)]
        .flatMap((node) => entriesOf(valueAt(node, 'env')))
        .filter(
          ({ key, value }) =>
            /DATABASE_URL|DB_URL|POSTGRES_URL/.test(key) &&
            value.kind === 'scalar' &&
            value.text.includes('secrets.'),
        )
        .map(({ at, key }) => ({ at, message: `All pull requests test in the database of ${key}.` }));
    });
  }),
};

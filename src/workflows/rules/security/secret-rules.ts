import { expressionsIn, type Expression } from '../../read/expression.ts';
import { Literal, IndexAccess } from '@actions/expressions/ast';
import { pathOf, treeNodes } from '../../read/expression.ts';
import type { WorkflowJob, Workflow } from '../../read/workflow.ts';
import { allScalars, entryAt, textAt, valueAt } from '../../read/yaml-access.ts';
import type { YamlNode } from '../../read/yaml-tree.ts';
import { inWorkflow, ofJobs, ofWorkflows } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';

const call = (secrets: string): string =>
  `on: push\njobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n    secrets:${secrets}`;
const step = (lines: string): string =>
  `on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    environment: staging\n    steps:\n      - run: make\n        env:\n${lines}`;

/** All secrets, whatever is needed. */
export const secretsInherit: WorkflowRule = {
  id: 'secrets-inherit',
  title: 'All secrets for a called workflow',
  severity: 'warning',
  persona: 'regular',
  what: '`secrets: inherit`.',
  why: 'The workflow that is called gets every secret of the repository and the organization, those it has no use for among them.',
  hint: 'Name each secret that it needs.',
  bad: inWorkflow(call(' inherit\n')),
  good: inWorkflow(call('\n      FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}\n')),
  check: ofJobs((job) => {
    const entry = entryAt(job.node, 'secrets');
    return entry === null || textAt(entry.value) !== 'inherit'
      ? []
      : [{ at: entry.at, message: `${job.uses?.text ?? 'It'} is given every secret there is.` }];
  }),
};

/** All secrets, as one value. */
export const overprovisionedSecrets: WorkflowRule = {
  id: 'overprovisioned-secrets',
  title: 'All secrets as one value',
  severity: 'warning',
  persona: 'regular',
  what: '`toJSON(secrets)`, and secrets whose name is worked out at run time.',
  why: 'GitHub then sends every secret to the runner, and whatever runs there can read them all.',
  hint: 'Name each secret that is needed.',
  bad: inWorkflow(step('          ALL: ${{ toJSON(secrets) }}\n')),
  good: inWorkflow(step('          TOKEN: ${{ secrets.FLY_API_TOKEN }}\n')),
  check: ofWorkflows((workflow) =>
    everyExpression(workflow).flatMap((expression) =>
      expression.reads.includes('secrets') || readsByComputedName(expression.tree)
        ? [{ at: expression, message: `${expression.source} sends every secret to the runner.` }]
        : [],
    ),
  ),
};

function readsByComputedName(tree: Parameters<typeof treeNodes>[0]): boolean {
  return treeNodes(tree).some(
    (node) =>
      node instanceof IndexAccess && pathOf(node.expr) === 'secrets' && !(node.index instanceof Literal),
  );
}

/** A part of a secret is not masked. */
export const unredactedSecrets: WorkflowRule = {
  id: 'unredacted-secrets',
  title: 'A secret that is taken apart',
  severity: 'warning',
  persona: 'regular',
  what: '`fromJSON(secrets.X)`.',
  why: 'GitHub masks the whole secret in logs, not the parts of it.',
  hint: 'Keep each part as a secret of its own.',
  bad: inWorkflow(step('          TOKEN: ${{ fromJSON(secrets.ALL).token }}\n')),
  good: inWorkflow(step('          TOKEN: ${{ secrets.TOKEN }}\n')),
  check: ofWorkflows((workflow) =>
    everyExpression(workflow).flatMap((expression) =>
      expression.calls.includes('fromjson') && /fromjson\(\s*secrets\./i.test(expression.source)
        ? [{ at: expression, message: `Parts of ${expression.source} would be shown in logs.` }]
        : [],
    ),
  ),
};

/** Any branch may read it. */
export const secretsOutsideEnv: WorkflowRule = {
  id: 'secrets-outside-env',
  title: 'A secret in a job without an environment',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs that read a secret other than GITHUB_TOKEN and name no `environment`, and secrets in the `env` of a whole workflow. Jobs that call another workflow cannot name an environment, and are left alone.',
  why: 'A secret of the repository can be read by the workflow of any branch that anybody pushes; one of an environment only by those that its rules let in.',
  hint: 'Move the secret to an environment, and name that in the job.',
  bad: inWorkflow(
    'on: push\njobs:\n  migrate:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make migrate\n        env:\n          DATABASE_URL: ${{ secrets.DATABASE_URL_PROD }}\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  migrate:\n    runs-on: ubuntu-24.04\n    environment: production\n    steps:\n      - run: make migrate\n        env:\n          DATABASE_URL: ${{ secrets.DATABASE_URL }}\n',
  ),
  check: ofWorkflows((workflow) => [
    ...secretsIn(valueAt(workflow.root, 'env')).map(({ at, name }) => ({
      at,
      message: `${name} reaches every step of every job, those of third parties and of tests among them.`,
      hint: 'Give it to the one step that needs it, in a job with an environment.',
    })),
    ...workflow.jobs.flatMap(outsideFound),
  ]),
};

function outsideFound(job: WorkflowJob): readonly Found[] {
  if (job.environment !== null || job.uses !== null) return [];
  return secretsIn(job.node).map(({ at, name }) => ({
    at,
    message: `${name} can be read by the workflow of any branch.`,
  }));
}

/** The secrets that are read somewhere, but for the token of the job. */
function secretsIn(node: YamlNode | null): readonly { readonly at: Expression; readonly name: string }[] {
  return allScalars(node)
    .flatMap(expressionsIn)
    .flatMap((at) => {
      const secret = at.reads.find((read) => read.startsWith('secrets.') && read !== 'secrets.github_token');
      return secret === undefined ? [] : [{ at, name: secret.replace('secrets.', '').toUpperCase() }];
    });
}

function everyExpression({ root }: Workflow): ReturnType<typeof expressionsIn> {
  return allScalars(root).flatMap(expressionsIn);
}

import { Binary, FunctionCall, Grouping, Literal, Logical } from '@actions/expressions/ast';
import type { Expr } from '@actions/expressions';
import { expressionsIn, pathOf, treeNodes, type Expression } from '../../read/expression.ts';
import type { Workflow } from '../../read/workflow.ts';
import type { YamlScalar } from '../../read/yaml-tree.ts';
import { allScalars } from '../../read/yaml-access.ts';
import { inWorkflow, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';

const withIf = (condition: string): Example =>
  inWorkflow(
    `on: pull_request\njobs:\n  build:\n    if: ${condition}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n`,
  );

interface Condition {
  readonly node: YamlScalar;
  readonly expression: Expression;
}

function conditionsOf({ jobs }: Workflow): readonly Condition[] {
  return jobs
    .flatMap((job) => [job, ...job.steps])
    .flatMap(({ condition, conditionNode }) =>
      condition === null || conditionNode === null ? [] : [{ node: conditionNode, expression: condition }],
    );
}

/** The actor is whoever did the last thing. */
export const botConditions: WorkflowRule = {
  id: 'bot-conditions',
  title: 'A bot known by `github.actor`',
  severity: 'error',
  persona: 'regular',
  what: 'Conditions that compare github.actor or github.triggering_actor with the name of a bot.',
  why: 'The actor is whoever caused the event last: a person can let the bot do that on a branch with other commits.',
  hint: 'Ask who opened the pull request: github.event.pull_request.user.login',
  bad: withIf("github.actor != 'dependabot[bot]'"),
  good: withIf("github.event.pull_request.user.login != 'dependabot[bot]'"),
  check: ofWorkflows((workflow) =>
    conditionsOf(workflow).flatMap(({ node, expression }) =>
      expression.reads.some((read) => /^github\.(triggering_)?actor(_id)?$/.test(read)) &&
      /\[bot\]|49699333/.test(node.text)
        ? [{ at: node, message: 'The actor is whoever did the last thing, not who opened the pull request.' }]
        : [],
    ),
  ),
};

/** A text is always true. */
export const unsoundCondition: WorkflowRule = {
  id: 'unsound-condition',
  title: 'A condition that always holds',
  severity: 'error',
  persona: 'regular',
  what: 'An `if` with text outside of `${{ }}`, or in a block whose last line ends with a line break.',
  why: 'GitHub then puts the value into a text, and any text holds.',
  hint: 'Write the bare expression on one line, without ${{ }}.',
  bad: withIf("${{ github.ref == 'refs/heads/main' }} && true"),
  good: withIf("github.ref == 'refs/heads/main'"),
  check: ofWorkflows((workflow) =>
    conditionsOf(workflow).flatMap(({ node }) => {
      if (!node.text.includes('${{')) return [];
      const isWhole = /^\$\{\{(?:'[^']*'|[^'}]|\}(?!\}))*\}\}$/s.test(node.text);
      return isWhole ? [] : [{ at: node, message: 'The condition is a text, and so always holds.' }];
    }),
  ),
};

/** A part of a word is enough. */
export const unsoundContains: WorkflowRule = {
  id: 'unsound-contains',
  title: '`contains` in a text that was meant as a list',
  severity: 'error',
  persona: 'regular',
  what: '`contains` with a written text first, and a value of the event second.',
  why: 'It looks for a part of the text: a branch called `mai` is in "main develop".',
  hint: 'Make it a list: contains(fromJSON(\'["main", "develop"]\'), github.ref_name)',
  bad: withIf("contains('refs/heads/main refs/heads/develop', github.ref)"),
  good: withIf('contains(fromJSON(\'["refs/heads/main", "refs/heads/develop"]\'), github.ref)'),
  check: ofWorkflows((workflow) =>
    conditionsOf(workflow).flatMap(({ node, expression }) =>
      treeNodes(expression.tree).some(isContainsInText)
        ? [{ at: node, message: 'A part of the text is enough for this condition to hold.' }]
        : [],
    ),
  ),
};

function isContainsInText(node: Expr): boolean {
  if (!(node instanceof FunctionCall) || node.functionName.lexeme.toLowerCase() !== 'contains') return false;
  const [text, sought] = node.args;
  return text instanceof Literal && sought !== undefined && !(sought instanceof Literal);
}

/** The middle is never taken. */
export const unsoundTernary: WorkflowRule = {
  id: 'unsound-ternary',
  title: '`a && b || c` with an empty `b`',
  severity: 'warning',
  persona: 'regular',
  what: "`&& '' ||`, `&& 0 ||`, `&& false ||`, `&& null ||`, anywhere in an expression.",
  why: 'What stands in the middle counts as false, so that the last value is always taken.',
  hint: 'Turn the condition around, or use case(condition, value, other).',
  bad: inWorkflow(
    "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n        env:\n          FLAG: ${{ github.ref_protected && '' || '--dry-run' }}\n",
  ),
  good: inWorkflow(
    "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n        env:\n          FLAG: ${{ !github.ref_protected && '--dry-run' || '' }}\n",
  ),
  check: ofWorkflows((workflow) =>
    [
      ...allScalars(workflow.root).flatMap(expressionsIn),
      ...conditionsOf(workflow).map(({ expression }) => expression),
    ].flatMap((expression) =>
      treeNodes(expression.tree).some(isEmptyMiddle)
        ? [{ at: expression, message: 'The last value is taken whatever the condition says.' }]
        : [],
    ),
  ),
};

function isEmptyMiddle(node: Expr): boolean {
  if (!(node instanceof Logical) || node.operator.lexeme !== '||') return false;
  return node.args.slice(0, -1).some((arg) => {
    const inner = arg instanceof Grouping ? arg.group : arg;
    const last = inner instanceof Logical && inner.operator.lexeme === '&&' ? inner.args.at(-1) : undefined;
    return last instanceof Literal && ['', '0', 'false'].includes(last.literal.coerceString());
  });
}

/** Two objects are never equal. */
export const objectComparison: WorkflowRule = {
  id: 'object-comparison',
  title: 'A comparison of a whole context',
  severity: 'error',
  persona: 'regular',
  what: '`==` and `!=` with a whole context on one side: github, needs, github.event.',
  why: 'An object is equal to nothing but itself; the condition never changes.',
  hint: 'Compare a value in it.',
  bad: withIf("github.event == 'push'"),
  good: withIf("github.event_name == 'push'"),
  check: ofWorkflows((workflow) =>
    conditionsOf(workflow).flatMap(({ node, expression }) =>
      treeNodes(expression.tree).some(isObjectCompared)
        ? [{ at: node, message: 'A whole object is compared, which is equal to nothing.' }]
        : [],
    ),
  ),
};

function isObjectCompared(node: Expr): boolean {
  if (!(node instanceof Binary) || !/^[=!]=$/.test(node.operator.lexeme)) return false;
  return [node.left, node.right].some((side) => OBJECTS.has(pathOf(side) ?? ''));
}

const OBJECTS = new Set([
  'github',
  'github.event',
  'needs',
  'steps',
  'matrix',
  'inputs',
  'env',
  'runner',
  'job',
  'strategy',
  'secrets',
  'vars',
]);

import { expressionsIn, type Expression } from '../../read/expression.ts';
import type { Workflow, WorkflowStep } from '../../read/workflow.ts';
import { scalarAt, textAt } from '../../read/yaml-access.ts';
import type { YamlScalar } from '../../read/yaml-tree.ts';
import { inWorkflow, ofSteps } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';
import { triggerOn } from '../workflow-events.ts';

const job = (step: string): string =>
  `on: pull_request\njobs:\n  greet:\n    runs-on: ubuntu-24.04\n    steps:\n${step}`;

/** Text becomes code. */
export const templateInjection: WorkflowRule = {
  id: 'template-injection',
  title: 'An expression inside a script',
  severity: 'error',
  persona: 'regular',
  what: 'Expressions in `run:` and in the script of actions/github-script: an error where strangers can set them (titles, branches, bodies, messages), a warning for inputs and outputs that are text, and for the pedantic all others. Secrets and results of jobs are left alone.',
  why: 'The text is put into the script before the shell reads it: a pull request called `"; curl … | sh #` runs that, with the token and the secrets of the job.',
  hint: 'Put it into `env:` and use the variable, in quotes.',
  bad: inWorkflow(job('      - run: echo "Hello ${{ github.event.pull_request.title }}"\n')),
  good: inWorkflow(
    job(
      '      - env:\n          TITLE: ${{ github.event.pull_request.title }}\n        run: echo "Hello $TITLE"\n',
    ),
  ),
  check: ofSteps((step, _job, workflow) =>
    scriptsOf(step).flatMap((script) =>
      expressionsIn(script).flatMap((expression) => judge(expression, workflow)),
    ),
  ),
};

/** Whatever of the event strangers write; what GitHub itself sets is left over. */
const BY_STRANGERS =
  /^github\.(head_ref|ref_name|base_ref|ref|event\.(?!(inputs|number|action|after|before|sender|installation|repository|organization|schedule)\b)(?!.*\.(id|number|sha|merge_commit_sha|created_at|updated_at|draft|merged|state)$).*)/;
const BY_CALLERS = /^(inputs|github\.event\.inputs)\./;
/** Nothing that anybody could make into code. */
const HARMLESS = /^(secrets(\.|$)|needs\.[^.]+\.result$|github\.token$)/;

function scriptsOf({ run, uses, with: inputs }: WorkflowStep): readonly YamlScalar[] {
  const script = uses?.repository === 'actions/github-script' ? scalarAt(inputs, 'script') : null;
  return [run, script].filter((each) => each !== null);
}

function judge(expression: Expression, workflow: Workflow): readonly Found[] {
  const { source, reads } = expression;
  if (reads.length > 0 && reads.every((read) => HARMLESS.test(read))) return [];
  const variable = nameFor(reads[0] ?? 'value');
  const found = { at: expression, code: `env:\n  ${variable}: \${{ ${source} }}\nrun: … "$${variable}"` };
  if (reads.some((read) => BY_STRANGERS.test(read))) {
    return [
      { ...found, message: `Whoever opens a pull request or pushes a branch can write code with ${source}.` },
    ];
  }
  const isTyped = reads.every((read) => !BY_CALLERS.test(read) || isNoText(read, workflow));
  const isOutput = reads.some((read) => /^(steps|needs)\..*\.outputs\./.test(read));
  if (!isTyped || isOutput) {
    return [
      { ...found, severity: 'warning', message: `${source} becomes part of the script, whatever it says.` },
    ];
  }
  return [
    {
      ...found,
      severity: 'advice',
      persona: 'pedantic',
      message: `${source} is put into the script as code, not as a value.`,
    },
  ];
}

/** An input that can only be one of a few words. */
function isNoText(read: string, workflow: Workflow): boolean {
  const name = read.split('.').at(-1) ?? '';
  return ['workflow_dispatch', 'workflow_call'].every((event) => {
    const trigger = triggerOn(workflow, event);
    const type = textAt(trigger?.node, 'inputs', name, 'type');
    return trigger === null || (type !== null && type !== 'string');
  });
}

function nameFor(read: string): string {
  return (read.split('.').at(-1) ?? 'value').toUpperCase().replace(/\W/g, '_');
}

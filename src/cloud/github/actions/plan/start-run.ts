import { unreachable } from '../../../../util/assert.ts';
import type { Diagnostic } from '../../../../diagnostics/diagnostic.ts';
import { ExpressionError, evaluateText } from '../expressions/evaluate.ts';
import type { RunContext } from '../model/run-context.ts';
import type { Frame, RunState } from '../model/run-state.ts';
import type { JsonObject } from '../model/source.ts';
import type { RunStart, WorkflowReading } from '../model/verdicts.ts';
import type { Workflow } from '../model/workflow.ts';
import { githubContext } from './github-context.ts';
import { concurrencyOf } from './job-instances.ts';
import { linkWorkflows } from './link-workflows.ts';
import { defaultPermissions } from './token-permissions.ts';

/**
 * Begins a run: reads what it calls, checks what GitHub checks before the first job, evaluates its name and its group.
 * `read` gives the file of a path at the commit whose files count. What is not carried out in a called file is a
 * mistake too; that of the file itself is known from its own reading, and the caller refuses it.
 */
export function startRun(
  workflow: Workflow,
  context: RunContext,
  read: (path: string) => WorkflowReading | undefined,
): RunStart {
  const base = defaultPermissions(context.defaultPermissions);
  const { called, mistakes } = linkWorkflows(workflow, base, read);
  if (mistakes.length > 0) return { kind: 'startup-failure', mistakes };
  const frame: Frame = {
    id: '',
    workflow,
    cancelled: false,
    inputs: context.inputs,
    permissionLimit: base,
    checkPrefix: '',
    jobs: {},
  };
  const github = githubContext(context, workflow);
  const scope = { contexts: { github, inputs: context.inputs, vars: context.vars } };
  try {
    const concurrency = concurrencyOf(workflow.concurrency, 'workflow-concurrency', scope);
    const name = workflow.runName === undefined ? '' : evaluateText(workflow.runName, 'run-name', scope);
    const state: RunState = {
      context,
      name: name.trim() === '' ? defaultName(workflow, context) : name,
      ...(concurrency === undefined ? {} : { concurrency }),
      called,
      frames: { '': frame },
      cancelled: false,
    };
    return { kind: 'run', state };
  } catch (error) {
    return { kind: 'startup-failure', mistakes: [mistakeOf(workflow, error)] };
  }
}

function mistakeOf({ path }: Workflow, error: unknown): Diagnostic {
  if (!(error instanceof ExpressionError)) throw error;
  const { line, column } = error.at;
  return {
    severity: 'error',
    code: 'WORKFLOW_INVALID',
    message: `The template is not valid. ${error.message}`,
    location: { file: path, line, column },
  };
}

/** docs: workflow-syntax, `run-name`: the commit message or the title of the pull request, or the workflow's name. */
function defaultName({ name }: Workflow, { event }: RunContext): string {
  const { subject, payload } = event;
  switch (subject.kind) {
    case 'push':
      return subject.headCommitMessage.split('\n')[0] || name;
    case 'pull-request': {
      const title = (payload['pull_request'] as JsonObject | undefined)?.['title'];
      return typeof title === 'string' && title !== '' ? title : name;
    }
    case 'workflow-run':
    case 'ref':
    case 'default-branch':
      return name;
    default:
      return unreachable(subject);
  }
}

import type { Diagnostic } from '../../../../diagnostics/diagnostic.ts';
import type { TokenPermissions } from '../model/permissions.ts';
import type { Position } from '../model/source.ts';
import type { WorkflowReading } from '../model/verdicts.ts';
import type { CallJob, Workflow } from '../model/workflow.ts';
import { exceeds, permissionsOf } from './token-permissions.ts';
import type { ExceededPermission } from './token-permissions.ts';

/** The file of the top, and nine more below it; raised from 4 and 20 at the end of 2025. */
export const CALL_DEPTH_MAX = 10;
const CALLED_MAX = 50;

/** All workflows that may be called from one, by path, or why it cannot begin. */
export interface LinkedWorkflows {
  readonly called: Readonly<Record<string, Workflow>>;
  readonly mistakes: readonly Diagnostic[];
}

interface Linking {
  readonly read: (path: string) => WorkflowReading | undefined;
  readonly called: Map<string, Workflow>;
  readonly mistakes: Diagnostic[];
}

/** The path of the file that a job calls: `./` and `$/` are both the root of the repository, at the running commit. */
export function calledPath(job: CallJob): string {
  return job.uses.value.slice('./'.length);
}

/**
 * Reads everything that a workflow calls, and checks what GitHub checks before the first job: that the files
 * are there and may be called, their inputs and secrets, how deep it goes, and that permissions only shrink.
 * `base` is what a job has that asks for nothing.
 */
export function linkWorkflows(
  workflow: Workflow,
  base: TokenPermissions,
  read: Linking['read'],
): LinkedWorkflows {
  const linking: Linking = { read, called: new Map(), mistakes: [] };
  link(workflow, permissionsOf(workflow.permissions, base), [workflow.path], linking);
  if (linking.called.size > CALLED_MAX) {
    const why = `it calls ${linking.called.size} GitHub workflows; at most ${CALLED_MAX} are possible`;
    fault(linking, workflow, { line: 1, column: 1 }, why);
  }
  return { called: Object.fromEntries(linking.called), mistakes: linking.mistakes };
}

function link(
  workflow: Workflow,
  permissions: TokenPermissions,
  chain: readonly string[],
  linking: Linking,
): void {
  for (const job of workflow.jobs) {
    if (job.kind !== 'call') continue;
    const callee = readCallee(workflow, job, linking);
    if (callee === undefined) continue;
    if (chain.length >= CALL_DEPTH_MAX || chain.includes(callee.path)) {
      const why = chain.includes(callee.path)
        ? `the call goes in a circle: ${[...chain, callee.path].join(' → ')}`
        : `calls go ${CALL_DEPTH_MAX} levels deep at most`;
      fault(linking, workflow, job.uses, calling(job, why));
      continue;
    }
    checkArguments(workflow, job, callee, linking);
    const limit = permissionsOf(job.permissions, permissions);
    checkPermissions(workflow, job, { callee, limit }, linking);
    link(callee, permissionsOf(callee.permissions, limit), [...chain, callee.path], linking);
  }
}

function readCallee(workflow: Workflow, job: CallJob, linking: Linking): Workflow | undefined {
  const path = calledPath(job);
  const known = linking.called.get(path);
  if (known !== undefined) return known;
  const reading = linking.read(path);
  if (reading === undefined) {
    fault(linking, workflow, job.uses, calling(job, 'workflow was not found.'));
    return undefined;
  }
  if (reading.kind === 'invalid') {
    fault(linking, workflow, job.uses, calling(job, 'it is not valid, see below.'));
    linking.mistakes.push(...reading.mistakes);
    return undefined;
  }
  linking.mistakes.push(...reading.unsupported);
  if (reading.workflow.call === undefined) {
    const why = 'workflow is not reusable as it is missing a `on.workflow_call` trigger';
    fault(linking, workflow, job.uses, calling(job, why));
    return undefined;
  }
  linking.called.set(path, reading.workflow);
  return reading.workflow;
}

function checkArguments(workflow: Workflow, job: CallJob, callee: Workflow, linking: Linking): void {
  const { inputs = [], secrets = [] } = callee.call ?? {};
  const note = (at: Position, why: string): void => fault(linking, workflow, at, why);
  for (const [name, source] of Object.entries(job.with)) {
    if (!inputs.some((one) => isSame(one.name, name))) {
      note(source, `Invalid input, ${name} is not defined in the referenced workflow.`);
    }
  }
  for (const { name, required } of inputs) {
    if (required && !Object.keys(job.with).some((given) => isSame(given, name))) {
      note(job.uses, `Input ${name} is required, but not provided while calling.`);
    }
  }
  if (job.secrets === 'inherit') return;
  for (const [name, source] of Object.entries(job.secrets)) {
    if (!secrets.some((one) => isSame(one.name, name))) {
      note(source, `Invalid secret, ${name} is not defined in the referenced workflow.`);
    }
  }
  for (const { name, required } of secrets) {
    if (required && !Object.keys(job.secrets).some((given) => isSame(given, name))) {
      note(job.uses, `Secret ${name} is required, but not provided while calling.`);
    }
  }
}

function checkPermissions(
  workflow: Workflow,
  job: CallJob,
  { callee, limit }: { callee: Workflow; limit: TokenPermissions },
  linking: Linking,
): void {
  const tell = (who: string, exceeded: ExceededPermission | undefined): void => {
    if (exceeded === undefined) return;
    const { scope, asked, allowed } = exceeded;
    const why = `${who} is requesting '${scope}: ${asked}', but is only allowed '${scope}: ${allowed}'.`;
    fault(linking, workflow, job.uses, `Error calling workflow '${job.uses.value}'. ${why}`);
  };
  const own = permissionsOf(callee.permissions, limit);
  tell('The workflow', exceeds(own, limit));
  for (const nested of callee.jobs) {
    if (nested.permissions === undefined) continue;
    tell(`The nested job '${nested.id}'`, exceeds(permissionsOf(nested.permissions, own), limit));
  }
}

function calling(job: CallJob, why: string): string {
  return `error parsing called workflow "${job.uses.value}": ${why}`;
}

function fault(linking: Linking, { path }: Workflow, { line, column }: Position, message: string): void {
  linking.mistakes.push({
    severity: 'error',
    code: 'WORKFLOW_INVALID',
    message,
    location: { file: path, line, column },
  });
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

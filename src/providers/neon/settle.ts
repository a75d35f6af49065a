import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BranchRef, Changed, ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonBranch, NeonOperation } from './wire-types.ts';

const ENDED: ReadonlySet<string> = new Set(['finished', 'skipped', 'cancelled']);
const FAILED: ReadonlySet<string> = new Set(['failed', 'error']);
/** A branch in these can be connected to; an archived one is taken out of the archive by that. */
const USABLE: ReadonlySet<string> = new Set(['ready', 'archived']);

/** Waits until the work that a change started is done. Throws what Neon says of work that failed. */
export async function settleOperations(
  context: NeonContext,
  project: ProjectRef,
  { operations = [] }: Changed,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const started of operations) {
    await poll(context, `${started.action} in project ${project.name}`, signal, async () => {
      const now = ENDED.has(started.status)
        ? started
        : await context.api.operation(project, started.id, signal);
      if (FAILED.has(now.status)) throw failed(project, now);
      return ENDED.has(now.status) ? true : null;
    });
  }
}

/** Waits until a branch can be used: also where the operations of its making are not known any more. */
export async function readyBranch(
  context: NeonContext,
  project: ProjectRef,
  branch: BranchRef,
  signal: AbortSignal | undefined,
): Promise<NeonBranch> {
  return poll(context, `branch ${branch.name} in project ${project.name}`, signal, async () => {
    const now = await context.api.branch(project, branch.id, signal);
    if (now === null) throw vanished(project, branch);
    return USABLE.has(now.current_state) && (now.pending_state ?? '') === '' ? now : null;
  });
}

/** Waits until nothing is under way on a branch, whoever started it: also what this process does not know of any more. */
export async function quietBranch(
  context: NeonContext,
  project: ProjectRef,
  branch: BranchRef,
  signal: AbortSignal | undefined,
): Promise<void> {
  await poll(context, `branch ${branch.name} in project ${project.name}`, signal, async () => {
    const all = await context.api.operations(project, signal);
    const isAtWork = ({ branch_id: id, status }: NeonOperation): boolean =>
      id === branch.id && !ENDED.has(status) && !FAILED.has(status);
    return all.some(isAtWork) ? null : true;
  });
  await readyBranch(context, project, branch, signal);
}

async function poll<T>(
  { clock, timing }: NeonContext,
  what: string,
  signal: AbortSignal | undefined,
  look: () => Promise<T | null>,
): Promise<T> {
  const deadline = clock.now() + timing.operationsMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (clock.now() >= deadline) {
      throw new ToolError(
        'PROVIDER_UNREACHABLE',
        `Neon is not done with ${what} after ${Math.round(timing.operationsMs / 1000)} s.`,
        { hint: 'See what it is at, and run it again: neonctl operations list', retry: 'safe' },
      );
    }
    await clock.sleep(timing.pollMs, signal);
  }
}

function failed(project: ProjectRef, operation: NeonOperation): ToolError {
  const says = (operation.error ?? '') === '' ? '' : `: ${operation.error}`;
  return new ToolError(
    'PROVIDER_REJECTED',
    `Neon could not finish ${operation.action} in project ${project.name}${says} (operation ${operation.id}).`,
    { hint: `Look at it: neonctl operations list --project-id ${project.id}` },
  );
}

function vanished(project: ProjectRef, branch: BranchRef): ToolError {
  return new ToolError(
    'PROVIDER_NOT_FOUND',
    `Branch ${branch.name} of project ${project.name} went away while it was waited for.`,
    { hint: `See what is there: neonctl branches list --project-id ${project.id}` },
  );
}

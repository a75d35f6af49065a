import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../app-platform.ts';
import type { DatabaseBranch } from '../database-platform.ts';
import { branchNameOf } from './branch-name.ts';
import { makeOnce } from './make-once.ts';
import { computeSettings } from './compute-settings.ts';
import { findBranch, requireOwnBranch } from './find-branch.ts';
import { findProject, requireProject } from './find-project.ts';
import type { BranchOrder } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { asOutsideWindow, expiryOf, isoOf, requireInWindow, timeOf } from './neon-time.ts';
import { isRestorePointName } from './restore-point-name.ts';
import { readyBranch, settleOperations } from './settle.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/** What a branch is made of. */
export interface BranchOptions {
  readonly name: string;
  /** Of the data; now where it is not said. */
  readonly at?: number;
  readonly schemaOnly?: boolean;
  readonly expiresAt: number | null;
}

/** Every branch of the project but restore points; none where there is no project. */
export async function listBranches(
  context: NeonContext,
  database: ResolvedDatabase,
): Promise<readonly DatabaseBranch[]> {
  const project = await findProject(context, database);
  if (project === null) return [];
  const all = await context.api.branches(project, '');
  return all
    .filter(({ name }) => !isRestorePointName(name))
    .map((branch) => shown(branch, all))
    .toSorted((a, b) => a.createdAt - b.createdAt);
}

/** A copy of the environment's branch with a compute of its own. The same name again is the same branch. */
export async function makeBranch(
  context: NeonContext,
  database: ResolvedDatabase,
  options: BranchOptions,
  work: PlatformWork,
): Promise<DatabaseBranch> {
  requireFreeName(database, options.name);
  const project = await requireProject(context, database, work.signal);
  const own = await requireOwnBranch(context, project, database, work.signal);
  const find = async (): Promise<NeonBranch | null> =>
    findBranch(context, project, options.name, work.signal);
  const found = (await find()) ?? (await make(context, { project, own, database, options }, work, find));
  const ready = await readyBranch(context, project, found, work.signal);
  return shown(ready, await context.api.branches(project, '', work.signal));
}

async function make(
  context: NeonContext,
  asked: { project: NeonProject; own: NeonBranch; database: ResolvedDatabase; options: BranchOptions },
  work: PlatformWork,
  find: () => Promise<NeonBranch | null>,
): Promise<NeonBranch> {
  const { project, own, options } = asked;
  const now = context.clock.now();
  if (options.at !== undefined) requireInWindow(options.at, { project, branch: own, now });
  const order = orderOf(asked, now);
  const send = () => context.api.createBranch(project, order, work.signal);
  try {
    return await makeOnce(context, { what: `branch ${options.name}`, project, send, find }, work.signal);
  } catch (error) {
    throw asOutsideWindow(error, { project, branch: own, at: order.branch.parent_timestamp });
  }
}

function orderOf(
  { own, database, options }: { own: NeonBranch; database: ResolvedDatabase; options: BranchOptions },
  now: number,
): BranchOrder {
  // A copy sleeps when nobody looks, whatever its origin does.
  const settings = computeSettings({ ...database, sleep: 'when-idle' });
  return {
    branch: {
      name: options.name,
      parent_id: own.id,
      ...(options.at === undefined ? {} : { parent_timestamp: isoOf(options.at) }),
      ...(options.schemaOnly === true ? { init_source: 'schema-only' } : {}),
      ...(options.expiresAt === null ? {} : { expires_at: expiryOf(options.expiresAt, now) }),
    },
    endpoints: [{ type: 'read_write', ...settings }],
  };
}

/** Removes a branch. One that is gone is no error; throws PROVIDER_CONFLICT for one that must stay. */
export async function removeBranch(
  context: NeonContext,
  database: ResolvedDatabase,
  name: string,
  work: PlatformWork,
): Promise<void> {
  requireFreeName(database, name);
  const project = await findProject(context, database, work.signal);
  if (project === null) return;
  const all = await context.api.branches(project, '', work.signal);
  const branch = all.find((candidate) => candidate.name === name);
  if (branch === undefined) return;
  requireRemovable(project, branch, all);
  const changed = await context.api.deleteBranch(project, branch, work.signal);
  await settleOperations(context, project, changed, work.signal);
}

/** Throws PROVIDER_CONFLICT for a branch that Neon does not delete, with what stands in the way. */
export function requireRemovable(project: NeonProject, branch: NeonBranch, all: readonly NeonBranch[]): void {
  const made = all.filter((other) => other.parent_id === branch.id);
  const children = made.map(({ name }) => name);
  const why = branch.default
    ? 'it is the default branch of its project'
    : branch.protected
      ? 'it is protected on Neon'
      : children.length > 0
        ? `${children.join(', ')} ${children.length === 1 ? 'was' : 'were'} made from it`
        : null;
  if (why === null) return;
  const hint = branch.default
    ? `Make another the default one first: neonctl branches set-default <name> --project-id ${project.id}`
    : branch.protected
      ? 'Take the protection away in Neon’s console first.'
      : waitHint(project, made);
  throw new ToolError(
    'PROVIDER_CONFLICT',
    `Branch ${branch.name} of project ${project.name} cannot be removed: ${why}.`,
    { hint },
  );
}

/** Names no command that would delete what is meant to stay: it may be the database of an environment. */
function waitHint(project: NeonProject, children: readonly NeonBranch[]): string {
  const lasting = children.filter(({ expires_at: expiry }) => expiry === undefined);
  if (lasting.length > 0)
    return `It goes when nothing hangs on it any more, as ${lasting.map(({ name }) => name).join(', ')} does; until then it takes one place of the project’s limit, and room for what changed since.`;
  return `Remove those first: ${children.map(({ id }) => `neonctl branches delete ${id} --project-id ${project.id}`).join('; ')}`;
}

/** Names that are not to be given or taken away here. */
function requireFreeName(database: ResolvedDatabase, name: string): void {
  const why =
    name === branchNameOf(database)
      ? `${name} is the branch of the environment itself`
      : isRestorePointName(name)
        ? `${name} is the name of a restore point`
        : null;
  if (why === null) return;
  throw new ToolError('PROVIDER_CONFLICT', `A branch is asked for, and ${why}.`, {
    hint: 'Give another name.',
  });
}

function shown(branch: NeonBranch, all: readonly NeonBranch[]): DatabaseBranch {
  return {
    name: branch.name,
    parent: all.find(({ id }) => id === branch.parent_id)?.name ?? null,
    createdAt: timeOf(branch.created_at) ?? 0,
    expiresAt: timeOf(branch.expires_at),
  };
}

import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../app-platform.ts';
import type { RestorePoint, RestorePointRemoval } from '../database-platform.ts';
import { makeOnce } from './make-once.ts';
import { findBranch, requireOwnBranch } from './find-branch.ts';
import { findProject, requireProject } from './find-project.ts';
import type { ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { expiryOf, timeOf } from './neon-time.ts';
import { replacedPrefix, restorePointNamed, restorePointPrefix } from './restore-point-name.ts';
import { readyBranch, settleOperations } from './settle.ts';
import type { NeonBranch } from './wire-types.ts';

/** Keeps the present state as a branch without compute: it costs nothing but what changes from then on. */
export async function createRestorePoint(
  context: NeonContext,
  database: ResolvedDatabase,
  { name, expiresAt }: { name: string; expiresAt: number | null },
  work: PlatformWork,
): Promise<RestorePoint> {
  const project = await requireProject(context, database, work.signal);
  const branchName = `${restorePointPrefix(database)}${name}`;
  const find = async (): Promise<NeonBranch | null> => findBranch(context, project, branchName, work.signal);
  const found =
    (await find()) ?? (await makeRestorePoint(context, { project, database, branchName, expiresAt }, work));
  const ready = await readyBranch(context, project, found, work.signal);
  return restorePointOf(database, ready);
}

async function makeRestorePoint(
  context: NeonContext,
  asked: { project: ProjectRef; database: ResolvedDatabase; branchName: string; expiresAt: number | null },
  work: PlatformWork,
): Promise<NeonBranch> {
  const { project, database, branchName: name, expiresAt } = asked;
  const own = await requireOwnBranch(context, project, database, work.signal);
  const expiry = expiresAt === null ? {} : { expires_at: expiryOf(expiresAt, context.clock.now()) };
  return makeOnce(
    context,
    {
      what: `branch ${name}`,
      project,
      send: () =>
        context.api.createBranch(project, { branch: { name, parent_id: own.id, ...expiry } }, work.signal),
      find: () => findBranch(context, project, name, work.signal),
    },
    work.signal,
  );
}

/** Newest first; none where the database is not there. */
export async function listRestorePoints(
  context: NeonContext,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<readonly RestorePoint[]> {
  const project = await findProject(context, database, signal);
  if (project === null) return [];
  const found = await restorePointBranches(context, project, database, signal);
  return found.map((branch) => restorePointOf(database, branch)).toSorted((a, b) => b.at - a.at);
}

/** The branches that are restore points of a database or hold what restores replaced, whatever they hang on by now. */
export async function restorePointBranches(
  context: NeonContext,
  project: ProjectRef,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<readonly NeonBranch[]> {
  const all = await context.api.branches(project, '', signal);
  return all.filter(({ name }) => restorePointNamed(database, name) !== null);
}

/** The branch of a restore point; throws DATABASE_UNKNOWN_RESTORE_POINT. */
export async function requireRestorePoint(
  context: NeonContext,
  project: ProjectRef,
  { database, name }: { database: ResolvedDatabase; name: string },
  signal?: AbortSignal,
): Promise<{ readonly branch: NeonBranch; readonly point: RestorePoint }> {
  const all = await restorePointBranches(context, project, database, signal);
  const branch = all.find((candidate) => restorePointNamed(database, candidate.name) === name);
  if (branch !== undefined) return { branch, point: restorePointOf(database, branch) };
  const names = all.map((candidate) => restorePointNamed(database, candidate.name) ?? '');
  throw new ToolError(
    'DATABASE_UNKNOWN_RESTORE_POINT',
    `There is no restore point "${name}" of database ${database.name}.`,
    { hint: nameHint(name, names, 'restore points') },
  );
}

/** One that is gone is no error. One that the data were brought back from stays: Neon keeps what others hang on. */
export async function deleteRestorePoint(
  context: NeonContext,
  database: ResolvedDatabase,
  name: string,
  work: PlatformWork,
): Promise<RestorePointRemoval> {
  const project = await findProject(context, database, work.signal);
  if (project === null) return { isGone: true };
  const all = await context.api.branches(project, '', work.signal);
  const branch = all.find((each) => restorePointNamed(database, each.name) === name);
  if (branch === undefined) return { isGone: true };
  const child = all.find((other) => other.parent_id === branch.id);
  if (child !== undefined)
    return { isGone: false, because: `branch ${child.name} was made from it, or brought back to it` };
  const changed = await context.api.deleteBranch(project, branch, work.signal);
  await settleOperations(context, project, changed, work.signal);
  return { isGone: true };
}

function restorePointOf(database: ResolvedDatabase, branch: NeonBranch): RestorePoint {
  const createdAt = timeOf(branch.created_at) ?? 0;
  // What a restore replaced is a branch since that moment, and holds the data of then.
  const isReplaced = branch.name.startsWith(replacedPrefix(database));
  return {
    name: restorePointNamed(database, branch.name) ?? branch.name,
    at: isReplaced ? createdAt : (timeOf(branch.parent_timestamp) ?? createdAt),
    expiresAt: timeOf(branch.expires_at),
    isOurs: true,
  };
}

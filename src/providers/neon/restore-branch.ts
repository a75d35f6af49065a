import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../app-platform.ts';
import type { RestoreResult, RestoreTarget } from '../database-platform.ts';
import { expireReplaced } from './expire-replaced.ts';
import { findBranch, requireOwnBranch } from './find-branch.ts';
import { requireProject } from './find-project.ts';
import type { RestoreOrder } from './neon-api.ts';
import { isOutcomeUnknown } from './neon-api-error.ts';
import type { NeonContext } from './neon-context.ts';
import { asOutsideWindow, isoOf, requireInWindow } from './neon-time.ts';
import { replacedPrefix } from './restore-point-name.ts';
import { requireRestorePoint } from './restore-points.ts';
import { quietBranch, settleOperations } from './settle.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/** A restore: of which branch, to what, and under which name the present is kept. */
interface Restore {
  readonly project: NeonProject;
  readonly branch: NeonBranch;
  readonly database: ResolvedDatabase;
  readonly target: RestoreTarget;
  readonly preserveAs: string;
}

/** Where the data come from. */
interface Source {
  readonly order: Pick<RestoreOrder, 'source_branch_id' | 'source_timestamp'>;
  /** Of the data. */
  readonly at: number;
  /** A branch that Neon would remove by itself, so that nothing may hang on it. */
  readonly expiring: NeonBranch | null;
}

/**
 * Brings a branch back: its compute moves to the old data under the same URL, and what was there goes on as a branch,
 * which is the restore point `preserveAs`. That branch also says whether a restore without an answer was carried out.
 */
export async function restoreBranch(
  context: NeonContext,
  database: ResolvedDatabase,
  { target, preserveAs }: { target: RestoreTarget; preserveAs: string },
  work: PlatformWork,
): Promise<RestoreResult> {
  const project = await requireProject(context, database, work.signal);
  const branch = await requireOwnBranch(context, project, database, work.signal);
  const restore: Restore = { project, branch, database, target, preserveAs };
  const begun = beginningKey(restore);
  if (work.recorded(begun) !== undefined) {
    await quietBranch(context, project, branch, work.signal);
    const at = work.recorded(begun) as number;
    if (await isPreserved(context, restore, work)) {
      await expireReplaced(context, project, database, work);
      return { preservedAs: preserveAs, at };
    }
  }
  const source = await sourceOf(context, restore, work.signal);
  const at = await work.once(begun, async () => {
    if (await isPreserved(context, restore, work)) throw nameTaken(restore);
    return source.at;
  });
  if (source.expiring !== null) await context.api.keepBranch(project, source.expiring, work.signal);
  work.log(`branch ${branch.name} of project ${project.name}: going back to ${isoOf(at)}`);
  await send(context, restore, source, work);
  await expireReplaced(context, project, database, work);
  return { preservedAs: preserveAs, at };
}

async function send(
  context: NeonContext,
  restore: Restore,
  source: Source,
  work: PlatformWork,
): Promise<void> {
  const { project, branch } = restore;
  const order = { ...source.order, preserve_under_name: replacedName(restore) };
  try {
    const changed = await context.api.restoreBranch(project, branch, order, work.signal);
    await settleOperations(context, project, changed, work.signal);
  } catch (error) {
    if (!isOutcomeUnknown(error))
      throw asOutsideWindow(error, { project, branch, at: order.source_timestamp });
    await context.clock.sleep(context.timing.lostAnswerMs, work.signal);
    await quietBranch(context, project, branch, work.signal);
    if (!(await isPreserved(context, restore, work))) throw error;
  }
  await quietBranch(context, project, branch, work.signal);
}

/** Throws DATABASE_UNKNOWN_RESTORE_POINT or DATABASE_OUTSIDE_WINDOW. */
async function sourceOf(context: NeonContext, restore: Restore, signal: AbortSignal): Promise<Source> {
  const { project, branch, database, target } = restore;
  if (target.kind === 'time') {
    requireInWindow(target.at, { project, branch, now: context.clock.now() });
    const order = { source_branch_id: branch.id, source_timestamp: isoOf(target.at) };
    return { order, at: target.at, expiring: null };
  }
  const found = await requireRestorePoint(context, project, { database, name: target.name }, signal);
  return {
    order: { source_branch_id: found.branch.id },
    at: found.point.at,
    expiring: found.point.expiresAt === null ? null : found.branch,
  };
}

async function isPreserved(context: NeonContext, restore: Restore, work: PlatformWork): Promise<boolean> {
  return (await findBranch(context, restore.project, replacedName(restore), work.signal)) !== null;
}

function replacedName({ database, preserveAs }: Restore): string {
  return `${replacedPrefix(database)}${preserveAs}`;
}

function beginningKey({ database, preserveAs }: Restore): string {
  return `neon-restore:${database.name}:${preserveAs}`;
}

function nameTaken(restore: Restore): ToolError {
  const { project } = restore;
  const name = replacedName(restore);
  return new ToolError(
    'PROVIDER_CONFLICT',
    `There is a branch ${name} in project ${project.name} already, so that the present state cannot be kept under that name.`,
    {
      hint: `Give another name, or remove it: neonctl branches delete ${name} --project-id ${project.id}`,
    },
  );
}

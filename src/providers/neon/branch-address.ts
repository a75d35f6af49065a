import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { ConnectionPurpose, DatabaseAddress } from '../database-platform.ts';
import { requireCompute } from './branch-compute.ts';
import { databaseLogin } from './database-login.ts';
import { requireBranch, requireOwnBranch } from './find-branch.ts';
import { requireProject } from './find-project.ts';
import { requireRestorePoint } from './restore-points.ts';
import type { ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonBranch } from './wire-types.ts';

/**
 * The URL of a branch, as Neon itself puts it together. Neon is reached from anywhere, so one URL serves apps and this
 * machine. Past the pooler for migrations: it takes sessions apart, and with them advisory locks and settings. A branch
 * without compute, such as what a restore kept, gets one.
 */
export async function branchAddress(
  context: NeonContext,
  database: ResolvedDatabase,
  purpose: ConnectionPurpose,
  signal?: AbortSignal,
): Promise<DatabaseAddress> {
  const project = await requireProject(context, database, signal);
  const branch = await branchFor(context, project, { database, purpose }, signal);
  await requireCompute(context, { project, branch, database: asCopy(database, purpose) }, signal);
  const login = await databaseLogin(context, { project, branch, database, role: purpose.role }, signal);
  const pooled = purpose.use === 'app' && database.neon?.pooled !== false;
  const url = await context.api.connectionUri(project, { branch, ...login, pooled }, signal);
  return { url, outsideUrl: url };
}

/** A restore point is a branch here, and may be named as one. */
async function branchFor(
  context: NeonContext,
  project: ProjectRef,
  { database, purpose }: { database: ResolvedDatabase; purpose: ConnectionPurpose },
  signal: AbortSignal | undefined,
): Promise<NeonBranch> {
  const { branch, restorePoint: name } = purpose;
  if (name !== undefined)
    return (await requireRestorePoint(context, project, { database, name }, signal)).branch;
  return branch === undefined
    ? await requireOwnBranch(context, project, database, signal)
    : await requireBranch(context, project, { database, name: branch }, signal);
}

/** Another branch than the environment's own sleeps when nobody looks, whatever that one does. */
function asCopy(database: ResolvedDatabase, { branch, restorePoint }: ConnectionPurpose): ResolvedDatabase {
  return (branch ?? restorePoint) === undefined ? database : { ...database, sleep: 'when-idle' };
}

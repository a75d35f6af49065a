import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../app-platform.ts';
import type { ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { expiryOf } from './neon-time.ts';
import { replacedPrefix } from './restore-point-name.ts';

/** As long as restore points are kept where nothing is written, and never shorter: it is all that is left of those data. */
const KEPT_MS_MIN = 7 * 86_400_000;

/**
 * Lets Neon delete what restores of a database replaced, when the time of restore points is over. Not what other branches
 * were made from: nothing may depend on a branch that expires. That one is looked at again after the next restore.
 */
export async function expireReplaced(
  context: NeonContext,
  project: ProjectRef,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const now = context.clock.now();
  const expiry = expiryOf(now + Math.max(KEPT_MS_MIN, database.restorePoints?.forMs ?? 0), now);
  try {
    const all = await context.api.branches(project, '', work.signal);
    for (const branch of all) {
      const isOld = branch.name.startsWith(replacedPrefix(database)) && branch.expires_at === undefined;
      if (!isOld || all.some((other) => other.parent_id === branch.id)) continue;
      await context.api.expireBranch(project, branch, expiry, work.signal);
      work.log(`branch ${branch.name} of project ${project.name} is kept until ${expiry}`);
    }
  } catch (error) {
    // The restore itself is done; what stays for now is looked at again after the next.
    if (!(error instanceof ToolError) || work.signal.aborted) throw error;
    work.log(`what the restore replaced is kept until somebody deletes it: ${error.message}`);
  }
}

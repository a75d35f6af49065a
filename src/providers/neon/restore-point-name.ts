import type { ResolvedDatabase } from '../../config/resolved.ts';
import { branchNameOf } from './branch-name.ts';

/** What restore points of ours begin with: branch names are one list for the whole project. */
const PREFIX = 'restore-point/';

/** What the names of a database's restore points begin with: two environments of one project may call theirs the same. */
export function restorePointPrefix(database: ResolvedDatabase): string {
  return `${PREFIX}${branchNameOf(database)}/`;
}

/** Whether a branch is a restore point of ours, of whatever database. */
export function isRestorePointName(branch: string): boolean {
  return branch.startsWith(PREFIX);
}

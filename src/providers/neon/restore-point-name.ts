import type { ResolvedDatabase } from '../../config/resolved.ts';
import { branchNameOf } from './branch-name.ts';

/** What restore points of ours begin with: branch names are one list for the whole project. */
const POINT = 'restore-point/';
/** What begins the names of the branches that hold what a restore replaced. */
const REPLACED = 'replaced/';

/** What the names of a database's restore points begin with: two environments of one project may call theirs the same. */
export function restorePointPrefix(database: ResolvedDatabase): string {
  return `${POINT}${branchNameOf(database)}/`;
}

/** What the names of the branches begin with that hold what restores of a database replaced. */
export function replacedPrefix(database: ResolvedDatabase): string {
  return `${REPLACED}${branchNameOf(database)}/`;
}

/** The name of the restore point that a branch of the project is for this database; null for any other branch. */
export function restorePointNamed(database: ResolvedDatabase, branch: string): string | null {
  const prefix = [restorePointPrefix(database), replacedPrefix(database)].find((each) =>
    branch.startsWith(each),
  );
  return prefix === undefined ? null : branch.slice(prefix.length);
}

/** Whether a branch is a restore point of ours, of whatever database. */
export function isRestorePointName(branch: string): boolean {
  return branch.startsWith(POINT) || branch.startsWith(REPLACED);
}

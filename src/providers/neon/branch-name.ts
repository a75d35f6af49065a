import type { ResolvedDatabase } from '../../config/resolved.ts';

/** The environment's own branch as it is written. */
export function branchNameOf(database: ResolvedDatabase): string {
  return database.platformName ?? database.name;
}

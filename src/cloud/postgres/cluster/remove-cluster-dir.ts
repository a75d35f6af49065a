import { rename, rm } from 'node:fs/promises';

/** How the directory of a cluster is called from the moment it is being removed. */
export const REMOVED_SUFFIX = '.removed';

/** A `cp` that a killed process has left goes on for a moment, and what it makes meanwhile is in the way. */
export const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 } as const;

/** Removes a cluster's directory: out of sight in one step, because a half-removed one must never look like a cluster. */
export async function removeClusterDir(dir: string): Promise<void> {
  const trash = `${dir}${REMOVED_SUFFIX}`;
  await rm(trash, REMOVAL);
  await rename(dir, trash);
  await rm(trash, REMOVAL);
}

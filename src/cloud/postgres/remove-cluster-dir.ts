import { rename, rm } from 'node:fs/promises';

/** How the directory of a cluster is called from the moment it is being removed. */
export const REMOVED_SUFFIX = '.removed';

/** Removes a cluster's directory: out of sight in one step, because a half-removed one must never look like a cluster. */
export async function removeClusterDir(dir: string): Promise<void> {
  const trash = `${dir}${REMOVED_SUFFIX}`;
  await rm(trash, { recursive: true, force: true });
  await rename(dir, trash);
  await rm(trash, { recursive: true, force: true });
}

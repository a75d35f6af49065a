import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that is different in a layer from what lies under it. */
export interface LayerChange {
  /** From the root of the layer, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'removed';
}

/**
 * What was written into the upper directory of an overlay: files that were made or changed, directories that were made,
 * and what was removed, for which the kernel leaves a character device 0:0. What was only touched is none. Source:
 * kernel.org, filesystems/overlayfs, "whiteouts and opaque directories".
 */
export async function layerChanges(upper: string, lower: string): Promise<LayerChange[]> {
  const changes: LayerChange[] = [];
  await collect({ upper, lower, at: '', changes });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Walk {
  readonly upper: string;
  readonly lower: string;
  readonly at: string;
  readonly changes: LayerChange[];
}

async function collect(walk: Walk): Promise<void> {
  const entries = await readdir(join(walk.upper, walk.at), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) await look(walk, entry);
}

async function look(walk: Walk, entry: Dirent): Promise<void> {
  const { upper, lower, at, changes } = walk;
  const path = at === '' ? entry.name : `${at}/${entry.name}`;
  if (entry.isDirectory()) {
    const below = await lstat(join(lower, path)).catch(() => null);
    if (below?.isDirectory() !== true) changes.push({ path, kind: 'directory' });
    await collect({ ...walk, at: path });
  } else if (entry.isCharacterDevice()) changes.push({ path, kind: 'removed' });
  else if (
    (entry.isFile() || entry.isSymbolicLink()) &&
    !(await isSame(join(upper, path), join(lower, path), entry))
  )
    changes.push({ path, kind: 'file' });
}

/** The kernel copies a file up as soon as it is opened for writing, or its times are set. */
async function isSame(one: string, other: string, entry: Dirent): Promise<boolean> {
  const [mine, theirs] = await Promise.all([lstat(one), lstat(other).catch(() => null)]);
  if (theirs === null || mine.mode !== theirs.mode || mine.size !== theirs.size) return false;
  if (entry.isSymbolicLink()) return (await readlink(one)) === (await readlink(other));
  const [left, right] = await Promise.all([readFile(one), readFile(other)]);
  return left.equals(right);
}

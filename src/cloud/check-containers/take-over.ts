import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LayerChange } from './layer-changes.ts';

/** What is taken from a layer into the checkout under it. */
export interface TakeOver {
  readonly upper: string;
  readonly top: string;
  readonly changes: readonly LayerChange[];
  /** Whether a path, from the top, is one that the check says it makes. */
  readonly isDeclared: (path: string) => boolean;
  /** Directories, from the top, of which `listed` has all files that the check has left in them, absolute. */
  readonly whole: readonly string[];
  readonly listed: ReadonlySet<string> | null;
}

/**
 * Moves what a check declares from its layer into the checkout, and removes from there what it has removed; returns the
 * changes that it does not declare, which stay behind. A directory that was removed and made anew hides what was in it,
 * which only root can see from outside: therefore the lists. Nothing is written through a link.
 */
export async function takeOver(take: TakeOver): Promise<LayerChange[]> {
  const rest: LayerChange[] = [];
  for (const change of take.changes) {
    if (take.isDeclared(change.path)) await carry(take, change);
    else rest.push(change);
  }
  const { listed } = take;
  if (listed !== null) for (const directory of take.whole) await removeUnlisted(take, directory, listed);
  return rest;
}

async function carry({ upper, top }: TakeOver, { path, kind }: LayerChange): Promise<void> {
  const to = join(top, path);
  if (kind === 'removed') return rm(to, { recursive: true, force: true });
  const from = join(upper, path);
  if (kind === 'directory') {
    await makeDirectory(top, path);
    return chmod(to, (await lstat(from)).mode & 0o7777);
  }
  await makeDirectory(top, dirname(path));
  await rm(to, { recursive: true, force: true });
  await moveFile(from, to);
}

/** Makes a directory and those above it, each in place of whatever is no directory. */
async function makeDirectory(top: string, path: string): Promise<void> {
  let at = top;
  for (const part of path.split('/').filter((name) => name !== '.')) {
    at = join(at, part);
    const found = await lstat(at).catch(() => null);
    if (found?.isDirectory() === true) continue;
    if (found !== null) await rm(at, { force: true });
    await mkdir(at);
  }
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const found = await lstat(from);
    if (found.isSymbolicLink()) return symlink(await readlink(from), to);
    await copyFile(from, to);
    await chmod(to, found.mode & 0o7777);
    await utimes(to, found.atime, found.mtime);
  }
}

async function removeUnlisted(
  { top, isDeclared }: TakeOver,
  directory: string,
  listed: ReadonlySet<string>,
): Promise<void> {
  const entries = await readdir(join(top, directory), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) await removeUnlisted({ top, isDeclared } as TakeOver, path, listed);
    // A list has a line for each name, and so has no place for a name of several lines.
    else if (!path.includes('\n') && isDeclared(path) && !listed.has(join(top, path)))
      await rm(join(top, path), { force: true });
  }
}

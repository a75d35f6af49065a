import { randomBytes } from 'node:crypto';
import { constants, lstatSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { copyByCp } from './copy-by-cp.ts';
import type { CopyMethod } from './copy-method.ts';
import { REMOVAL } from '../cluster/remove-cluster-dir.ts';

/** How to copy a directory. */
export interface TreeCopy {
  readonly from: string;
  /** Must not exist. */
  readonly to: string;
  readonly method: CopyMethod;
  /** Whether what is at this path below `from` is left out; the contents of a directory are asked for one by one. */
  readonly leaveOut?: (path: string) => boolean;
  /** Called with the bytes of all files, and then of those that are copied next; may reject to end it. */
  readonly ensureRoom?: (bytes: number) => Promise<void>;
}

/** Files that are copied in one go. */
interface Load {
  readonly paths: string[];
  bytes: number;
}

const UNFINISHED = '.unfinished-';
/** To make a file takes as long as to write so much. */
const FILE_BYTES = 32 * 1024;
/** Room is looked at again, and whether the copy is still wanted, after so much. */
const LOAD_BYTES_MAX = 256 * 1024 * 1024;
/** A second process uses the second core. More of them only wait for the disk. */
const AT_ONCE = 2;

/**
 * Copies a directory of plain files that may change meanwhile: what disappears is left out, and what shrinks ends early.
 * Blocks are cloned, or copied by the system's `cp`. Node's `copyFile` must not copy such files byte by byte: on one that
 * shrinks it loops for ever (libuv asks for the bytes that were there at first until it gets them). Nothing is forced to
 * disk. Until all is there it has another name, which no other copy gets: a `cp` goes on for a moment when we are killed,
 * and must not write into what the next process makes.
 */
export async function copyTree(copy: TreeCopy): Promise<void> {
  const unfinished = `${copy.to}${UNFINISHED}${randomBytes(6).toString('hex')}`;
  await copyInto({ ...copy, to: unfinished });
  await rename(unfinished, copy.to);
}

/** Removes what copies to this place had begun before the process that made them was killed. */
export async function removeUnfinishedCopies(to: string): Promise<void> {
  const names = await readdir(dirname(to)).catch(goneAs([]));
  const unfinished = names.filter((name) => name.startsWith(`${basename(to)}${UNFINISHED}`));
  await Promise.all(unfinished.map((name) => rm(join(dirname(to), name), REMOVAL)));
}

async function copyInto(copy: TreeCopy): Promise<void> {
  const paths: string[] = [];
  await makeDirectories(copy, '', paths);
  if (copy.method === 'reflink') {
    await Promise.all(paths.map((path) => cloneFile(copy, path)));
    return;
  }
  const sizes = paths.map((path) => ({
    path,
    bytes: lstatSync(join(copy.from, path), { throwIfNoEntry: false })?.size ?? 0,
  }));
  await copy.ensureRoom?.(sizes.reduce((sum, { bytes }) => sum + bytes, 0));
  const loads = distribute(sizes);
  // None of them still writes when this is over, also when another one failed.
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => copyLoads(copy, loads)));
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
}

/** Makes the directories below `at`, and collects the paths of the files. */
async function makeDirectories(copy: TreeCopy, at: string, paths: string[]): Promise<void> {
  await mkdir(join(copy.to, at), { mode: 0o700 });
  const entries = await readdir(join(copy.from, at), { withFileTypes: true }).catch(goneAs([]));
  const kept = entries.filter((entry) => copy.leaveOut?.(join(at, entry.name)) !== true);
  for (const entry of kept) if (entry.isFile()) paths.push(join(at, entry.name));
  const directories = kept.filter((entry) => entry.isDirectory());
  await Promise.all(directories.map((entry) => makeDirectories(copy, join(at, entry.name), paths)));
}

/** Makes loads of which each lane gets about as much work; neighbours stay together. The largest is the last. */
function distribute(files: readonly { readonly path: string; readonly bytes: number }[]): Load[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes + FILE_BYTES, 0);
  const most = Math.min(LOAD_BYTES_MAX, total / AT_ONCE);
  const loads: Load[] = [];
  let load: Load | null = null;
  for (const { path, bytes } of files) {
    if (load === null || load.bytes + bytes / 2 > most) {
      load = { paths: [], bytes: 0 };
      loads.push(load);
    }
    load.paths.push(path);
    load.bytes += bytes + FILE_BYTES;
  }
  return loads.sort((a, b) => a.bytes - b.bytes);
}

async function copyLoads(copy: TreeCopy, loads: Load[]): Promise<void> {
  for (let load = loads.pop(); load !== undefined; load = loads.pop()) {
    await copy.ensureRoom?.(load.bytes);
    await copyByCp(copy.from, load.paths, copy.to);
  }
}

async function cloneFile({ from, to }: TreeCopy, path: string): Promise<void> {
  await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE_FORCE).catch(goneAs(undefined));
}

/** Takes "there is no such file" for `value`, and lets every other error through. */
function goneAs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

import { constants, lstatSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyByCp } from './copy-by-cp.ts';
import type { CopyMethod } from './copy-method.ts';

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

/** Files of one directory that are copied by one process. */
interface Batch {
  readonly dir: string;
  readonly names: string[];
  bytes: number;
}

/** A process for each takes a few milliseconds; a command line of so many names is far from the limit. */
const BATCH_FILES = 500;
const BATCH_BYTES = 128 * 1024 * 1024;
/** Less than this is copied sooner than a process has started. */
const FEW_FILES = 30;
const FEW_BYTES = 1024 * 1024;
/** A second process uses the second core. More of them only wait for the disk. */
const AT_ONCE = 2;

/**
 * Copies a directory of plain files that may change meanwhile: what disappears is left out, and what shrinks ends early.
 * Blocks are cloned, or copied by the system's `cp`. Node's `copyFile` must not copy such files byte by byte: on one that
 * shrinks it loops for ever (libuv asks for the bytes that were there at first until it gets them). Nothing is forced to
 * disk.
 */
export async function copyTree(copy: TreeCopy): Promise<void> {
  const batches: Batch[] = [];
  await makeDirectories(copy, '', batches);
  if (copy.method === 'reflink') {
    await Promise.all(
      batches.flatMap(({ dir, names }) => names.map((name) => cloneFile(copy, join(dir, name)))),
    );
    return;
  }
  await copy.ensureRoom?.(batches.reduce((sum, { bytes }) => sum + bytes, 0));
  // The largest first, so that the last ones end together.
  batches.sort((a, b) => a.bytes - b.bytes);
  // None of them still writes when this is over, also when another one failed.
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => copyBatches(copy, batches)));
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
}

/** Makes the directories below `at`, and collects their files. */
async function makeDirectories(copy: TreeCopy, at: string, batches: Batch[]): Promise<void> {
  await mkdir(join(copy.to, at), { mode: 0o700 });
  const entries = await readdir(join(copy.from, at), { withFileTypes: true }).catch(goneAs([]));
  const kept = entries.filter((entry) => copy.leaveOut?.(join(at, entry.name)) !== true);
  const files = kept.filter((entry) => entry.isFile()).map((entry) => entry.name);
  batches.push(
    ...(copy.method === 'reflink' ? [{ dir: at, names: files, bytes: 0 }] : cutUp(copy, at, files)),
  );
  const directories = kept.filter((entry) => entry.isDirectory());
  await Promise.all(directories.map((entry) => makeDirectories(copy, join(at, entry.name), batches)));
}

function cutUp(copy: TreeCopy, dir: string, names: readonly string[]): Batch[] {
  const batches: Batch[] = [];
  let batch: Batch = { dir, names: [], bytes: 0 };
  for (const name of names) {
    if (batch.names.length === 0) batches.push(batch);
    batch.names.push(name);
    batch.bytes += lstatSync(join(copy.from, dir, name), { throwIfNoEntry: false })?.size ?? 0;
    if (batch.names.length < BATCH_FILES && batch.bytes < BATCH_BYTES) continue;
    batch = { dir, names: [], bytes: 0 };
  }
  return batches;
}

async function copyBatches(copy: TreeCopy, batches: Batch[]): Promise<void> {
  for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
    const { dir, names, bytes } = batch;
    await copy.ensureRoom?.(bytes);
    const [from, to] = [join(copy.from, dir), join(copy.to, dir)];
    if (names.length > FEW_FILES || bytes > FEW_BYTES) await copyByCp(from, names, to);
    else for (const name of names) await copyHere(join(from, name), join(to, name));
  }
}

async function copyHere(from: string, to: string): Promise<void> {
  const content = await readFile(from).catch(goneAs(null));
  if (content !== null) await writeFile(to, content, { mode: 0o600 });
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

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { copyFile, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CopyMethod } from './copy-method.ts';

/** How to copy a directory. */
export interface TreeCopy {
  readonly from: string;
  /** Must not exist. */
  readonly to: string;
  readonly method: CopyMethod;
  /** Whether what is at this path below `from` is left out; the contents of a directory are asked for one by one. */
  readonly leaveOut?: (path: string) => boolean;
  /** Called now and then with the bytes that were or will be written since; may reject to end it. */
  readonly beforeWriting?: (bytes: number) => Promise<void>;
}

/** Files up to this size are copied between two turns of the event loop: handing each to a thread would take longer. */
const SMALL_BYTES = 256 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** Other work of the process waits for so long at most. */
const TURN_MS = 5;
/** More large files at once gain nothing on two cores, and would take all threads of the pool. */
const LARGE_AT_ONCE = 2;

/**
 * Copies a directory of plain files that may change meanwhile: what disappears is left out, and what shrinks ends early.
 * `copyFile` must not be used on such files: on one that shrinks, it loops for ever (libuv asks for the bytes that were
 * there at first until it gets them). Nothing is forced to disk.
 */
export async function copyTree(copy: TreeCopy): Promise<void> {
  const files: string[] = [];
  await makeDirectories(copy, '', files);
  if (copy.method === 'reflink') await Promise.all(files.map((path) => cloneFile(copy, path)));
  else await copyFiles(copy, files);
}

/** Makes the directories below `at`, and collects the paths of the files. */
async function makeDirectories(copy: TreeCopy, at: string, files: string[]): Promise<void> {
  await mkdir(join(copy.to, at), { mode: 0o700 });
  const entries = await readdir(join(copy.from, at), { withFileTypes: true }).catch(goneAs([]));
  const kept = entries.filter((entry) => copy.leaveOut?.(join(at, entry.name)) !== true);
  files.push(...kept.filter((entry) => entry.isFile()).map((entry) => join(at, entry.name)));
  const directories = kept.filter((entry) => entry.isDirectory());
  await Promise.all(directories.map((entry) => makeDirectories(copy, join(at, entry.name), files)));
}

async function cloneFile({ from, to }: TreeCopy, path: string): Promise<void> {
  await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE_FORCE).catch(goneAs(undefined));
}

/** Large files by threads, in as many lanes; the small ones meanwhile here. */
async function copyFiles(copy: TreeCopy, files: readonly string[]): Promise<void> {
  const lanes: Promise<void>[] = Array.from({ length: LARGE_AT_ONCE }, () => Promise.resolve());
  const sendToThreads = (path: string): void => {
    const lane = (lanes.shift() ?? Promise.resolve()).then(() => copyLargeFile(copy, path));
    // Awaited only at the end, and must not count as unhandled until then.
    lane.catch(() => undefined);
    lanes.push(lane);
  };
  const buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
  let turnEnds = performance.now() + TURN_MS;
  let unannounced = 0;
  for (const path of files) {
    const bytes = copySmallFile(copy, path, buffer);
    if (bytes === null) sendToThreads(path);
    else unannounced += bytes;
    if (performance.now() < turnEnds) continue;
    await copy.beforeWriting?.(unannounced);
    await setImmediate();
    unannounced = 0;
    turnEnds = performance.now() + TURN_MS;
  }
  await Promise.all(lanes);
}

/** Returns how many bytes it had; null, with nothing done, when it is a large file. */
function copySmallFile(copy: TreeCopy, path: string, buffer: Buffer): number | null {
  const from = openIfThere(join(copy.from, path));
  if (from === null) return 0;
  try {
    const bytes = readSync(from, buffer, 0, buffer.length, 0);
    if (bytes === buffer.length) return null;
    const to = openSync(join(copy.to, path), 'wx', 0o600);
    try {
      for (let done = 0; done < bytes;) done += writeSync(to, buffer, done, bytes - done);
    } finally {
      closeSync(to);
    }
    return bytes;
  } finally {
    closeSync(from);
  }
}

async function copyLargeFile(copy: TreeCopy, path: string): Promise<void> {
  const from = await open(join(copy.from, path)).catch(goneAs(null));
  if (from === null) return;
  await using source = from;
  await using target = await open(join(copy.to, path), 'wx', 0o600);
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    await copy.beforeWriting?.(bytesRead);
    for (let done = 0; done < bytesRead;)
      done += (await target.write(buffer, done, bytesRead - done, at + done)).bytesWritten;
    at += bytesRead;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return goneAs(null)(error as NodeJS.ErrnoException);
  }
}

/** Takes "there is no such file" for `value`, and lets every other error through. */
function goneAs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

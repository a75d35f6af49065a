import { constants } from 'node:fs';
import { cp, lstat } from 'node:fs/promises';

/** Copies a volume's files into `to`, which must not exist. Blocks are shared where the disk can (reflink). */
export async function copyVolume(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    preserveTimestamps: true,
    // A link points inside the machine, not inside this computer.
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: isCopyable,
  });
}

/** Sockets and pipes are no contents, and what has vanished since the look has none. */
async function isCopyable(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile() || found.isDirectory() || found.isSymbolicLink(),
    () => false,
  );
}

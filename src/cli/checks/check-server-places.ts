import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** The memory of a Linux machine as a file system. */
const MEMORY = '/dev/shm';
/** So much of it is left for others, and for what a check puts into its database: an empty one takes 40 MB. */
const MEMORY_FREE_MIN = 1024 ** 3;

/**
 * Where the servers of checks have their data: in memory, where there is plenty and nobody says otherwise by TMPDIR, for a
 * thousand small files are made and removed for each, and on a disk those wait for whatever others write. Else among the
 * temporary files.
 */
export async function checkServerPlace(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  if (process.platform !== 'linux' || (env['TMPDIR'] ?? '') !== '') return tmpdir();
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free < MEMORY_FREE_MIN ? tmpdir() : MEMORY;
}

/** Everywhere where one may have been left. */
export function checkServerPlaces(): readonly string[] {
  return process.platform === 'linux' ? [...new Set([MEMORY, tmpdir()])] : [tmpdir()];
}

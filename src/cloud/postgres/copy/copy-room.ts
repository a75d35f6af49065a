import { statfs } from 'node:fs/promises';
import { ToolError } from '../../../diagnostics/tool-error.ts';

/**
 * What a copy leaves free: the servers that are already there have to write their log, and one that cannot stops with a
 * panic. As much as Postgres keeps of it between two checkpoints here.
 */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Throws `STORE_DISK_FULL` when `bytes` more below `dir` would leave too little for the servers that run. */
async function ensureRoom(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free < bytes + RESERVE_BYTES) throw diskFull(dir, bytes - Math.max(0, free - RESERVE_BYTES));
}

/** For a copy into `dir`: looks whether there is room, which others may have taken meanwhile, and whether it is still wanted. */
export function roomFor(dir: string, signal: AbortSignal): (bytes: number) => Promise<void> {
  return async (bytes) => {
    signal.throwIfAborted();
    await ensureRoom(dir, bytes);
  };
}

/** Puts "no space left" and "over quota" into words; everything else comes back as it is. */
export function asDiskFull(error: unknown, dir: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(dir, null, error) : error;
}

function diskFull(dir: string, missing: number | null, cause?: unknown): ToolError {
  const amount = missing === null ? '' : `; ${Math.ceil(missing / 1024 / 1024)} MB more are needed`;
  return new ToolError(
    'STORE_DISK_FULL',
    `There is no room on the disk for another database in ${dir}${amount}.`,
    {
      hint: 'Free some space, or remove a database branch that nobody needs.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

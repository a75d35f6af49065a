import { rename, rm } from 'node:fs/promises';
import { ToolError } from '../../../diagnostics/tool-error.ts';

/** How every empty cluster is made, whatever it is for: text sorts the same in a check as on the local cloud. */
export const CLUSTER_FORMAT: readonly string[] = [
  '--no-sync',
  '--encoding=UTF8',
  '--locale=C',
  // The same sorting and upper case on every computer, whatever locales it has.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  // 1 MB segments instead of 16: an empty cluster is 31 MB, and quick to copy and unpack.
  '--wal-segsize=1',
];

/** A directory that is made on first use. */
export interface TemplatePlace<T> {
  readonly dir: string;
  /** Beside it, of nobody else. */
  readonly unfinished: string;
  /** Null where there is none, or none that is whole. */
  readonly read: (dir: string) => Promise<T | null>;
  /** Makes it in the directory that is given. */
  readonly make: (unfinished: string) => Promise<void>;
  /** Whether one that is not whole makes room. */
  readonly replacesDamaged: boolean;
}

/** What lies there, made first where it has to be: whole or not at all, also beside others. Throws `CLOUD_POSTGRES_FAILED`. */
export async function makeTemplateOnce<T>(place: TemplatePlace<T>): Promise<T> {
  const { dir, unfinished, read } = place;
  const found = await read(dir);
  if (found !== null) return found;
  try {
    await place.make(unfinished);
    if (place.replacesDamaged && (await read(dir)) === null) await rm(dir, { recursive: true, force: true });
    await rename(unfinished, dir).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster; theirs is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const made = await read(dir);
  if (made === null) throw new ToolError('CLOUD_POSTGRES_FAILED', `The template in ${dir} is not whole.`);
  return made;
}

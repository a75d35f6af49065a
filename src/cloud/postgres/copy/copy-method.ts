import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How data directories are copied: by sharing blocks until one side changes them, or byte by byte. */
export type CopyMethod = 'reflink' | 'copy';

/** What the disk under `dir` can: tried once, with a small file. */
export async function probeCopyMethod(dir: string): Promise<CopyMethod> {
  const trial = await mkdtemp(join(dir, '.copy-probe-'));
  try {
    await writeFile(join(trial, 'from'), Buffer.alloc(8_192, 1));
    await copyFile(join(trial, 'from'), join(trial, 'to'), constants.COPYFILE_FICLONE_FORCE);
    return 'reflink';
  } catch {
    return 'copy';
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

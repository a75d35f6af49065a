import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes on disk of all files under a directory; what disappears meanwhile, or was never there, counts as nothing. */
export async function directorySize(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return directorySize(path);
      return lstat(path).then(
        (found) => found.blocks * 512,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMPLATE_ARCHIVE } from './check-template.ts';

/** What was removed. */
export interface RemovedTemplates {
  readonly templates: number;
  readonly bytes: number;
}

/**
 * Removes the templates of check databases that were not used since a time (epoch milliseconds). A server that was made
 * from one has its own files; the next check makes a new template, within about a second. None where there is no directory.
 */
export async function removeCheckTemplates(cacheDir: string, usedBefore: number): Promise<RemovedTemplates> {
  const names = await readdir(cacheDir).catch(() => []);
  let removed: RemovedTemplates = { templates: 0, bytes: 0 };
  for (const name of names.filter((one) => one.startsWith('check-'))) {
    const archive = await stat(join(cacheDir, name, TEMPLATE_ARCHIVE)).catch(() => null);
    if (archive === null || archive.mtimeMs >= usedBefore) continue;
    // In one step, so that nobody reads half of one.
    const aside = join(cacheDir, `.removed-${randomBytes(6).toString('hex')}`);
    const isOurs = await rename(join(cacheDir, name), aside).then(
      () => true,
      // Somebody else was faster.
      () => false,
    );
    if (!isOurs) continue;
    await rm(aside, { recursive: true, force: true });
    removed = { templates: removed.templates + 1, bytes: removed.bytes + archive.size };
  }
  return removed;
}

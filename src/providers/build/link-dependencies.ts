import { lstat, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What a package manager's lock file may be called. */
const LOCK_FILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
] as const;

/**
 * Lends the working copy's `node_modules` to an export of a commit, if the commit asks for the same packages: the lock
 * files are equal, or neither has one. Returns whether it did.
 *
 * Links each package and not the directory: `npm ci` empties what it finds there, and must not empty the original.
 */
export async function linkDependencies(workingCopy: string, exported: string): Promise<boolean> {
  const from = join(workingCopy, 'node_modules');
  const to = join(exported, 'node_modules');
  if (!(await isDirectory(from)) || (await isDirectory(to))) return false;
  for (const name of LOCK_FILES) {
    if ((await textOf(join(workingCopy, name))) !== (await textOf(join(exported, name)))) return false;
  }
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name.startsWith('@')) await linkScope(join(from, name), join(to, name));
    else if (!name.startsWith('.') || name === '.bin') await symlink(join(from, name), join(to, name));
  }
  return true;
}

async function linkScope(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) await symlink(join(from, name), join(to, name));
}

async function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

import { glob, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { globParts } from '../../../checks/inputs/glob-parts.ts';

/** Where a glob that means whole directories ends. */
const ALL_BELOW = /\/\*\*(?:\/\*)?$/;
/** What nobody declares in the middle of a pattern, and what takes long to look through. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git']);

/** The directories that globs mean as a whole, of those that are there; from the root, with slashes. */
export async function directoriesThere(root: string, globs: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { kind, base, glob: pattern, isNegative } of globs.map(globParts)) {
    if (isNegative) continue;
    const candidates =
      kind === 'pattern' && ALL_BELOW.test(pattern)
        ? await matching(root, pattern.replace(ALL_BELOW, ''))
        : [kind === 'pattern' ? '' : base];
    for (const path of candidates) if (path !== '' && (await isDirectory(join(root, path)))) found.add(path);
  }
  return [...found];
}

async function matching(root: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  const exclude = (name: string): boolean => LEFT_OUT.has(name);
  for await (const path of glob(pattern, { cwd: root, exclude })) found.push(path);
  return found;
}

/**
 * The directories in which everything lies that globs can match, made where they are not there. A glob that matches files of
 * the root itself has none.
 */
export async function writableDirectories(root: string, globs: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { kind, base, isNegative } of globs.map(globParts)) {
    if (isNegative) continue;
    // `coverage/lcov.info` is a file and `dist` a directory, as long as nothing of that name says otherwise.
    const isFile = kind === 'exact' && !(await isDirectory(join(root, base))) && /\.\w+$/.test(base);
    const directory = isFile ? dirname(base) : base;
    if (directory !== '' && directory !== '.') found.add(directory);
  }
  for (const directory of found) await mkdir(join(root, directory), { recursive: true });
  return [...found];
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

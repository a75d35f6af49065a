import { lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { KeptFile } from './check-cache.ts';
import { outputFiles, type OutputGlobs } from './output-files.ts';

const FILES_AT_ONCE = 64;

/** Which of these paths nobody would miss: git ignores them. */
export type Disposable = (root: string, paths: readonly string[]) => Promise<ReadonlySet<string>>;

/** What is to be done so that files can be put where they belong. */
export interface Placing {
  /** Links and files where a directory must be, directories where a file must be: removed before. */
  readonly obstacles: readonly string[];
  /** Outputs of another run that this one did not make: removed after. */
  readonly stale: readonly string[];
}

/**
 * Looks at what is in the way of files, and changes nothing. Null where something is that is no output and that nobody
 * may remove: a link of the checkout itself, a directory with somebody's files.
 */
export async function planPlacing(
  root: string,
  files: readonly KeptFile[],
  globs: OutputGlobs,
  disposable: Disposable,
): Promise<Placing | null> {
  const kept = new Set(files.map(({ path }) => path));
  const obstacles = new Set<string>();
  const known = new Set<string>();
  for (const { path } of files) {
    const parent = parentObstacle(root, path, known);
    if (parent !== null) obstacles.add(parent);
    else if (lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true)
      obstacles.add(path);
  }
  const isOutput = (path: string): boolean =>
    globs.matches(path) || globs.bases.some((base) => base === path || path.startsWith(`${base}/`));
  if (![...obstacles].every(isOutput)) return null;
  const extra = outputFiles(root, globs).filter((path) => !kept.has(path));
  const below = extra.filter((path) => [...obstacles].some((o) => path === o || path.startsWith(`${o}/`)));
  const may = extra.length === 0 ? new Set<string>() : await disposable(root, extra);
  if (!below.every((path) => may.has(path))) return null;
  return { obstacles: [...obstacles], stale: extra.filter((path) => may.has(path) && !below.includes(path)) };
}

/** Puts files that lie at `<apart>.0`, `<apart>.1`, … where they belong, each by one rename, and removes what is stale. */
export async function placeFiles(
  root: string,
  files: readonly KeptFile[],
  { obstacles, stale }: Placing,
  apart: string,
): Promise<void> {
  for (const path of obstacles) rmSync(join(root, path), { recursive: true, force: true });
  const made = new Set<string>();
  for (const [index, { path }] of files.entries()) {
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) await setImmediate();
    const target = join(root, path);
    const directory = dirname(target);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    renameSync(`${apart}.${index}`, target);
  }
  for (const path of stale) {
    unlinkSync(join(root, path));
    removeEmpty(root, dirname(path));
  }
}

/** The first part of the way to a path that is there and no directory. */
function parentObstacle(root: string, path: string, known: Set<string>): string | null {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const directory = path.slice(0, at);
    if (known.has(directory)) continue;
    const stat = lstatSync(join(root, directory), { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isDirectory()) return directory;
    known.add(directory);
  }
  return null;
}

/** A directory without files is no output: what made it leaves none behind when it runs again. */
function removeEmpty(root: string, directory: string): void {
  for (let at = directory; at !== '.' && at !== ''; at = dirname(at)) {
    try {
      rmdirSync(join(root, at));
    } catch {
      return;
    }
  }
}

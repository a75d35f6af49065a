import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { HeldLeaf } from './held-result.ts';

/**
 * Files of package managers that say what they have installed: npm, pnpm, yarn 2 and later, yarn 1. `.pnpm/lock.yaml` is
 * the lock file as pnpm has installed it.
 */
const MARKERS = [
  '.package-lock.json',
  '.modules.yaml',
  '.pnpm/lock.yaml',
  '.yarn-state.yml',
  '.yarn-integrity',
];

/**
 * How deep a leaf without such a file is looked into. mix writes `<dependency>/.hex` and `.fetch`, Composer
 * `composer/installed.json`, Go `modules.txt`: files of the first two levels. Bundler and Python have a directory on the
 * third level whose names have versions in them (`ruby/3.3.0/specifications`, `lib/python3.12/site-packages`).
 */
const FILE_LEVELS = 2;
const DIRECTORY_LEVELS = 3;

/** So many entries cost 4 ms in a run with nothing to do; a level with which there would be more is left out, but never the first. */
const SIGNS_MAX = 2_000;

/** What a directory that a check filled is told by, as it lies there now. */
export function lookAtLeaf(root: string, path: string): HeldLeaf {
  const absolute = join(root, path);
  const entries = entriesOf(absolute);
  // Tools put caches of their own beside what is installed, with names that begin with a dot.
  const own = entries.filter(({ name }) => !name.startsWith('.'));
  const names = own.map(({ name }) => name).join('\n');
  const markers = MARKERS.filter((marker) => isThere(absolute, entries, marker));
  return { path, names, signs: markers.length > 0 ? markers : upperLevels(absolute, own) };
}

function isThere(leaf: string, entries: readonly Dirent[], marker: string): boolean {
  const [first = '', second] = marker.split('/');
  if (!entries.some(({ name }) => name === first)) return false;
  return second === undefined || entriesOf(join(leaf, first)).some(({ name }) => name === second);
}

/** From the leaf, level by level. */
function upperLevels(leaf: string, own: readonly Dirent[]): string[] {
  const found = own.map(({ name }) => name);
  let directories = own.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (let level = 2; level <= DIRECTORY_LEVELS; level += 1) {
    const below: { readonly path: string; readonly isDirectory: boolean }[] = [];
    for (const directory of directories) {
      for (const entry of entriesOf(join(leaf, directory)))
        below.push({ path: `${directory}/${entry.name}`, isDirectory: entry.isDirectory() });
      if (found.length + below.length > SIGNS_MAX) return found;
    }
    const counting = below.filter(({ isDirectory }) => isDirectory || level <= FILE_LEVELS);
    found.push(...counting.map(({ path }) => path));
    directories = below.filter(({ isDirectory }) => isDirectory).map(({ path }) => path);
  }
  return found;
}

/** Sorted by name; none where nothing can be read. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((one, other) =>
      one.name < other.name ? -1 : 1,
    );
  } catch {
    return [];
  }
}

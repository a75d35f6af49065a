import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { globParts } from '../inputs/glob-parts.ts';
import { matchGlobs } from '../inputs/match-globs.ts';

/** Where the outputs of a check are looked for. */
export interface OutputGlobs {
  /** Whether a path is an output, or would be one. */
  readonly matches: (path: string) => boolean;
  /** Directories below which every output lies; empty: the checkout itself. */
  readonly bases: readonly string[];
}

/** What is not looked into, unless a glob names it. */
const LEFT_ALONE = ['.git', 'node_modules'];

/** Reads globs of outputs, which mean what those of inputs mean: `dist` is everything below, `!dist/cache/**` is left out. */
export function outputGlobs(globs: readonly string[]): OutputGlobs {
  const wanted = globs.map(globParts).filter(({ isNegative }) => !isNegative);
  return { matches: matchGlobs(globs), bases: [...new Set(wanted.map(({ base }) => base))] };
}

/**
 * The files and links below a checkout that globs of outputs match, sorted. Links are not followed, and node_modules is
 * looked into only where a glob names it.
 */
export function outputFiles(root: string, { matches, bases }: OutputGlobs): readonly string[] {
  const found = new Set<string>();
  const visit = (directory: string, isNamed: boolean): void => {
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (isNamed || !LEFT_ALONE.includes(entry.name)) visit(path, isNamed);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && matches(path)) found.add(path);
    }
  };
  for (const base of bases) {
    const kind = kindOf(root, base);
    const isNamed = LEFT_ALONE.some((name) => base.split('/').includes(name));
    if (kind === 'directory') visit(base, isNamed);
    else if (kind === 'file' && matches(base)) found.add(base);
  }
  return [...found].sort();
}

/** Null also for what lies behind a link: that is somebody else's. */
function kindOf(root: string, path: string): 'directory' | 'file' | null {
  if (path === '') return 'directory';
  const parts = path.split('/');
  for (const [index] of parts.entries()) {
    const stat = lstatSync(join(root, ...parts.slice(0, index + 1)), { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isDirectory()) continue;
    return index === parts.length - 1 && (stat.isFile() || stat.isSymbolicLink()) ? 'file' : null;
  }
  return 'directory';
}

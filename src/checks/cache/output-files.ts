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
export function outputFiles(root: string, globs: OutputGlobs): readonly string[] {
  return [...new Set(eachOutput(root, globs))].sort();
}

/** Whether there is any of them: looks no further than to the first. */
export function hasOutput(root: string, globs: OutputGlobs): boolean {
  return eachOutput(root, globs).next().done !== true;
}

function* eachOutput(root: string, { matches, bases }: OutputGlobs): Generator<string, void, undefined> {
  const visit = function* (directory: string, isNamed: boolean): Generator<string, void, undefined> {
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (isNamed || !LEFT_ALONE.includes(entry.name)) yield* visit(path, isNamed);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && matches(path)) yield path;
    }
  };
  for (const base of bases) {
    const kind = kindOf(root, base);
    const isNamed = LEFT_ALONE.some((name) => base.split('/').includes(name));
    if (kind === 'directory') yield* visit(base, isNamed);
    else if (kind === 'file' && matches(base)) yield base;
  }
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

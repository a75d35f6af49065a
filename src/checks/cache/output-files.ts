import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';

/** Where the outputs of a check are looked for. */
export interface OutputGlobs {
  /** Whether a path is an output, or would be one. */
  readonly matches: (path: string) => boolean;
  /** Directories below which every output lies; empty: the checkout itself. */
  readonly bases: readonly string[];
}

/** What makes a part of a path a glob; what stands before the first of them is a directory. */
const MAGIC = /[*?[\]{}()]/;
/** What is not looked into, unless a glob names it. */
const LEFT_ALONE = ['.git', 'node_modules'];

/**
 * Reads globs of outputs: `dist` and `dist/` are everything below, `!dist/cache/**` is left out. Names that begin with a
 * dot are matched as others are.
 */
export function outputGlobs(globs: readonly string[]): OutputGlobs {
  const spread = (glob: string): string[] => {
    const plain = glob.replace(/^\.?\//, '').replace(/\/$/, '');
    return MAGIC.test(plain.split('/').at(-1) ?? '') ? [plain] : [plain, `${plain}/**`];
  };
  const wanted = globs.filter((glob) => !glob.startsWith('!')).flatMap(spread);
  const unwanted = globs.filter((glob) => glob.startsWith('!')).flatMap((glob) => spread(glob.slice(1)));
  if (wanted.length === 0) return { matches: () => false, bases: [] };
  const matches = picomatch(wanted, { dot: true, ignore: unwanted });
  return { matches: (path) => matches(path), bases: [...new Set(wanted.map(baseOf))] };
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

/** The directory, or the file without a glob in its name, below which everything lies that a glob matches. */
function baseOf(glob: string): string {
  const parts = glob.split('/');
  const first = parts.findIndex((part) => MAGIC.test(part));
  return (first === -1 ? parts : parts.slice(0, first)).join('/');
}

import { lstatSync, statSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { namesIn } from './directory-names.ts';

import { distrustRecent, FIGURES, figuresOf, isDirectory, isSame } from './file-figures.ts';
import { listCheckout, readDirectory, type CheckoutSource } from './list-checkout.ts';
import type { ListedDirectory, Listing } from './listing.ts';
import { ignoredPaths } from './list-with-git.ts';
import { comparePaths } from './sorted-paths.ts';
import type { Guard, TreeIndex } from './stored-tree.ts';

/** Which files count, without what is in them. */
export type Structure = Pick<
  TreeIndex,
  'isSettled' | 'guards' | 'directories' | 'directoryFigures' | 'names' | 'files'
>;

/** Gives the time by the clock of the disk at which the look began to see something new; null where it cannot be had. */
export type LookedAt = () => number | null;

const NOTHING = { throwIfNoEntry: false } as const;

/**
 * Which files count now. Where nothing shows that it could be others than last time, the same object comes back; only
 * directories that changed are read. Otherwise the checkout is listed anew.
 */
export async function lookAtStructure(
  source: CheckoutSource,
  last: Structure | null,
  lookedAt: LookedAt,
): Promise<Structure> {
  if (last === null || !last.isSettled || !last.guards.every(isUntouched))
    return await list(source, lookedAt);
  const changed = changedDirectories(source.root, last);
  if (changed.length === 0) return last;
  const at = lookedAt();
  const directoryFigures = last.directoryFigures.slice();
  const names = [...last.names];
  const doubtful: string[] = [];
  for (const index of changed) {
    const path = last.directories[index] ?? '';
    const now = readDirectory(source.root, path);
    if (!isDirectory(now.figures)) return await list(source, lookedAt);
    if (now.names !== names[index]) doubtful.push(...differentNames(path, names[index] ?? '', now.names));
    names[index] = now.names;
    distrustRecent(now.figures, 0, at);
    directoryFigures.set(now.figures, index * FIGURES);
  }
  // Something came or went. Where git ignores all of it, as it does what most checks make, nothing else counts now.
  if (!(await areIgnored(source, last, doubtful))) return await list(source, lookedAt);
  return { ...last, directoryFigures, names };
}

/** Names that only one of the two lists has, or that are something else in it, as paths from the root. */
function differentNames(directory: string, before: string, now: string): string[] {
  const namesOf = (text: string): Map<string, string> =>
    new Map(namesIn(text).map(({ name, kind }) => [name, kind]));
  const [old, current] = [namesOf(before), namesOf(now)];
  return [...new Set([...old.keys(), ...current.keys()])]
    .filter((name) => old.get(name) !== current.get(name))
    .map((name) => (directory === '' ? name : `${directory}/${name}`));
}

async function areIgnored(
  { runGit, root }: CheckoutSource,
  last: Structure,
  paths: readonly string[],
): Promise<boolean> {
  const own = paths.filter((path) => path !== '.glidepath');
  if (own.length === 0) return true;
  // git may know the directory and ignore all of it, and then everything in it counts.
  if (!last.guards.some(({ path }) => basename(path) === 'index')) return false;
  const known = new Set([...last.files, ...last.directories]);
  if (own.some((path) => known.has(path) || /(^|\/)\.git(ignore|modules)?$/.test(path))) return false;
  // What has gone is not there to be asked about: only what it was called decides, and a rule may be for directories alone.
  if (own.some((path) => lstatSync(join(root, path), NOTHING) === undefined)) return false;
  const listing = { files: new Set<string>(), repositories: [''], guards: [], isComplete: true };
  const ignored = await ignoredPaths(runGit, root, listing, own);
  return ignored !== null && own.every((path) => ignored.has(path));
}

function isUntouched({ path, figures }: Guard): boolean {
  return isSame(figures, 0, guardStats(path));
}

/** Rules may be behind a link, and where they cannot be looked at git cannot read them either. */
function guardStats(path: string): Stats | undefined {
  try {
    return statSync(path, NOTHING);
  } catch {
    return undefined;
  }
}

function changedDirectories(root: string, { directories, directoryFigures }: Structure): number[] {
  const changed: number[] = [];
  for (const [index, directory] of directories.entries()) {
    const stats = lstatSync(join(root, directory), NOTHING);
    if (!isSame(directoryFigures, index * FIGURES, stats)) changed.push(index);
  }
  return changed;
}

async function list(source: CheckoutSource, lookedAt: LookedAt): Promise<Structure> {
  // Before anything is read, so that what changes meanwhile is seen to be newer.
  const at = lookedAt();
  const listing = await listCheckout(source);
  const directories = listing.directories.toSorted((one, other) => comparePaths(one.path, other.path));
  const directoryFigures = new Float64Array(directories.length * FIGURES);
  for (const [index, { figures }] of directories.entries()) {
    directoryFigures.set(figures, index * FIGURES);
    distrustRecent(directoryFigures, index * FIGURES, at);
  }
  const guards = [...new Set([...listing.guards, ...ignoreFiles(source.root, directories)])].map((path) => {
    const figures = figuresOf(guardStats(path));
    distrustRecent(figures, 0, at);
    return { path, figures };
  });
  return {
    isSettled: listing.isSettled,
    guards,
    directories: directories.map(({ path }) => path),
    directoryFigures,
    names: directories.map(({ names }) => names),
    files: reachable(listing).toSorted(comparePaths),
  };
}

/** A tracked directory can be a link by now: what lies behind it are not the files that git knows. */
function reachable({ files, directories }: Listing): readonly string[] {
  const gone = directories.filter(({ figures }) => !isDirectory(figures)).map(({ path }) => `${path}/`);
  return gone.length === 0 ? files : files.filter((file) => !gone.some((folder) => file.startsWith(folder)));
}

function ignoreFiles(root: string, directories: readonly ListedDirectory[]): string[] {
  return directories.flatMap(({ path, names }) =>
    namesIn(names).some(({ name }) => name === '.gitignore') ? [join(root, path, '.gitignore')] : [],
  );
}

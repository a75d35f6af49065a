import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, namesText } from './directory-names.ts';
import { figuresOf } from './file-figures.ts';
import type { ListedDirectory, Listing } from './listing.ts';
import { ignoredPaths, listWithGit, type GitListing } from './list-with-git.ts';
import { listWithoutGit } from './list-without-git.ts';
import type { RunGit } from './run-git.ts';
import { isAbsence, unreadableInput } from './unreadable-input.ts';

/** Which checkout is listed, and with what. */
export interface CheckoutSource {
  /** The directory of the config file, absolute. */
  readonly root: string;
  readonly runGit: RunGit;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Somebody may write while the checkout is listed; after so many times the next look does it again. */
const TRIES_MAX = 3;

/**
 * Lists a checkout as git does, and finds every directory in which a file could appear that counts: also those that are
 * empty, or hold nothing but what is ignored.
 */
export async function listCheckout(source: CheckoutSource): Promise<Listing> {
  for (let tries = 1; ; tries += 1) {
    const listing = await listWithGit(source.runGit, source.root, source.env);
    if (listing === null) return await listWithoutGit(source.root);
    const { directories, isConsistent } = await directoriesOf(source, listing);
    if (!isConsistent && tries < TRIES_MAX) continue;
    const isSettled = isConsistent && listing.isComplete;
    return { files: [...listing.files], directories, guards: listing.guards, isSettled };
  }
}

/** Each name in each of the directories is either listed or ignored; where it is neither, it came meanwhile. */
async function directoriesOf(
  { runGit, root }: CheckoutSource,
  listing: GitListing,
): Promise<{ directories: ListedDirectory[]; isConsistent: boolean }> {
  const known = foldersOf(listing.files);
  for (const repository of listing.repositories) known.add(repository.replace(/\/$/, ''));
  const directories: ListedDirectory[] = [];
  let isConsistent = true;
  for (let round = [...known]; round.length > 0;) {
    const doubtful: { path: string; isDirectory: boolean }[] = [];
    for (const path of round) {
      const directory = readDirectory(root, path);
      directories.push(directory);
      // A submodule that is not there yet: git does not answer about what lies in it.
      if (listing.files.has(path)) continue;
      for (const { name, kind } of namesIn(directory.names)) {
        const whole = path === '' ? name : `${path}/${name}`;
        if (kind === 'other' || name === '.git' || whole === '.glidepath') continue;
        const isDirectory = kind === 'directory';
        if (isDirectory ? !known.has(whole) : !listing.files.has(whole))
          doubtful.push({ path: whole, isDirectory });
      }
    }
    const ignored = await ignoredPaths(
      runGit,
      root,
      listing,
      doubtful.map(({ path }) => path),
    );
    isConsistent &&= ignored !== null;
    round = [];
    for (const { path, isDirectory } of doubtful) {
      if (ignored?.has(path) !== false) continue;
      if (isDirectory) round.push(path);
      else isConsistent = false;
    }
    for (const path of round) known.add(path);
  }
  return { directories, isConsistent };
}

/** The directories that files lie in, and all above them up to the root, which is among them. */
function foldersOf(files: ReadonlySet<string>): Set<string> {
  const folders = new Set(['']);
  for (const file of files) {
    for (let slash = file.lastIndexOf('/'); slash !== -1; slash = file.lastIndexOf('/', slash - 1)) {
      const folder = file.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

/** One that is not there, or is a link now, has no names; its figures say so. */
export function readDirectory(root: string, path: string): ListedDirectory {
  const absolute = join(root, path);
  const stats = lstatSync(absolute, { throwIfNoEntry: false });
  const figures = figuresOf(stats);
  if (stats?.isDirectory() !== true) return { path, figures, names: '' };
  try {
    return { path, figures, names: namesText(absolute) };
  } catch (error) {
    if (isAbsence(error)) return { path, figures: figuresOf(undefined), names: '' };
    throw unreadableInput(path === '' ? '.' : path, error);
  }
}

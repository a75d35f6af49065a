import { join, relative } from 'node:path';
import type { Spawn } from '../../util/run-process.ts';
import type { OwnFiles } from '../own-files/own-files.ts';
import type { TreeIndex } from './stored-tree.ts';
import { beginIndex, readIndex, type IndexWriter } from './index-file.ts';
import { isWithin } from './glob-parts.ts';
import type { InputReader, InputTree } from './input-tree.ts';
import { FIGURES, isLink } from './file-figures.ts';
import { lookAtFiles } from './look-at-files.ts';
import { areLinksSame, lookAtLinks, type SeenLinks } from './look-at-links.ts';
import { lookAtStructure } from './look-at-structure.ts';
import { createRunGit } from './run-git.ts';

/** Which checkout is read, and where it is remembered. */
export interface InputReaderOptions {
  /** The directory of the config file, absolute. */
  readonly root: string;
  /** Where the index is kept: `.glidepath/cache` of this very checkout. */
  readonly directory: string;
  readonly own: OwnFiles;
  /** Files and directories that do not count, absolute: where this very command writes. */
  readonly except?: readonly string[];
  readonly spawn: Spawn;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that pass; no moment is taken from it. */
  readonly now: () => number;
}

/** What a look depended on: as long as all of it is as it was, so is the tree. */
export interface Watched {
  /** Absolute paths of files and directories, sorted as they were looked at. */
  readonly paths: readonly string[];
  /** Those among them that are directories of the checkout: what comes, goes or changes shows in one of them. */
  readonly directories: readonly string[];
  /** What lies in each of these directories, as `namesText` has it. */
  readonly names: readonly string[];
  /** Those of these directories that changed so late that another change might not show. */
  readonly restless: readonly string[];
  /** Whether everything else was older than the look, so that a later change shows. */
  readonly isSettled: boolean;
}

/** A reader that says what it looked at. */
export interface CheckoutReader extends InputReader {
  /** Of the last look; null before the first. */
  watched(): Watched | null;
}

/**
 * Reads the inputs of a checkout: the files that git tracks, and new ones that it does not ignore. What was read is
 * remembered in memory and in a file, so that a look at what has not changed costs one `lstat` for each file and
 * directory, and no content is read. A second look in which nothing differs gives the same tree.
 */
export function createInputReader(options: InputReaderOptions): CheckoutReader {
  const { root, directory, own, now } = options;
  const except = (options.except ?? []).map((path) => relative(root, path));
  const source = { root, env: options.env, runGit: createRunGit(options.spawn, options.env) };
  const file = join(directory, 'tree');
  let last: TreeIndex | null = null;
  let tree: InputTree | null = null;
  let links: SeenLinks | null = null;
  let isSaved = true;
  return {
    async read(signal) {
      signal.throwIfAborted();
      last ??= readIndex(file, own);
      // Only for the time by the clock of the disk: what is seen is written once, by `save`.
      let scratch: IndexWriter | null | undefined;
      const lookedAt = (): number | null => (scratch ??= beginIndex(file, own))?.startedAt ?? null;
      try {
        const structure = await lookAtStructure(source, last, lookedAt);
        const look = { root, files: structure.files, last, lookedAt, now };
        const contents = await lookAtFiles(look, signal);
        if (tree === null || links === null || !areLinksSame(links) || !isSameTree(last, contents)) {
          const files = filesOf(contents, except);
          links = lookAtLinks(root, linksIn(contents, files), (path) => files.has(path), signal);
          tree = { files, links: links.targets };
        }
        if (structure === last && contents === last) return tree;
        last = { ...structure, fileFigures: contents.fileFigures, digests: contents.digests };
        isSaved = false;
        return tree;
      } finally {
        scratch?.discard();
      }
    },
    save() {
      if (last === null || isSaved) return;
      beginIndex(file, own)?.commit(last);
      isSaved = true;
    },
    watched: () => (last === null ? null : watchedBy(root, last, links)),
  };
}

function filesOf(
  { files, digests }: Pick<TreeIndex, 'files' | 'digests'>,
  except: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    const digest = digests[index] ?? '';
    if (digest !== '' && !except.some((path) => isWithin(path, file))) found.set(file, digest);
  }
  return found;
}

function linksIn(
  { files, fileFigures }: Pick<TreeIndex, 'files' | 'fileFigures'>,
  counting: ReadonlyMap<string, string>,
): readonly string[] {
  return files.filter((file, index) => isLink(fileFigures, index * FIGURES) && counting.has(file));
}

/** A file that was only touched makes no other tree, so that everything computed from it stays. */
function isSameTree(last: TreeIndex | null, now: Pick<TreeIndex, 'files' | 'digests'>): boolean {
  if (last === null) return false;
  return isSameList(last.files, now.files) && isSameList(last.digests, now.digests);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((each, index) => each === other[index]));
}

function watchedBy(root: string, index: TreeIndex, links: SeenLinks | null): Watched {
  const { guards, directories, directoryFigures, names, files, fileFigures } = index;
  const isTrusted = (figures: Float64Array): boolean => figures.every((figure) => !Number.isNaN(figure));
  const isRestless = (_: string, at: number): boolean =>
    !isTrusted(directoryFigures.subarray(at * FIGURES, (at + 1) * FIGURES));
  const absolute = (paths: readonly string[]): string[] => paths.map((path) => join(root, path));
  return {
    paths: [
      ...guards.map(({ path }) => path),
      ...absolute(directories),
      ...absolute(files),
      ...(links?.outer ?? []).map(({ path }) => path),
    ],
    directories: absolute(directories),
    names,
    restless: absolute(directories.filter(isRestless)),
    isSettled: index.isSettled && isTrusted(fileFigures) && guards.every(({ figures }) => isTrusted(figures)),
  };
}

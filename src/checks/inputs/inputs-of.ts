import { installationOf } from '../../config/resolve/installation.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { emptyGlobError } from './empty-glob-error.ts';
import { globParts, isWithin } from './glob-parts.ts';
import type { InputTree } from './input-tree.ts';
import { lockFilesOf } from './lock-files.ts';
import { madeByChecks, madeGlobs } from './made-by-checks.ts';
import { matchGlob } from './match-globs.ts';
import { comparePaths, pathsWithin } from './sorted-paths.ts';

/** The files of a project without what its checks make. */
interface Sources {
  readonly checks: readonly ResolvedCheck[];
  /** Sorted. */
  readonly paths: readonly string[];
  /** By the globs and the directory: checks that depend on the same files share one record. */
  readonly records: Map<string, Readonly<Record<string, string>>>;
}

const sourcesOfTrees = new WeakMap<InputTree, Sources>();

/**
 * The files that the result of a check depends on, with their digests, sorted by path: what its globs match and no check
 * makes, what links among these lead to, and the lock files that apply to its directory. `all` are the checks of the project. Throws CHECK_GLOB_EMPTY for a
 * glob that matches nothing, unless it is about what a check makes.
 */
export function inputsOf(
  tree: InputTree,
  check: ResolvedCheck,
  all: readonly ResolvedCheck[],
): Readonly<Record<string, string>> {
  const sources = sourcesOf(tree, all);
  const name = [check.directory, ...check.inputs].join('\0');
  const known = sources.records.get(name);
  if (known !== undefined) return known;
  const found = new Set(matched(sources, check));
  for (const path of lockFilesOf(check.directory, (file) => tree.files.has(file))) {
    if (!madeByChecks(all)(path)) found.add(path);
  }
  const outer = followLinks(tree, sources, found);
  const listed = [...found].map((path) => [path, tree.files.get(path) ?? ''] as const);
  // Not by assignment, with which a file called __proto__ would be lost.
  const record = Object.freeze(
    Object.fromEntries([...listed, ...outer].sort(([one], [other]) => comparePaths(one, other))),
  );
  sources.records.set(name, record);
  return record;
}

/**
 * Adds what links lead to: a file, or all that lies in a directory, links there included. What checks make is not among the sources
 * and so is left out. Gives files that are none of the checkout, with their digests.
 */
function followLinks(
  { links = new Map() }: InputTree,
  { checks, paths }: Sources,
  found: Set<string>,
): ReadonlyMap<string, string> {
  const outer = new Map<string, string>();
  const isMade = madeByChecks(checks);
  // What is added is visited as well, and nothing twice.
  for (const path of found) {
    const target = links.get(path);
    if (target === undefined) continue;
    if (target.digest === null) for (const each of pathsWithin(paths, target.path)) found.add(each);
    else if (!isMade(target.path)) outer.set(target.path, target.digest);
  }
  return outer;
}

function sourcesOf(tree: InputTree, checks: readonly ResolvedCheck[]): Sources {
  const known = sourcesOfTrees.get(tree);
  if (known?.checks === checks) return known;
  const isMade = madeByChecks(checks);
  const paths = [...tree.files.keys()].filter((path) => !isMade(path)).sort(comparePaths);
  const sources = { checks, paths, records: new Map<string, Readonly<Record<string, string>>>() };
  sourcesOfTrees.set(tree, sources);
  return sources;
}

function matched({ checks, paths }: Sources, check: ResolvedCheck): string[] {
  const parts = check.inputs.map(globParts);
  const unwanted = parts.filter(({ isNegative }) => isNegative).map(matchGlob);
  const found: string[] = [];
  for (const part of parts) {
    if (part.isNegative) continue;
    const candidates = pathsWithin(paths, part.base);
    const matches = part.kind === 'pattern' ? candidates.filter(matchGlob(part)) : candidates;
    if (matches.length === 0 && !isAboutMade(part.base, checks) && !isDefault(check, part.glob))
      throw emptyGlobError(check, part.glob, paths);
    for (const path of matches) if (!unwanted.some((isUnwanted) => isUnwanted(path))) found.push(path);
  }
  return found;
}

/** What a check has unless it says otherwise: nobody wrote it, so nobody mistyped it. */
function isDefault({ command, directory }: ResolvedCheck, glob: string): boolean {
  const own = installationOf(command)?.inputs ?? '**';
  return ['**', own].some((each) => glob === (directory === '' ? each : `${directory}/${each}`));
}

/** A glob may name what a check before makes: git ignores that, and its need tells it apart. */
function isAboutMade(base: string, checks: readonly ResolvedCheck[]): boolean {
  return checks.some((check) =>
    madeGlobs(check).some((glob) => {
      const made = globParts(glob).base;
      return made !== '' && base !== '' && (isWithin(made, base) || isWithin(base, made));
    }),
  );
}

import picomatch from 'picomatch';
import { expandBraces } from '../../config/expand-braces.ts';
import { globParts, isWithin, type GlobParts } from './glob-parts.ts';

/** Whether a path from the root of the project, with slashes, is meant. */
export type PathMatcher = (path: string) => boolean;

/**
 * What globs of a check mean: a path that one of them matches and none with `!` before it, in whatever order they are
 * written. Names that begin with a dot are names like others. A plain name means the file, or all in the directory.
 */
export function matchGlobs(globs: readonly string[]): PathMatcher {
  const parts = globs.map(globParts);
  const wanted = parts.filter(({ isNegative }) => !isNegative).map(matchGlob);
  const unwanted = parts.filter(({ isNegative }) => isNegative).map(matchGlob);
  return (path) => wanted.some((matches) => matches(path)) && !unwanted.some((matches) => matches(path));
}

/** What one glob matches, whether or not it has a `!` before it. */
export function matchGlob({ kind, glob, base, takesDirectories }: GlobParts): PathMatcher {
  if (kind !== 'pattern') return (path) => isWithin(base, path);
  // Compiled when it is first asked: of many checks most are asked about nothing.
  let compiled: PathMatcher | null = null;
  return (path) => {
    if (!isWithin(base, path)) return false;
    compiled ??= compile(takesDirectories ? [glob, `${glob}/**`] : [glob]);
    return compiled(path);
  };
}

/**
 * Everything but `*`, `?` and braces is a letter. Braces are expanded first: within them picomatch lets `**` stand for
 * one folder at least, and elsewhere for none.
 */
function compile(globs: readonly string[]): PathMatcher {
  const plain = globs
    .flatMap(expandBraces)
    .map((glob) => glob.replaceAll(/[()[\]\\+@!|$^]/g, String.raw`\$&`));
  return picomatch(plain, { dot: true, nonegate: true, noextglob: true, nobracket: true });
}

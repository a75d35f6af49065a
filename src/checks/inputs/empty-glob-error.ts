import { closestName } from '../../config/did-you-mean.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** CHECK_GLOB_EMPTY for a glob of a check that matches none of the paths, with the name that was probably meant. */
export function emptyGlobError(check: ResolvedCheck, glob: string, paths: readonly string[]): ToolError {
  const message = `The check ${check.name} has "${glob}" in its inputs, but no file matches it.`;
  const near = nearestGlob(glob, paths);
  const hint =
    near === null
      ? `Correct the inputs of ${check.name}, or remove the glob: git has to track its files, or not ignore them.`
      : `Did you mean ${near}?`;
  return new ToolError('CHECK_GLOB_EMPTY', message, { hint });
}

/** The glob with the first of its names that does not exist replaced by the nearest one that does. */
function nearestGlob(glob: string, paths: readonly string[]): string | null {
  const segments = glob.split('/');
  let folder = '';
  for (const [index, segment] of segments.entries()) {
    const names = namesIn(folder, paths);
    if (names.has(segment)) {
      folder += `${segment}/`;
      continue;
    }
    const near = closestName(segment, [...names]);
    return near === null ? null : [...segments.slice(0, index), near, ...segments.slice(index + 1)].join('/');
  }
  return null;
}

/** The names of files and directories in a folder, which ends in a slash or is empty. */
function namesIn(folder: string, paths: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const path of paths)
    if (path.startsWith(folder)) names.add(path.slice(folder.length).split('/', 1)[0] ?? '');
  return names;
}

/** The order of paths everywhere: by their UTF-16 code units, whatever the language of the machine. */
export function comparePaths(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The part of sorted paths that lies in a directory, the path of that very name included; all of them for the root. */
export function pathsWithin(sorted: readonly string[], directory: string): readonly string[] {
  if (directory === '') return sorted;
  // A slash is followed by `0`, so that everything between them begins with the directory.
  const inside = sorted.slice(firstFrom(sorted, `${directory}/`), firstFrom(sorted, `${directory}0`));
  const own = firstFrom(sorted, directory);
  return sorted[own] === directory ? [directory, ...inside] : inside;
}

/** Where the first path stands that is not before `path`. */
function firstFrom(sorted: readonly string[], path: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whether a request is on a route. `pattern` is a method (or `*`, or nothing at all) and a path, in which `*` stands
 * for exactly one segment and `**` for any number of them.
 */
export function matchesRoute(
  pattern: string,
  request: { readonly method: string; readonly path: string },
): boolean {
  const space = pattern.indexOf(' ');
  const method = space < 0 ? '*' : pattern.slice(0, space);
  const path = pattern.slice(space + 1);
  if (method !== '*' && method.toUpperCase() !== request.method.toUpperCase()) return false;
  return matchesSegments(path.split('/'), request.path.split('/'));
}

function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**')
    return path.some((_, index) => matchesSegments(rest, path.slice(index))) || rest.length === 0;
  if (path.length === 0) return false;
  return (first === '*' || first === path[0]) && matchesSegments(rest, path.slice(1));
}

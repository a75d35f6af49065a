/**
 * Whether a .dockerignore leaves a path out: patterns from the root of the build context, `*`, `**` and `?`, the last one that
 * fits counts, and `!` brings back. A pattern reaches all that is below what it names.
 */
export function isIgnored(dockerignore: string, path: string): boolean {
  let isOut = false;
  for (const line of dockerignore.split(/\r?\n/)) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const isBack = pattern.startsWith('!');
    if (matches(isBack ? pattern.slice(1) : pattern, path)) isOut = !isBack;
  }
  return isOut;
}

function matches(pattern: string, path: string): boolean {
  const plain = pattern
    .trim()
    .replace(/^\.?\//, '')
    .replace(/\/+$/, '');
  const source = plain
    .replace(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replaceAll('**/', '\0')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '(?:.*/)?')
    .replaceAll('\u0001', '.*');
  return new RegExp(`^${source}(/|$)`).test(path);
}

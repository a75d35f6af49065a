/** Everything that means something else in a regular expression, and nothing in a pattern. */
const SPECIAL = /[.+^$()|\]\\{}[]/;

/**
 * Whether a path fits a pattern of files: `*` is anything within one part of the path, `**` any number of parts, `?` one
 * character, `{a,b}` one of several, `[a-z]` one of some characters. A pattern that names a folder means all below it.
 * Both are written with `/`, from the root of the repository; a `./` in front changes nothing.
 */
export function matchesFilePattern(pattern: string, path: string): boolean {
  const written = pattern.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  return path === written || new RegExp(`^${sourceOf(written)}(/.*)?$`, 'su').test(path);
}

function sourceOf(pattern: string): string {
  let source = '';
  let braces = 0;
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const set = /^\[([!^]?)([A-Za-z0-9_-]+)\]/.exec(rest);
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    let length = char.length;
    if (rest.startsWith('**/')) [source, length] = [`${source}(?:[^/]+/)*`, 3];
    else if (rest.startsWith('**')) [source, length] = [`${source}.*`, 2];
    else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (set !== null) [source, length] = [source + characterSet(set), set[0].length];
    else if (char === '{' && rest.includes('}')) [source, braces] = [`${source}(?:`, braces + 1];
    else if (char === '}' && braces > 0) [source, braces] = [`${source})`, braces - 1];
    else if (char === ',' && braces > 0) source += '|';
    else source += SPECIAL.test(char) ? `\\${char}` : char;
    at += length;
  }
  return source + ')'.repeat(braces);
}

/** A range that goes backwards is three characters, never an invalid expression. */
function characterSet([, not = '', body = '']: RegExpExecArray): string {
  let inside = not === '' ? '' : '^/';
  for (let at = 0; at < body.length;) {
    const [from = '', dash, to = ''] = body.slice(at, at + 3);
    const isRange = dash === '-' && /\w/.test(from) && /\w/.test(to) && from <= to;
    inside += isRange ? `${from}-${to}` : from === '-' ? '\\-' : from;
    at += isRange ? 3 : 1;
  }
  return `[${inside}]`;
}

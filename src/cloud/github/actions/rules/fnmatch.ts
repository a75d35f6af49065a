/**
 * Ruby's `File.fnmatch` as the rules of environments use it (FNM_PATHNAME): `*` and `?` stop at `/`, `**` with a slash
 * behind it is any folders, `[a-z]` and `[^a-z]` are classes, `\` takes the next as it is. `{a,b}` is nothing special.
 * docs: deployments-and-environments, "Deployment branches and tags".
 */
export function fnmatch(pattern: string, name: string): boolean {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const { text, length } = piece(pattern, at);
    source += text;
    at += length;
  }
  try {
    return new RegExp(`^${source}$`, 's').test(name);
  } catch {
    // A class that cannot be: Ruby matches nothing with it either.
    return false;
  }
}

function piece(pattern: string, at: number): { text: string; length: number } {
  const char = pattern[at] ?? '';
  const isStartOfSegment = at === 0 || pattern[at - 1] === '/';
  if (isStartOfSegment && pattern.startsWith('**/', at)) return { text: '(?:[^/]+/)*', length: 3 };
  if (char === '*') return { text: '[^/]*', length: 1 };
  if (char === '?') return { text: '[^/]', length: 1 };
  const [all = '', not = '', inside = ''] = /^\[([!^]?)([^\]]+)\]/.exec(pattern.slice(at)) ?? [];
  if (all !== '') {
    return {
      text: `(?!/)[${not === '' ? '' : '^'}${inside.replaceAll(/[\\[]/g, String.raw`\$&`)}]`,
      length: all.length,
    };
  }
  const isEscape = char === '\\' && at + 1 < pattern.length;
  const literal = isEscape ? (pattern[at + 1] ?? '') : char;
  return { text: literal.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), length: isEscape ? 2 : 1 };
}

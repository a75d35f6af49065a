/**
 * Whether a name fits a pattern as Ruby's `File.fnmatch` reads it with `FNM_PATHNAME`, which is what GitHub's rulesets and
 * environments go by (github-actions.md §1.4): `*` and `?` stop at a slash, two stars before a slash are any number of
 * folders, `[…]` is one of some characters.
 */
export function matchesRefPattern(pattern: string, name: string): boolean {
  return new RegExp(`^${regexOf(pattern)}$`, 'u').test(name);
}

function regexOf(pattern: string): string {
  let regex = '';
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const [part, replacement] = next(rest, at === 0 || pattern[at - 1] === '/');
    regex += replacement;
    at += part.length;
  }
  return regex;
}

/** The first part of a pattern, and what it stands for. */
function next(rest: string, isAtStart: boolean): readonly [string, string] {
  if (isAtStart && rest.startsWith('**/')) return ['**/', '(?:[^/]+/)*'];
  const [stars] = /^\*+/.exec(rest) ?? [];
  if (stars !== undefined) return [stars, '[^/]*'];
  if (rest.startsWith('?')) return ['?', '[^/]'];
  const [set, negation, members] = /^\[([!^]?)([^\]]+)\]/.exec(rest) ?? [];
  if (set !== undefined)
    return [
      set,
      `[${negation === '' ? '' : '^/'}${(members ?? '').replaceAll(/[\\[\]^]/g, String.raw`\$&`)}]`,
    ];
  const [escaped] = /^\\./u.exec(rest) ?? [];
  if (escaped !== undefined) return [escaped, literal(escaped.slice(1))];
  const [character = ''] = rest;
  return [character, literal(character)];
}

function literal(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

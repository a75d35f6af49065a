/**
 * The patterns of filters, as the docs have them (workflow-syntax, "Filter pattern cheat sheet"):
 * `*` anything but `/`; `**` anything; `?` zero or one, `+` one or more of the character before; `[a-z]` one of those;
 * `\` takes the next as it is. A pattern must match the whole. `!` in front belongs to the list, see pattern-list.ts.
 * Throws a SyntaxError for a range that goes backwards.
 */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  let at = 0;
  while (at < pattern.length) {
    const { text, length } = piece(pattern, at);
    source += text;
    at += length;
  }
  return new RegExp(`^${source}$`, 'su');
}

/** Whether a pattern, without any `!`, matches a name or a path. */
export function globMatches(pattern: string, text: string): boolean {
  return globToRegExp(pattern).test(text);
}

function piece(pattern: string, at: number): { text: string; length: number } {
  const char = pattern[at] ?? '';
  if (pattern.startsWith('**', at)) return doubleStar(pattern, at);
  if (char === '*') return { text: '[^/]*', length: 1 };
  if (char === '[') return characterClass(pattern, at);
  // At the start, or behind another of its kind, there is no character before it: then it is taken as it is.
  const isRepeat = (char === '?' || char === '+') && !/^[*?+]?$/.test(pattern[at - 1] ?? '');
  if (isRepeat) return { text: char, length: 1 };
  if (char === '\\' && at + 1 < pattern.length) {
    const next = String.fromCodePoint(pattern.codePointAt(at + 1) ?? 0);
    return { text: literal(next), length: 1 + next.length };
  }
  const whole = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return { text: literal(whole), length: whole.length };
}

// `**` between slashes, or in front of one, may also be nothing: a README.md at the root matches too.
function doubleStar(pattern: string, at: number): { text: string; length: number } {
  let length = 2;
  while (pattern[at + length] === '*') length++;
  const isSegment = at === 0 || pattern[at - 1] === '/';
  if (isSegment && pattern[at + length] === '/') return { text: '(?:.*/)?', length: length + 1 };
  return { text: '.*', length };
}

/** One character; one that is not closed is a plain bracket. */
function characterClass(pattern: string, at: number): { text: string; length: number } {
  const close = pattern.indexOf(']', at + 1);
  const inside = pattern.slice(at + 1, close);
  if (close === -1 || inside === '') return { text: '\\[', length: 1 };
  return { text: `[${inside.replaceAll(/[\\^[]/g, String.raw`\$&`)}]`, length: inside.length + 2 };
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

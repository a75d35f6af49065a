/** Everything that means something else in a regular expression, and nothing here. */
const SPECIAL = /[.*+?^${}()|[\]\\/]/;

/**
 * Whether a branch or tag matches a pattern, by the rules of GitHub's own branch and tag filters, so that a generated
 * GitHub workflow and a plan never disagree: `*` is anything but a slash, `**` anything, `[ab0-9]` one of those
 * characters, `?` none or one and `+` one or more of the character before, `\` takes the meaning from the next.
 * A name always matches itself.
 * (docs.github.com, Workflow syntax, "Filter pattern cheat sheet")
 */
export function matchesRefPattern(pattern: string, name: string): boolean {
  return pattern === name || toRegExp(pattern).test(name);
}

function toRegExp(pattern: string): RegExp {
  let source = '';
  let canRepeat = false;
  for (let at = 0; at < pattern.length;) {
    const { text, length, isAtom } = tokenAt(pattern, at, canRepeat);
    source += text;
    canRepeat = isAtom;
    at += length;
  }
  return new RegExp(`^${source}$`, 'u');
}

interface Token {
  readonly text: string;
  /** Characters of the pattern it took. */
  readonly length: number;
  /** Whether `?` and `+` may follow it. */
  readonly isAtom: boolean;
}

function tokenAt(pattern: string, at: number, canRepeat: boolean): Token {
  const char = pattern[at] ?? '';
  if (pattern.startsWith('**', at)) return { text: '.*', length: 2, isAtom: false };
  if (char === '*') return { text: '[^\\/]*', length: 1, isAtom: false };
  if ((char === '?' || char === '+') && canRepeat) return { text: char, length: 1, isAtom: false };
  if (char === '\\' && at + 1 < pattern.length) {
    return { text: literal(pattern[at + 1] ?? ''), length: 2, isAtom: true };
  }
  const set = char === '[' ? /^\[([A-Za-z0-9-]+)\]/.exec(pattern.slice(at)) : null;
  if (set?.[1] !== undefined) {
    return { text: characterSet(set[1]), length: set[0].length, isAtom: true };
  }
  return { text: literal(char), length: 1, isAtom: true };
}

/** Ranges only where they ascend: a stray or backward dash is a dash, never an invalid expression. */
function characterSet(body: string): string {
  const parts: string[] = [];
  for (let at = 0; at < body.length;) {
    const range = /^([A-Za-z0-9])-([A-Za-z0-9])/.exec(body.slice(at));
    const [, from = '', to = ''] = range ?? [];
    if (range !== null && from <= to) {
      parts.push(`${from}-${to}`);
      at += 3;
    } else {
      parts.push(body[at] === '-' ? '\\-' : (body[at] ?? ''));
      at += 1;
    }
  }
  return `[${parts.join('')}]`;
}

function literal(char: string): string {
  return SPECIAL.test(char) ? `\\${char}` : char;
}

/** One token of TypeScript, as far as finding keys of object literals needs it. Comments and space are none. */
export interface Token {
  /** `word`: identifier, keyword or number. `text`: a string. `template` and `regex`: opaque. `mark`: the rest. */
  readonly kind: 'word' | 'text' | 'template' | 'regex' | 'mark';
  /** The text of a string without quotes; everything else as written. */
  readonly value: string;
  /** Offset of its first character. */
  readonly start: number;
}

const SPACE_OR_COMMENT = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const WORD = /[\p{L}\p{N}_$#]+/uy;
const TEXT = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const LONG_MARK = /=>|\.\.\.|\?\.|\?\?|[=!]==?|&&|\|\|/y;

/** After one of these, a slash divides; after anything else it begins a regular expression. */
const ENDS_A_VALUE = new Set([')', ']', '}']);

/** The tokens of a source text. Never fails: what it does not know becomes a mark, what does not end ends the text. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const skipped = matchAt(SPACE_OR_COMMENT, source, at);
    if (skipped !== null) {
      at += skipped.length;
      continue;
    }
    const token = tokenAt(source, at, tokens.at(-1));
    tokens.push(token.token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(source: string, start: number, before: Token | undefined): { token: Token; end: number } {
  const made = (kind: Token['kind'], raw: string, value = raw) => ({
    token: { kind, value, start },
    end: start + raw.length,
  });
  const word = matchAt(WORD, source, start);
  if (word !== null) return made('word', word);
  const text = matchAt(TEXT, source, start);
  if (text !== null) return made('text', text, unquote(text));
  if (source[start] === '`') return made('template', source.slice(start, templateEnd(source, start)));
  if (source[start] === '/' && canBeginRegex(before)) {
    const regex = matchAt(REGEX, source, start);
    if (regex !== null) return made('regex', regex);
  }
  return made('mark', matchAt(LONG_MARK, source, start) ?? source.charAt(start));
}

function matchAt(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  const found = pattern.exec(source)?.[0];
  return found === undefined || found === '' ? null : found;
}

function canBeginRegex(before: Token | undefined): boolean {
  return before === undefined || (before.kind === 'mark' && !ENDS_A_VALUE.has(before.value));
}

function unquote(text: string): string {
  const isClosed = text.length > 1 && text.endsWith(text.charAt(0));
  return text.slice(1, isClosed ? -1 : undefined).replaceAll(/\\(.)/g, '$1');
}

/** The offset after a template, with the templates inside its `${…}`. */
function templateEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length) {
    const char = source[at];
    if (char === '\\') at += 2;
    else if (char === '`') return at + 1;
    else if (char === '$' && source[at + 1] === '{') at = holeEnd(source, at + 2);
    else at += 1;
  }
  return source.length;
}

function holeEnd(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length && depth > 0) {
    const char = source[at];
    if (char === '`') {
      at = templateEnd(source, at);
      continue;
    }
    const text = matchAt(TEXT, source, at);
    if (text !== null) {
      at += text.length;
      continue;
    }
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    at += 1;
  }
  return at;
}

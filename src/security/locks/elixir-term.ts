import { LockError } from './lock-source.ts';

/** A term of the narrow form that mix writes: tuples and lists become arrays, atoms and texts become texts. */
export type Term = string | number | null | boolean | readonly Term[] | { readonly [key: string]: Term };

/**
 * Reads one Elixir term: maps with texts as keys, tuples, lists, keyword lists (which become a list of pairs), atoms, texts
 * and whole numbers. That is all a mix.lock has. Throws LockError with the place of anything else.
 */
export function parseElixirTerm(path: string, text: string): Term {
  const tokens = tokensOf(path, text);
  const reader = { tokens, at: 0, path };
  const term = readTerm(reader);
  if (reader.at < tokens.length) throw stray(reader);
  return term;
}

interface Token {
  readonly kind: 'text' | 'atom' | 'key' | 'number' | 'sign';
  readonly value: string;
  readonly line: number;
}

const TOKEN =
  /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"(:(?!:))?|:"((?:[^"\\]|\\.)*)"|:([A-Za-z_][\w@]*[?!]?)|([A-Za-z_][\w@]*[?!]?)(:(?!:))?|(-?\d[\d_]*)|(%\{|=>|[{}[\],])/gy;

function tokensOf(path: string, text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new LockError(`${path}:${line} is nothing that mix writes: ${text.slice(from, from + 20)}`);
    const token = tokenOf(match);
    if (token !== null) tokens.push({ ...token, line });
    line += match[0].split('\n').length - 1;
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray): Omit<Token, 'line'> | null {
  const [, text, textColon, quotedAtom, atom, word, wordColon, number, sign] = match as (
    | string
    | undefined
  )[];
  if (text !== undefined) return { kind: textColon === undefined ? 'text' : 'key', value: unescaped(text) };
  if (quotedAtom !== undefined) return { kind: 'atom', value: unescaped(quotedAtom) };
  if (atom !== undefined) return { kind: 'atom', value: atom };
  if (word !== undefined) return { kind: wordColon === undefined ? 'atom' : 'key', value: word };
  if (number !== undefined) return { kind: 'number', value: number.replaceAll('_', '') };
  return sign === undefined ? null : { kind: 'sign', value: sign };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly path: string;
}

/** mix writes some six levels; a file that is deeper was not written by it. */
const DEPTH_MAX = 50;

function readTerm(reader: Reader, depth = 0): Term {
  const token = reader.tokens[reader.at];
  if (token === undefined || depth > DEPTH_MAX) throw stray(reader);
  reader.at++;
  if (token.kind === 'number') return Number(token.value);
  if (token.kind === 'text') return token.value;
  if (token.kind === 'atom') return token.value === 'nil' ? null : atomOf(token.value);
  if (token.value === '%{') return Object.fromEntries(readItems(reader, '}', depth) as [string, Term][]);
  if (token.value === '{') return readItems(reader, '}', depth);
  if (token.value === '[') return readItems(reader, ']', depth);
  reader.at--;
  throw stray(reader);
}

function atomOf(value: string): string | boolean {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function readItems(reader: Reader, end: string, depth: number): readonly Term[] {
  const items: Term[] = [];
  while (!isSign(reader, end)) {
    items.push(readItem(reader, depth));
    if (isSign(reader, ',')) reader.at++;
    else if (!isSign(reader, end)) throw stray(reader);
  }
  reader.at++;
  return items;
}

/** A term, or a pair: `key: term`, `"key" => term`. */
function readItem(reader: Reader, depth: number): Term {
  const token = reader.tokens[reader.at];
  if (token?.kind === 'key') {
    reader.at++;
    return [token.value, readTerm(reader, depth + 1)];
  }
  const term = readTerm(reader, depth + 1);
  if (!isSign(reader, '=>')) return term;
  reader.at++;
  return [term, readTerm(reader, depth + 1)];
}

function isSign(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at];
  return token?.kind === 'sign' && token.value === sign;
}

function stray({ tokens, at, path }: Reader): LockError {
  const token = tokens[at];
  const place = token === undefined ? `The end of ${path}` : `${path}:${token.line} ("${token.value}")`;
  return new LockError(`${place} is nothing that mix writes there`);
}

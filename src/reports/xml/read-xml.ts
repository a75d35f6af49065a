/** Attributes of an element, entities resolved. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** Who is told what a document holds, in its order. */
export interface XmlReader {
  open(name: string, attributes: XmlAttributes): void;
  /** Also for an element that is written empty. */
  close(name: string): void;
  /** Text between elements; `read` resolves its entities, so that text nobody wants costs nothing. */
  text(read: () => string): void;
}

/** What is wrong with a document that cannot be read to its end. */
export interface XmlProblem {
  /** `it ends within <testcase>`: what comes behind the name of the file. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

/** No report nests its suites deeper; a document that does wants to exhaust its reader. */
const DEPTH_MAX = 200;

/**
 * Reads XML from its beginning, as far as it is well-formed, and says what is wrong where it is not: a report that was
 * cut off still tells what is in front of the cut. Entities are the five of XML and characters by number; a document type
 * is skipped, so that nothing is ever loaded or multiplied by what a report says. Never throws; time and memory grow with the length alone.
 */
export function readXml(text: string, reader: XmlReader): XmlProblem | null {
  const open: string[] = [];
  let at = 0;
  let hasRoot = false;
  const problem = (message: string, where: number): XmlProblem => ({ message, line: lineOf(text, where) });
  for (;;) {
    const start = text.indexOf('<', at);
    const [from, to] = [at, start === -1 ? text.length : start];
    if (to > from && open.length > 0) reader.text(() => decodeXml(text.slice(from, to)));
    if (start === -1) break;
    const token = tokenAt(text, start);
    if (token === null) return problem(`it ends within ${within(open)}`, text.length);
    at = token.end;
    if (token.kind === 'skip') continue;
    if (token.kind === 'cdata') {
      const { value } = token;
      if (open.length > 0) reader.text(() => value);
      continue;
    }
    if (token.kind === 'close') {
      const name = open.pop();
      if (name !== token.name)
        return problem(`</${token.name}> ends ${name === undefined ? 'nothing' : `<${name}>`}`, start);
      reader.close(token.name);
      continue;
    }
    if (!NAME.test(token.name)) return problem('it is no XML', start);
    if (open.length >= DEPTH_MAX)
      return problem(`more than ${DEPTH_MAX} elements are within each other`, start);
    hasRoot = true;
    reader.open(token.name, attributesIn(token.rest));
    if (token.isEmpty) reader.close(token.name);
    else open.push(token.name);
  }
  if (!hasRoot) return problem(text.trim() === '' ? 'it is empty' : 'it is no XML', 0);
  return open.length === 0 ? null : problem(`it ends within ${within(open)}`, text.length);
}

const NAME = /^[\p{L}_:][\p{L}\p{N}._:-]*$/u;

function within(open: readonly string[]): string {
  const last = open.at(-1);
  return last === undefined ? 'its beginning' : `<${last}>`;
}

type Token =
  | { readonly kind: 'skip'; readonly end: number }
  | { readonly kind: 'cdata'; readonly value: string; readonly end: number }
  | { readonly kind: 'close'; readonly name: string; readonly end: number }
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly rest: string;
      readonly isEmpty: boolean;
      readonly end: number;
    };

/** What begins with the `<` at a place; null where it does not end. */
function tokenAt(text: string, start: number): Token | null {
  if (text.startsWith('<!--', start)) return skipTo(text, '-->', start + 4);
  if (text.startsWith('<?', start)) return skipTo(text, '?>', start + 2);
  if (text.startsWith('<![CDATA[', start)) {
    const end = text.indexOf(']]>', start);
    return end === -1 ? null : { kind: 'cdata', value: text.slice(start + 9, end), end: end + 3 };
  }
  if (text.startsWith('<!', start)) return skipDoctype(text, start);
  const end = tagEnd(text, start);
  if (end === -1) return null;
  if (text[start + 1] === '/')
    return { kind: 'close', name: text.slice(start + 2, end).trim(), end: end + 1 };
  const isEmpty = text[end - 1] === '/';
  const inner = text.slice(start + 1, isEmpty ? end - 1 : end);
  const name = /^\S*/.exec(inner)?.[0] ?? '';
  return { kind: 'open', name, rest: inner.slice(name.length), isEmpty, end: end + 1 };
}

function skipTo(text: string, mark: string, from: number): Token | null {
  const end = text.indexOf(mark, from);
  return end === -1 ? null : { kind: 'skip', end: end + mark.length };
}

/** A document type with what it declares: to the `>` that is in no brackets and no quotes. */
function skipDoctype(text: string, start: number): Token | null {
  const sign = /["'[\]>]/g;
  sign.lastIndex = start;
  let depth = 0;
  for (let found = sign.exec(text); found !== null; found = sign.exec(text)) {
    const [character] = found;
    if (character === '[') depth++;
    else if (character === ']') depth--;
    else if (character === '>') {
      if (depth <= 0) return { kind: 'skip', end: found.index + 1 };
    } else {
      const end = text.indexOf(character, found.index + 1);
      if (end === -1) return null;
      sign.lastIndex = end + 1;
    }
  }
  return null;
}

/** The `>` that ends a tag; one within quotes does not. */
function tagEnd(text: string, start: number): number {
  const sign = /["'>]/g;
  sign.lastIndex = start;
  for (let found = sign.exec(text); found !== null; found = sign.exec(text)) {
    if (found[0] === '>') return found.index;
    const end = text.indexOf(found[0], found.index + 1);
    if (end === -1) return -1;
    sign.lastIndex = end + 1;
  }
  return -1;
}

/** A name without a value matches as well, so that no letter of one is looked at twice. */
const ATTRIBUTE = /([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;

function attributesIn(text: string): XmlAttributes {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    const value = double ?? single;
    if (value !== undefined) found[name] = decodeXml(value);
  }
  return found;
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Resolves the five entities of XML and characters by number; every other one stays as it is written. */
function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (whole, decimal, hex, name) => {
      if (typeof name === 'string') return NAMED[name] ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
      return code > 0x10_ffff ? whole : String.fromCodePoint(code);
    },
  );
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1)) line++;
  return line;
}

import type { Token } from './tokenize.ts';

/** A value as far as it is written literally: what keys it has and where they stand. */
export interface SourceValue {
  readonly start: number;
  /** Keys of the object literals in it: its own, or those given to a call, as in `flyApp({ … })`. */
  readonly fields: ReadonlyMap<string, SourceField>;
  /** Elements, when it is an array literal. */
  readonly elements: readonly SourceValue[];
  /** Names of constants that it is, or spreads, or hands to a call: their keys are its keys too. */
  readonly references: readonly string[];
}

/** A key and its value. */
export interface SourceField {
  readonly keyStart: number;
  readonly value: SourceValue;
}

/** The top of a file: its constants by name, and what it exports as default. */
export interface SourceFile {
  readonly constants: ReadonlyMap<string, SourceValue>;
  readonly exported: SourceValue | null;
}

/** What is written literally in a file. Never fails: what it cannot read has no keys. */
export function parseLiterals(tokens: readonly Token[]): SourceFile {
  const constants = new Map<string, SourceValue>();
  let exported: SourceValue | null = null;
  const reader = new Reader(tokens);
  while (!reader.isDone()) {
    if (reader.takes('export', 'default')) exported = readValue(reader);
    else if (reader.takes('const') || reader.takes('let')) {
      const name = reader.next();
      reader.skipTo('=');
      if (name !== undefined && reader.takes('=')) constants.set(name.value, readValue(reader));
    } else reader.skipOne();
  }
  return { constants, exported };
}

/** Walks over tokens; `skipOne` steps over a whole bracket. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isDone(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** Whether the next token is this mark, or this word. */
  isAt(...values: readonly string[]): boolean {
    const token = this.peek();
    return token !== undefined && token.kind !== 'text' && values.includes(token.value);
  }

  next(): Token | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }

  /** Takes these tokens when they are the next ones. */
  takes(...values: readonly string[]): boolean {
    const fits = values.every((value, index) => {
      const token = this.peek(index);
      return token !== undefined && token.kind !== 'text' && token.value === value;
    });
    if (fits) this.#at += values.length;
    return fits;
  }

  skipOne(): void {
    const isOpening = this.isAt('{', '[', '(');
    this.next();
    if (!isOpening) return;
    while (!this.isDone() && !this.isAt('}', ']', ')')) this.skipOne();
    this.next();
  }

  /** Skips to a mark on this level; stops at the end of the statement or bracket too. */
  skipTo(mark: string): void {
    while (!this.isDone() && !this.isAt(mark, ';', '}', ']', ')')) this.skipOne();
  }
}

interface Draft {
  readonly start: number;
  readonly fields: Map<string, SourceField>;
  readonly elements: SourceValue[];
  readonly references: string[];
}

function readValue(reader: Reader): SourceValue {
  const draft: Draft = {
    start: reader.peek()?.start ?? 0,
    fields: new Map(),
    elements: [],
    references: [],
  };
  if (reader.takes('[')) readElements(reader, draft);
  readExpression(reader, draft);
  return draft;
}

/** Reads up to the end of an expression, and notes every object literal and name in it, inside calls too. */
function readExpression(reader: Reader, draft: Draft): void {
  while (!reader.isDone() && !reader.isAt(',', ';', '}', ']', ')')) {
    if (reader.takes('as', 'const')) continue;
    if (isStatement(reader)) return;
    if (reader.takes('{')) readFields(reader, draft);
    else if (reader.takes('(')) {
      while (!reader.isDone() && !reader.takes(')')) {
        readExpression(reader, draft);
        if (!reader.takes(',') && !reader.isAt(')')) reader.skipOne();
      }
    } else if (isName(reader)) draft.references.push(reader.next()?.value ?? '');
    else reader.skipOne();
  }
}

/** A statement may follow without a semicolon. */
function isStatement(reader: Reader): boolean {
  return reader.isAt('const', 'let', 'export', 'import', 'function');
}

/** A word that stands alone, and neither calls nor is called, nor is a property or a type. */
function isName(reader: Reader): boolean {
  const [token, after] = [reader.peek(), reader.peek(1)];
  if (token?.kind !== 'word' || /^\d/.test(token.value) || reader.isAt('as', 'satisfies')) return false;
  return (
    after === undefined ||
    (after.kind === 'mark' && [',', ')', '}', ']', ';'].includes(after.value)) ||
    after.kind === 'word'
  );
}

function readElements(reader: Reader, draft: Draft): void {
  while (!reader.isDone() && !reader.takes(']')) {
    draft.elements.push(readValue(reader));
    if (!reader.takes(',') && !reader.isAt(']')) reader.skipOne();
  }
}

function readFields(reader: Reader, draft: Draft): void {
  while (!reader.isDone() && !reader.takes('}')) {
    readField(reader, draft);
    if (!reader.takes(',') && !reader.isAt('}')) reader.skipOne();
  }
}

function readField(reader: Reader, draft: Draft): void {
  if (reader.takes('...')) {
    readExpression(reader, draft);
    return;
  }
  const key = reader.peek();
  if (key === undefined || (key.kind !== 'word' && key.kind !== 'text')) return;
  reader.next();
  if (reader.takes(':')) {
    setField(draft, key, readValue(reader));
  } else if (reader.isAt(',', '}')) {
    // `{ stack }` is short for `{ stack: stack }`.
    setField(draft, key, { start: key.start, fields: new Map(), elements: [], references: [key.value] });
  } else readExpression(reader, { ...draft, fields: new Map(), references: [] });
}

/** JavaScript takes the last of two equal keys, and so does this. */
function setField(draft: Draft, key: Token, value: SourceValue): void {
  draft.fields.set(key.value, { keyStart: key.start, value });
}

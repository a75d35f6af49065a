import type { ConfigPath } from '../config-path.ts';

/** Lines and columns count from 1. */
interface TomlPosition {
  readonly line: number;
  readonly column: number;
}

/** Where the keys of a TOML document stand. */
export interface TomlLocator {
  /** The place of a key or of a table's header; of the nearest around it where there is none of its own. */
  locate(path: ConfigPath): TomlPosition;
}

/** Finds the keys of a document that a parser has found to be valid. */
export function createTomlLocator(text: string): TomlLocator {
  const offsets = new TomlScanner(text).scan();
  return {
    locate(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = offsetOf(offsets, path.slice(0, length));
        if (offset !== undefined) return positionAt(text, offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

/** `[mounts]` and `[[mounts]]` mean the same to Fly: an index that is not in the document is looked over. */
function offsetOf(offsets: ReadonlyMap<string, number>, path: ConfigPath): number | undefined {
  return (
    offsets.get(JSON.stringify(path)) ??
    offsets.get(JSON.stringify(path.filter((part) => typeof part === 'string')))
  );
}

function positionAt(text: string, offset: number): TomlPosition {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Walks over a valid document and notes where every key, header and element begins. */
class TomlScanner {
  readonly #text: string;
  readonly #offsets = new Map<string, number>();
  /** How many tables every array of tables has so far. */
  readonly #counts = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    let table: ConfigPath = [];
    for (;;) {
      this.#skip(/(?:\s|#[^\n]*)+/y);
      if (this.#at >= this.#text.length) return this.#offsets;
      if (this.#text[this.#at] === '[') table = this.#readHeader();
      else this.#readPair(table);
    }
  }

  #readHeader(): ConfigPath {
    const start = this.#at;
    const isList = this.#text.startsWith('[[', start);
    this.#at += isList ? 2 : 1;
    const keys = this.#readKeys();
    this.#skip(/[\s\]]*/y);
    const path = this.#withIndexes(isList ? keys.slice(0, -1) : keys);
    if (!isList) return this.#note(path, start);
    const list = [...path, keys.at(-1) ?? ''];
    const name = JSON.stringify(list);
    const index = this.#counts.get(name) ?? 0;
    this.#counts.set(name, index + 1);
    if (index === 0) this.#note(list, start);
    return this.#note([...list, index], start);
  }

  /** A header speaks of the last table of every array of tables on its way. */
  #withIndexes(keys: readonly string[]): ConfigPath {
    let path: ConfigPath = [];
    for (const key of keys) {
      path = [...path, key];
      const count = this.#counts.get(JSON.stringify(path));
      if (count !== undefined) path = [...path, count - 1];
    }
    return path;
  }

  #readPair(table: ConfigPath): void {
    const start = this.#at;
    const keys = this.#readKeys();
    for (let length = 1; length <= keys.length; length += 1)
      this.#note([...table, ...keys.slice(0, length)], start);
    this.#skip(/\s*=\s*/y);
    this.#readValue([...table, ...keys]);
  }

  #readKeys(): string[] {
    const keys: string[] = [];
    do {
      this.#skip(/[ \t]*/y);
      const quoted = this.#take(/"(?:[^"\\]|\\.)*"|'[^']*'/y);
      keys.push(quoted === '' ? this.#take(/[A-Za-z0-9_-]+/y) : unquoted(quoted));
      this.#skip(/[ \t]*/y);
    } while (this.#take(/\./y) !== '');
    return keys;
  }

  #readValue(path: ConfigPath): void {
    const char = this.#text[this.#at];
    if (char === '[') this.#readArray(path);
    else if (char === '{') this.#readInlineTable(path);
    else if (char === '"' || char === "'") {
      this.#skip(/"""[\s\S]*?(?<!\\)(?:\\\\)*"""+|'''[\s\S]*?'''+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y);
    } else this.#skip(/[^,\]}\n#]*/y);
  }

  #readArray(path: ConfigPath): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#skip(/(?:[\s,]|#[^\n]*)*/y);
      if (this.#take(/\]/y) !== '' || this.#at >= this.#text.length) return;
      const element = this.#note([...path, index], this.#at);
      this.#readValue(element);
    }
  }

  #readInlineTable(path: ConfigPath): void {
    this.#at += 1;
    for (;;) {
      this.#skip(/(?:[\s,]|#[^\n]*)*/y);
      if (this.#take(/\}/y) !== '' || this.#at >= this.#text.length) return;
      this.#readPair(path);
    }
  }

  #note(path: ConfigPath, offset: number): ConfigPath {
    const name = JSON.stringify(path);
    if (!this.#offsets.has(name)) this.#offsets.set(name, offset);
    return path;
  }

  #skip(pattern: RegExp): void {
    this.#take(pattern);
  }

  /** What the pattern matches right here, or nothing; patterns are sticky. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

/** A quoted key without its quotes; an escape that JSON does not know leaves it as it is. */
function unquoted(quoted: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

import { setFlagsFromString } from 'node:v8';
import type { Node, RawStmt } from 'libpg-query';

/** One token of an SQL text. */
export interface SqlToken {
  /** Indices into the text, of its first character and of the first one after it. */
  readonly start: number;
  readonly end: number;
  /** As written. */
  readonly text: string;
  /** Between quotes or dollars. */
  readonly isString: boolean;
  /** A name or a keyword. */
  readonly isWord: boolean;
}

/** One that Postgres' own scanner finds, comments among them. */
export interface ScannedToken extends SqlToken {
  readonly isComment: boolean;
}

/** Why Postgres' parser refuses a text. */
export interface ParseFailure {
  readonly message: string;
  /** In characters (not bytes, not UTF-16 units) from the start of the text; null where it is not said. */
  readonly at: number | null;
}

/** What is asked of Postgres' own parser. It answers at once, but has to be loaded first. */
export interface SqlParser {
  /** Locations in the trees are bytes of UTF-8. */
  parse(text: string): readonly RawStmt[] | ParseFailure;
  /** Null where the text ends within a string, a quoted name or a comment. */
  scan(text: string): readonly ScannedToken[] | null;
  /** The body of a `DO` or `CREATE FUNCTION` in PL/pgSQL, as a tree; null where it cannot be read. */
  parsePlpgsql(text: string): unknown;
}

let loaded: Promise<SqlParser> | null = null;

/** Postgres' parser (libpg-query, WebAssembly, 17 ms): loaded when it is first needed, once. */
export async function loadSqlParser(): Promise<SqlParser> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<SqlParser> {
  const library = await import('libpg-query');
  // V8 would make better code of the grammar, which is one function of a megabyte: 0.4 s in the background and 550 MB, for
  // which the end of the process waits. With its first code a thousand statements are parsed in some 25 ms. All three are
  // needed: one that is set so late does not bring on the others.
  for (const flag of ['--liftoff-only', '--no-wasm-dynamic-tiering', '--no-wasm-tier-up'])
    setFlagsFromString(flag);
  await library.loadModule();
  return {
    parse(text) {
      try {
        return library.parseSync(text).stmts ?? [];
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const details = library.hasSqlDetails(error) ? error.sqlDetails : undefined;
        return { message: error.message, at: details?.cursorPosition ?? null };
      }
    },
    scan(text) {
      try {
        return toTokens(text, library.scanSync(text).tokens);
      } catch {
        return null;
      }
    },
    parsePlpgsql(text) {
      try {
        return library.parsePlPgSQLSync(text);
      } catch {
        return null;
      }
    },
  };
}

interface RawToken {
  readonly start: number;
  readonly end: number;
  readonly tokenName: string;
  /** 0: no keyword. */
  readonly keywordKind: number;
}

function toTokens(text: string, tokens: readonly RawToken[]): readonly ScannedToken[] {
  const indexOf = byteIndex(text);
  return tokens.map((token) => {
    const [start, end] = [indexOf(token.start), indexOf(token.end)];
    return {
      start,
      end,
      text: text.slice(start, end),
      isWord: token.keywordKind > 0 || token.tokenName === 'IDENT' || /^[uU]&"/.test(text.slice(start, end)),
      // Those with Unicode escapes have names that the library does not know.
      isString: token.tokenName === 'SCONST' || /^[uU]&'/.test(text.slice(start, end)),
      isComment: token.tokenName === 'SQL_COMMENT' || token.tokenName === 'C_COMMENT',
    };
  });
}

const ONLY_ASCII = /^[\0-\x7f]*$/;

/** From a place in bytes of UTF-8 to an index into the string: the same as long as it is all ASCII. */
export function byteIndex(text: string): (byte: number) => number {
  if (ONLY_ASCII.test(text)) return (byte) => byte;
  const indices = new Uint32Array(text.length * 3 + 1);
  let byte = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) ?? 0;
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_00_00 ? 3 : 4;
    indices.fill(index, byte, byte + bytes);
    byte += bytes;
    index += point < 0x1_00_00 ? 1 : 2;
  }
  indices.fill(text.length, byte);
  return (at) => indices[at] ?? text.length;
}

/** The names of the kinds of nodes: `IndexStmt`, `AlterTableStmt` … */
export type NodeKind = Node extends infer One ? (One extends unknown ? keyof One : never) : never;

/** What is in a node of a kind. */
export type NodeBody<Kind extends NodeKind> = Extract<Node, Record<Kind, unknown>>[Kind];

import type { DefElem, Node } from 'libpg-query';
import { isParsed } from './parse-sql.ts';
import { byteIndex } from './sql-parser.ts';
import type { SqlParser } from './sql-parser.ts';
import type { Statement } from './statement.ts';
import { createStatement } from './statement.ts';

/** The SQL in a `DO` block or in the body of a function. */
export interface InnerSql {
  /** What is plain to see, in the order in which it stands there; whether all of it runs only the server knows. */
  readonly statements: readonly Statement[];
  /** How many statements are put together only while it runs: `EXECUTE format(…)`. */
  readonly dynamic: number;
  /** Whether the body could be read at all: that of a language other than SQL and PL/pgSQL cannot. */
  readonly isReadable: boolean;
}

const UNREADABLE: InnerSql = { statements: [], dynamic: 0, isReadable: false };

/** What stands in a block of code; null where the statement has none. */
export function innerSql(parser: SqlParser, outer: Statement): InnerSql | null {
  const options = codeOptions(outer.node);
  if (options === null) return null;
  const body = bodyOf(outer, options);
  if (body === null) return UNREADABLE;
  const language = optionText(options, 'language') ?? 'plpgsql';
  if (language === 'sql') return plainSql(parser, outer, body);
  if (language !== 'plpgsql') return UNREADABLE;
  const tree = parser.parsePlpgsql(outer.text);
  if (tree === null) return UNREADABLE;
  const finder = createFinder(body);
  const pieces = [...codePieces(tree)];
  const statements = pieces.flatMap((piece) => piecesToStatements(parser, outer, piece, finder));
  return { statements, dynamic: pieces.filter((piece) => isDynamic(parser, piece)).length, isReadable: true };
}

function codeOptions(node: Node): readonly DefElem[] | null {
  const options =
    'DoStmt' in node
      ? node.DoStmt.args
      : 'CreateFunctionStmt' in node
        ? node.CreateFunctionStmt.options
        : undefined;
  return options?.flatMap((option) => ('DefElem' in option ? [option.DefElem] : [])) ?? null;
}

function optionText(options: readonly DefElem[], name: string): string | null {
  const value = options.find((option) => option.defname === name)?.arg;
  const first = value !== undefined && 'List' in value ? value.List.items?.[0] : value;
  return first !== undefined && 'String' in first ? (first.String.sval ?? '') : null;
}

/** The text of a body, and where it stands in the statement. */
interface CodeBody {
  readonly text: string;
  readonly start: number;
  /** Whether places in it can be told: not where quotes are doubled. */
  readonly isVerbatim: boolean;
}

function bodyOf(outer: Statement, options: readonly DefElem[]): CodeBody | null {
  const text = optionText(options, 'as');
  const location = options.find((option) => option.defname === 'as')?.location;
  if (text === null || location === undefined) return null;
  const from = outer.at(location);
  const token = outer.tokens().find(({ isString, start }) => start >= from && isString);
  if (token === undefined) return null;
  const opening = /^(?:\$[^$]*\$|[eE]?')/.exec(token.text)?.[0].length ?? 0;
  const start = token.start + opening;
  return { text, start, isVerbatim: outer.text.startsWith(text, start) };
}

function plainSql(parser: SqlParser, outer: Statement, body: CodeBody): InnerSql {
  const statements = parsePiece(parser, outer, {
    text: body.text,
    start: body.isVerbatim ? body.start : null,
  });
  return statements === null ? UNREADABLE : { statements, dynamic: 0, isReadable: true };
}

/** One statement of PL/pgSQL that runs SQL. */
interface CodePiece {
  readonly kind: 'sql' | 'perform' | 'execute';
  readonly text: string;
}

const PIECES: Readonly<Record<string, readonly [CodePiece['kind'], string]>> = {
  PLpgSQL_stmt_execsql: ['sql', 'sqlstmt'],
  PLpgSQL_stmt_call: ['sql', 'expr'],
  PLpgSQL_stmt_perform: ['perform', 'expr'],
  PLpgSQL_stmt_dynexecute: ['execute', 'query'],
  PLpgSQL_stmt_dynfors: ['execute', 'query'],
};

function* codePieces(tree: unknown): Iterable<CodePiece> {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    const [kind, field] = PIECES[key] ?? [];
    const text = kind === undefined || field === undefined ? null : expressionText(value, field);
    if (kind !== undefined && text !== null) yield { kind, text };
    yield* codePieces(value);
  }
}

function expressionText(statement: unknown, field: string): string | null {
  const holder = (statement as Record<string, { PLpgSQL_expr?: { query?: string } } | undefined>)[field];
  return holder?.PLpgSQL_expr?.query ?? null;
}

function isDynamic(parser: SqlParser, piece: CodePiece): boolean {
  return piece.kind === 'execute' && literalOf(parser, piece.text) === null;
}

/** What an expression says that is nothing but a string. */
function literalOf(parser: SqlParser, expression: string): string | null {
  const parsed = parser.parse(`SELECT ${expression}`);
  const node = isParsed(parsed) ? parsed[0]?.stmt : undefined;
  if (node === undefined || !('SelectStmt' in node)) return null;
  const [target] = node.SelectStmt.targetList ?? [];
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  return value !== undefined && 'A_Const' in value ? (value.A_Const.sval?.sval ?? null) : null;
}

/** Says where a piece stands in the statement; null where that cannot be told. Pieces come in their order. */
type PieceFinder = (text: string) => number | null;

function createFinder(body: CodeBody): PieceFinder {
  let cursor = 0;
  return (text) => {
    if (!body.isVerbatim) return null;
    const found = body.text.indexOf(text, cursor);
    const at = found === -1 ? body.text.indexOf(text) : found;
    if (at === -1) return null;
    cursor = at + text.length;
    return body.start + at;
  };
}

function piecesToStatements(
  parser: SqlParser,
  outer: Statement,
  piece: CodePiece,
  finder: PieceFinder,
): readonly Statement[] {
  if (piece.kind !== 'execute') {
    // PERFORM is kept as the SELECT that it comes to.
    const written = piece.kind === 'perform' ? piece.text.replace(/^SELECT\s/, '') : piece.text;
    const start = finder(written);
    return parsePiece(parser, outer, { text: piece.text, start }) ?? [];
  }
  const start = finder(piece.text);
  const literal = literalOf(parser, piece.text);
  if (literal === null) return [];
  const opening = /^(?:\$[^$]*\$|[eE]?')/.exec(piece.text)?.[0].length ?? 0;
  const isVerbatim = piece.text.startsWith(literal, opening);
  return (
    parsePiece(parser, outer, {
      text: literal,
      start: start === null || !isVerbatim ? null : start + opening,
    }) ?? []
  );
}

function parsePiece(
  parser: SqlParser,
  outer: Statement,
  piece: { readonly text: string; readonly start: number | null },
): readonly Statement[] | null {
  const parsed = parser.parse(piece.text);
  if (!isParsed(parsed)) return null;
  const indexOf = byteIndex(piece.text);
  return parsed.flatMap(({ stmt: node, stmt_location: location = 0, stmt_len: length }) => {
    if (node === undefined) return [];
    const start = indexOf(location);
    const end = length === undefined ? piece.text.length : indexOf(location + length);
    return createStatement({
      node,
      text: piece.text.slice(start, end).trimEnd(),
      file: outer.file,
      start: outer.start + (piece.start === null ? 0 : piece.start + start),
      within: outer,
      at: (byte) => indexOf(byte) - start,
      placeOf: (index) => outer.placeOf(piece.start === null ? 0 : piece.start + start + index),
    });
  });
}

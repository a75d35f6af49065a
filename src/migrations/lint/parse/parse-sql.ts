import type { RawStmt } from 'libpg-query';
import type { SqlSource } from '../lint-input.ts';
import type { ParseFailure, SqlParser } from './sql-parser.ts';
import { byteIndex } from './sql-parser.ts';
import type { Statement, TextPlace } from './statement.ts';
import { createStatement, textPlaces } from './statement.ts';
import { tokenize } from './tokenize.ts';

/** Where and why Postgres would refuse a file. */
export interface SqlSyntaxError {
  readonly file: string | null;
  /** From 1, the column in characters. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to do, where more can be said than that it is wrong. */
  readonly hint: string | null;
  /** The whole line, to draw a caret under. */
  readonly sourceLine: string;
}

/** A source taken apart. */
export interface ParsedSql {
  readonly statements: readonly Statement[];
  readonly errors: readonly SqlSyntaxError[];
}

/** More errors of one file than this help nobody; and each costs another look at the rest of it. */
const ERRORS_MAX = 20;

/**
 * Takes a source apart. A statement that Postgres would refuse is an error with its place; what stands before and after
 * it is parsed all the same.
 */
export function parseSql(parser: SqlParser, source: SqlSource): ParsedSql {
  // A byte order mark is no SQL, but editors write it and psql skips it.
  const whole = source.text.replace(/^\uFEFF/, ' ');
  const nul = whole.indexOf('\0');
  // To Postgres a text ends there.
  const text = nul === -1 ? whole : whole.slice(0, nul);
  const job: ParseJob = {
    parser,
    source: { file: source.file, text },
    placeOf: textPlaces(text),
    statements: [],
    errors: [],
  };
  let from = 0;
  while (from < text.length && job.errors.length < ERRORS_MAX) from = parseFrom(job, from);
  if (nul !== -1) {
    // What is wrong with the half of a statement before it is not worth a word.
    job.errors.splice(0);
    addError(job, nul, {
      message: 'a NUL character',
      hint: 'Save the file as UTF-8: this looks like UTF-16.',
    });
  }
  return { statements: job.statements, errors: job.errors };
}

interface ParseJob {
  readonly parser: SqlParser;
  readonly source: SqlSource;
  readonly placeOf: (index: number) => TextPlace;
  readonly statements: Statement[];
  readonly errors: SqlSyntaxError[];
}

/** Parses up to the first error, and says where to go on behind it. */
function parseFrom(job: ParseJob, from: number): number {
  const { text } = job.source;
  const chunk = text.slice(from);
  const parsed = job.parser.parse(chunk);
  if (isParsed(parsed)) {
    take(job, from, chunk, parsed);
    return text.length;
  }
  const at = from + characterIndex(chunk, parsed.at ?? 0);
  return goOnBehind(job, from, at, parsed);
}

function goOnBehind(job: ParseJob, from: number, at: number, failure: ParseFailure): number {
  const { text } = job.source;
  if (text[at] === '\\') {
    takeUpTo(job, from, at);
    const command = /^\\\S*/.exec(text.slice(at))?.[0] ?? '\\';
    addError(job, at, {
      message: `${command} is a command of psql, and no SQL`,
      hint: 'Only psql understands it: take the line out of the migration, or let the tool that runs it do this.',
    });
    return lineEnd(text, at);
  }
  const start = startOfStatement(job.parser, text, from, at);
  takeUpTo(job, from, start);
  if (isBehindCopy(job)) {
    addError(job, at, {
      message: 'rows of COPY … FROM stdin stand in the file',
      hint: 'Only psql sends them: write INSERT, or load the rows from a file of their own.',
    });
    return behindRows(text, start);
  }
  addError(job, at, { message: failure.message, hint: null });
  return endOfStatement(job.parser, text, start, at);
}

/** The end of the last whole statement before an error. */
function startOfStatement(parser: SqlParser, text: string, from: number, at: number): number {
  const tokens = parser.scan(text.slice(from, at)) ?? [];
  let start = from;
  let atomic = 0;
  let before = '';
  for (const token of tokens) {
    const word = token.text.toLowerCase();
    // Statements within the body of a function: BEGIN ATOMIC … ; … ; END
    if (word === 'atomic' && before === 'begin') atomic = 1;
    else if (atomic > 0 && word === 'case') atomic += 1;
    else if (atomic > 0 && word === 'end') atomic -= 1;
    if (token.text === ';' && atomic === 0) start = from + token.end;
    if (!token.isComment) before = word;
  }
  return start;
}

/** Where the statement with an error in it ends: with its semicolon; with the file where it cannot be scanned. */
function endOfStatement(parser: SqlParser, text: string, start: number, at: number): number {
  const rest = parser.scan(text.slice(at));
  const semicolon = rest?.find((token) => token.text === ';');
  if (semicolon !== undefined) return at + semicolon.end;
  if (rest !== null) return text.length;
  // A string or comment is never closed, perhaps in a later statement: the end of a line that ends one will do.
  const found = /;[ \t]*\r?\n/.exec(text.slice(Math.max(at, start + 1)));
  return found === null ? text.length : Math.max(at, start + 1) + found.index + found[0].length;
}

function isBehindCopy(job: ParseJob): boolean {
  const last = job.statements.at(-1);
  if (last === undefined || !('CopyStmt' in last.node)) return false;
  const { is_from: isFrom, filename, is_program: isProgram } = last.node.CopyStmt;
  return isFrom === true && filename === undefined && isProgram !== true;
}

function behindRows(text: string, from: number): number {
  const end = /^\\\.[ \t\r]*$/m.exec(text.slice(from));
  return end === null ? text.length : from + end.index + end[0].length;
}

/** Takes what was found to be free of errors. */
function takeUpTo(job: ParseJob, from: number, end: number): void {
  const chunk = job.source.text.slice(from, end);
  // Of nothing the parser says that it cannot be empty.
  if (chunk === '') return;
  const parsed = job.parser.parse(chunk);
  if (isParsed(parsed)) take(job, from, chunk, parsed);
  else addError(job, from + characterIndex(chunk, parsed.at ?? 0), { message: parsed.message, hint: null });
}

function take(job: ParseJob, from: number, chunk: string, parsed: readonly RawStmt[]): void {
  const indexOf = byteIndex(chunk);
  const { file } = job.source;
  for (const { stmt: node, stmt_location: location = 0, stmt_len: length } of parsed) {
    if (node === undefined) continue;
    const start = indexOf(location);
    const whole = length === undefined ? chunk.slice(start) : chunk.slice(start, indexOf(location + length));
    job.statements.push(
      createStatement({
        node,
        file,
        text: length === undefined ? withoutEnd(whole) : whole.trimEnd(),
        start: from + start,
        within: null,
        at: (byte) => indexOf(byte) - start,
        placeOf: (index) => job.placeOf(from + start + index),
      }),
    );
  }
}

/** The last statement without what stands behind it: white space, comments. */
function withoutEnd(text: string): string {
  if (!text.includes('--') && !text.includes('/*')) return text.trimEnd();
  return text.slice(0, tokenize(text).at(-1)?.end);
}

function addError(job: ParseJob, at: number, error: Pick<SqlSyntaxError, 'message' | 'hint'>): void {
  const { file, text } = job.source;
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const sourceLine = text.slice(start, lineEnd(text, at)).replace(/\r$/, '');
  job.errors.push({ file, ...job.placeOf(at), ...error, sourceLine });
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** From a place in characters to an index into the string. */
function characterIndex(text: string, characters: number): number {
  let index = 0;
  for (let count = 0; count < characters && index < text.length; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1;
  }
  return index;
}

/** Whether it is trees, and not a failure. */
export function isParsed(parsed: readonly RawStmt[] | ParseFailure): parsed is readonly RawStmt[] {
  return Array.isArray(parsed);
}

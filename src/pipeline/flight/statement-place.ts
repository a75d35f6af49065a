import { hideLiterals } from '../../providers/postgres/hide-literals.ts';
import type { TapStatementError } from '../../providers/postgres/tap/tap.ts';
import { locateStatement } from './locate-statement.ts';

/** A file that may hold a statement. */
interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Where a statement is, for people. */
export interface StatementPlace {
  /** `migrations/2.sql:3:7: alter tabel x`, the values hidden; without the place where no file is known to hold it. */
  readonly words: string;
  /** The line of the file that the server finds fault with, and a caret under the place; empty where it names none. */
  readonly excerpt: readonly string[];
}

/** Says where a statement stands in the files of a commit. */
export type Locate = (statement: {
  readonly sql: string;
  readonly error: TapStatementError | null;
}) => Promise<StatementPlace>;

/** Says where a statement stands, and what in it the server finds fault with. */
export function statementPlace(
  { sql, error }: { readonly sql: string; readonly error: TapStatementError | null },
  files: readonly TextFile[],
): StatementPlace {
  const whole = hideLiterals(sql).trim();
  const place = locateStatement(sql, files);
  if (place === null) return { words: whole, excerpt: [] };
  const file = files.find(({ path }) => place.startsWith(`${path}:`));
  const at = error?.position == null || file === undefined ? null : indexOf(sql, error.position, file.text);
  if (file === undefined || at === null) return { words: `${place}: ${whole}`, excerpt: [] };
  const start = file.text.lastIndexOf('\n', at - 1) + 1;
  const line = file.text.slice(start).split(/\r?\n/, 1)[0] ?? '';
  const column = Array.from(file.text.slice(start, at)).length + 1;
  const number = file.text.slice(0, start).split('\n').length;
  // A text of many statements that was sent whole is not repeated: the line is what it is about.
  const said = /;\s*\S/.test(sql.trim()) ? hideLiterals(line).trim() : whole;
  const blanks = file.text.slice(start, at).replaceAll(/[^\t]/gu, ' ');
  return { words: `${file.path}:${number}:${column}: ${said}`, excerpt: [line, `${blanks}^`] };
}

/** Index in the file of a place in the statement, in characters from 1. */
function indexOf(sql: string, position: number, text: string): number | null {
  const begins = sql.length - sql.trimStart().length;
  const within =
    Array.from(sql)
      .slice(0, position - 1)
      .join('').length - begins;
  const at = text.indexOf(sql.trim().replace(/;$/, ''));
  return at === -1 || within < 0 ? null : at + within;
}

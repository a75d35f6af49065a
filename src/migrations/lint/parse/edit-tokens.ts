import type { SqlToken } from './sql-parser.ts';
import type { Statement } from './statement.ts';

/** A piece of a text that is to be another one. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The statement with some of its text replaced. */
export function editStatement(statement: Statement, edits: readonly TextEdit[]): string {
  let text = statement.text;
  for (const edit of [...edits].sort((one, other) => other.start - one.start)) {
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  }
  return text;
}

/** Puts words behind a token. */
export function insertAfter(token: SqlToken, words: string): TextEdit {
  return { start: token.end, end: token.end, text: ` ${words}` };
}

/** The first token that is one of the words (in small letters), from an index of the text on; null: none is. */
export function findWord(statement: Statement, words: readonly string[], from = 0): SqlToken | null {
  return (
    statement.tokens().find((token) => token.start >= from && words.includes(token.text.toLowerCase())) ??
    null
  );
}

import type { Node } from 'libpg-query';
import type { NodeKind, SqlToken } from './sql-parser.ts';
import { tokenize } from './tokenize.ts';

/** A place in a file, both from 1, the column in characters. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** One statement of a source, or of a block of code in it. */
export interface Statement {
  readonly kind: NodeKind;
  readonly node: Node;
  /** As written, without comments in front, without the semicolon. */
  readonly text: string;
  readonly file: string | null;
  /** Where its text begins. */
  readonly place: TextPlace;
  /** Index of its text in its source. */
  readonly start: number;
  /** Whether it stands in a `DO` block or function that the source runs, and which statement that is. */
  readonly within: Statement | null;
  /** From a location of the tree (bytes) to an index into `text`. */
  at(location: number): number;
  /** Of an index into `text`. */
  placeOf(index: number): TextPlace;
  /** Of `text`, without comments; made when first asked for. */
  tokens(): readonly SqlToken[];
}

/** What makes a statement. */
export interface StatementSource {
  readonly node: Node;
  readonly text: string;
  readonly file: string | null;
  readonly start: number;
  readonly within: Statement | null;
  readonly at: (location: number) => number;
  readonly placeOf: (index: number) => TextPlace;
}

/** A statement of a parsed text. */
export function createStatement(source: StatementSource): Statement {
  let tokens: readonly SqlToken[] | null = null;
  return {
    ...source,
    kind: (Object.keys(source.node)[0] ?? 'SelectStmt') as NodeKind,
    place: source.placeOf(0),
    tokens: () => (tokens ??= tokenize(source.text)),
  };
}

/** Lines and columns of a text. */
export function textPlaces(text: string): (index: number) => TextPlace {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (index) => {
    const line = lineAt(starts, index);
    const before = text.slice(starts[line] ?? 0, index);
    return { line: line + 1, column: Array.from(before).length + 1 };
  };
}

/** The last line that begins at the index or before it. */
function lineAt(starts: readonly number[], index: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

import { visibleColumns, visibleText } from '../text/visible-text.ts';

/** A place in a file, to be drawn. */
export interface FramePlace {
  /** Of the file, without their ends. */
  readonly lines: readonly string[];
  /** From 1, the column in characters. */
  readonly line: number;
  readonly column: number;
  /** The statement it is in, as written; null: only a caret is drawn. */
  readonly statement: string | null;
  /** So many characters are meant; none: the statement is read as SQL. */
  readonly length?: number;
}

/** How a frame is drawn. */
export interface FrameStyle {
  readonly width: number;
  readonly dim: (text: string) => string;
  /** For what stands under the place. */
  readonly mark: (text: string) => string;
}

/** At most so many columns of a line in front of the place are shown when it does not fit. */
const LEAD_MAX = 24;

/** A wider frame is no easier to read. */
const WIDTH_MAX = 160;

/**
 * The line of a place with its number, and the place underlined; the line before it where that belongs to the same
 * statement. What does not fit is cut off with `…`, tabs are four columns, and nothing in a file can move the cursor.
 */
export function lintFrame(place: FramePlace, style: FrameStyle): readonly string[] {
  const line = (place.lines[place.line - 1] ?? '').replace(/^\uFEFF/, ' ');
  const gutter = String(place.line).length;
  const room = Math.max(16, Math.min(style.width, WIDTH_MAX) - gutter - 5);
  const [before, marked] = split(line, place);
  const shift = shiftOf(before, marked, room);
  const head = firstLine(place);
  const bar = style.dim('│');
  const row = (number: string, content: string): string =>
    `  ${style.dim(number.padStart(gutter))} ${bar} ${content}`.trimEnd();
  return [
    ...(head === null ? [] : [row(String(head.line), window(head.text, 0, room))]),
    ...(head === null || head.line === place.line - 1 ? [] : [row('⋮', '')]),
    row(String(place.line), window(line, shift, room)),
    row('', underline(before, marked, { shift, room, mark: style.mark })),
  ];
}

/** What stands before the place on its line, and the place itself. */
function split(line: string, place: FramePlace): readonly [string, string] {
  const characters = Array.from(line);
  const before = characters.slice(0, place.column - 1).join('');
  const rest = characters.slice(place.column - 1).join('');
  if (place.length !== undefined)
    return [before, characters.slice(place.column - 1, place.column - 1 + place.length).join('')];
  return [before, place.statement === null ? rest.slice(0, 1) : partOf(rest, place)];
}

/** Up to the end of the statement, or of the part of it: a comma outside of any parentheses ends one. */
function partOf(rest: string, { statement }: FramePlace): string {
  const pieces = rest.matchAll(/'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--.*|[();,]|[^'"();,-]+|-/g);
  let depth = 0;
  let end = 0;
  for (const { 0: piece, index } of pieces) {
    if (piece.startsWith('--') || piece === ';') break;
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (depth < 0 || (piece === ',' && depth === 0)) break;
    end = index + piece.length;
  }
  const part = rest.slice(0, end).trimEnd();
  const [first = ''] = (statement ?? '').split(/\r?\n/, 1);
  // A comment that is found fault with is underlined whole.
  return rest.startsWith(first) && /^(--|\/\*)/.test(first) ? first.trimEnd() : part;
}

/** So many columns are left out in front when the place would not be seen otherwise. */
function shiftOf(before: string, marked: string, room: number): number {
  const [from, length] = [visibleColumns(before), visibleColumns(marked)];
  return from + Math.min(length, room / 2) < room
    ? 0
    : Math.max(0, from - Math.min(LEAD_MAX, Math.floor(room / 4)));
}

function underline(
  before: string,
  marked: string,
  { shift, room, mark }: { shift: number; room: number; mark: (text: string) => string },
): string {
  const from = Math.max(0, visibleColumns(before) - shift);
  const length = Math.max(1, Math.min(visibleColumns(marked), room - from));
  return ' '.repeat(from) + mark('^'.repeat(length));
}

/** The part of a line from a column on that fits. */
function window(line: string, shift: number, room: number): string {
  const shown = Array.from(visibleText(line));
  let at = 0;
  let skipped = 0;
  for (; skipped < shift && at < shown.length; at += 1) skipped += visibleColumns(shown[at] ?? '');
  // The place where something is missing takes the column of a character that is.
  let text = shift > 0 ? '…' : '';
  const rest = shown.slice(shift > 0 ? at + 1 : at);
  let columns = visibleColumns(text);
  for (const [index, character] of rest.entries()) {
    const next = visibleColumns(character);
    if (columns + next > (index === rest.length - 1 ? room : room - 1)) return `${text}…`;
    text += character;
    columns += next;
  }
  return text;
}

/** The line with which the statement begins, where the place is on another one. */
function firstLine(place: FramePlace): { line: number; text: string } | null {
  if (place.statement === null) return null;
  const [first = '', ...others] = place.statement.split(/\r?\n/);
  for (let line = place.line - 1; line >= Math.max(1, place.line - others.length); line -= 1) {
    const text = place.lines[line - 1] ?? '';
    if (text.trimEnd().endsWith(first.trimEnd())) return { line, text };
  }
  return null;
}

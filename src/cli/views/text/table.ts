// oxlint-disable-next-line no-control-regex -- the escape sequences of colours are control characters
const ESCAPES = /(\u001B\[[0-9;]*m)/g;

/** The number of columns a text takes, colours not counted. */
export function visibleWidth(text: string): number {
  return text.replaceAll(ESCAPES, '').length;
}

/** Pads to a visible width. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)));
}

/** Cuts a text without colours to a width, with an ellipsis. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Cuts a line that may have colours to a visible width, with an ellipsis; every colour in it is ended. */
export function cutVisible(line: string, width: number): string {
  if (visibleWidth(line) <= width) return line;
  let room = Math.max(0, width - 1);
  const parts: string[] = [];
  for (const part of line.split(ESCAPES)) {
    if (part.startsWith('\u001B[')) {
      parts.push(part);
    } else {
      parts.push(part.slice(0, room));
      room -= Math.min(room, part.length);
    }
  }
  return `${parts.join('')}…`;
}

/**
 * A table with aligned columns, two spaces between them, each line indented by two. Where it is wider than `width`, the
 * last columns stand on a line below their row; the first two always stay in it.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = Infinity,
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => visibleWidth(row[column] ?? ''))));
  const kept = columnsWithin(widths, width);
  const lines = all.map((row) =>
    `  ${row
      .slice(0, kept)
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')}`.trimEnd(),
  );
  const indent = ' '.repeat(2 + (widths[0] ?? 0) + 2);
  const below = rows.map((row) => belowRow(row.slice(kept), indent, width));
  return `${lines.flatMap((line, index) => [line, ...(below[index - 1] ?? [])]).join('\n')}\n`;
}

/** A table of one column has nothing to move, and one of two says nothing without either. */
const COLUMNS_MIN = 2;

/** How many columns stand beside each other in the width. */
function columnsWithin(widths: readonly number[], width: number): number {
  let total = 0;
  for (const [column, each] of widths.entries()) {
    total += 2 + each;
    if (total > width) return Math.min(widths.length, Math.max(COLUMNS_MIN, column));
  }
  return widths.length;
}

/** The cells that had no room, joined, in lines of the width. */
function belowRow(cells: readonly string[], indent: string, width: number): string[] {
  const lines: string[] = [];
  for (const cell of cells.filter((each) => each !== '')) {
    const last = lines.at(-1);
    const joined = last === undefined ? `${indent}${cell}` : `${last} · ${cell}`;
    if (last === undefined || visibleWidth(joined) > width) lines.push(`${indent}${cell}`);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

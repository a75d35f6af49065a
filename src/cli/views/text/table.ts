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

/** A table with aligned columns, two spaces between them, each line indented by two. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => visibleWidth(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, column) => padEnd(cell, widths[column] ?? 0)).join('  ')}`.trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

import { cut } from './table.ts';

/** More of one line's kind than this is noise: the last of them is shown, with their number. */
const REPEATS_MAX = 2;
/** Lines shown at most: what went wrong is said last, and the rest is in the logs. */
const LINES_MAX = 12;
/** A longer line is cut: a dump on one line would push everything else off the screen. */
const COLUMNS_MAX = 300;

/**
 * What something printed, made fit for an error: lines that differ in numbers only are one line with their count, long
 * ones are cut, and only the last dozen stay. Health checks and retries repeat themselves for minutes.
 */
export function printedLines(lines: readonly string[]): string[] {
  const kinds = new Map<string, number>();
  for (const line of lines) kinds.set(kindOf(line), (kinds.get(kindOf(line)) ?? 0) + 1);
  const seen = new Map<string, number>();
  const shown: string[] = [];
  for (const line of lines) {
    const kind = kindOf(line);
    const count = kinds.get(kind) ?? 1;
    const nth = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, nth);
    // Empty lines set others apart, and repeat nothing.
    if (count <= REPEATS_MAX || line.trim() === '') shown.push(cut(line, COLUMNS_MAX));
    else if (nth === count) shown.push(`${cut(line, COLUMNS_MAX)}  (${count} times)`);
  }
  const left = shown.length - LINES_MAX;
  return left <= 0
    ? shown
    : [`… ${left} earlier ${left === 1 ? 'line' : 'lines'}`, ...shown.slice(-LINES_MAX)];
}

/** Numbers, ids and times change from line to line; the rest says what sort of line it is. */
function kindOf(line: string): string {
  return line.replaceAll(/\b[0-9a-f]{8,}\b|\d+/gi, '#');
}

import { KEPT_LINES_MAX, keepLines } from '../../../util/kept-lines.ts';
import { cut } from './table.ts';

/** So often in a row a line is shown as it is; more often, once with the count. */
const REPEATS_MAX = 2;
/** A longer line is cut: a dump on one line would push everything else off the screen. */
const COLUMNS_MAX = 300;

/**
 * What something printed, made fit for an error: the same line again and again is one with its count, long ones are cut,
 * and of many the first, the last and those that read like a cause stay. Lines that differ in a number are different
 * ones: it may be the line of a file, or what was expected.
 */
export function printedLines(lines: readonly string[]): string[] {
  const shown: string[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    let next = at;
    while (next < lines.length && lines[next] === line) next += 1;
    const short = cut(line, COLUMNS_MAX);
    const count = next - at;
    if (count > REPEATS_MAX && line.trim() !== '') shown.push(`${short}  (${count} times)`);
    else shown.push(...Array.from({ length: count }, () => short));
    at = next;
  }
  return shown.length <= KEPT_LINES_MAX ? shown : keepLines(shown);
}

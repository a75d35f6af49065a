import { stripVTControlCharacters } from 'node:util';

/** Lines of the beginning: a tool that stops at once says why in its first ones. */
const FIRST_MAX = 5;
/** Lines of the end, where most tools say what went wrong. */
const LAST_MAX = 20;
/** Lines in between that read like a cause. The first ones: what follows a mistake is often more of the same. */
const CAUSES_MAX = 5;
/** What is kept has no more lines than this, those counted that say how many are not. */
export const KEPT_LINES_MAX: number = FIRST_MAX + 2 * CAUSES_MAX + 1 + LAST_MAX;

const CAUSE =
  /\b(error|cannot|can't|could not|not found|no such|failed|failure|fatal|exception|panic|denied|refused|unable)\b|Error\b/i;

/** What something printed, as far as it is worth showing to whoever asks why it failed. */
export interface KeptLines {
  add(line: string): void;
  /** Those that are kept, in order; a line between them says how many are not shown there. */
  lines(): string[];
}

interface Numbered {
  readonly at: number;
  readonly line: string;
}

/** Keeps the beginning and the end of what is added, and in between what reads like a cause, with little memory. */
export function keptLines(): KeptLines {
  let count = 0;
  const first: Numbered[] = [];
  const causes: Numbered[] = [];
  const last: Numbered[] = [];
  return {
    add(line) {
      const numbered = { at: count, line };
      count += 1;
      if (first.length < FIRST_MAX) {
        first.push(numbered);
        return;
      }
      last.push(numbered);
      const passed = last.length > LAST_MAX ? last.shift() : undefined;
      if (passed === undefined || causes.length === CAUSES_MAX) return;
      if (CAUSE.test(stripVTControlCharacters(passed.line))) causes.push(passed);
    },
    lines: () => withGaps([...first, ...causes, ...last]),
  };
}

/** What is kept of lines that are all there: the same as of those added one by one. */
export function keepLines(lines: readonly string[]): string[] {
  const kept = keptLines();
  for (const line of lines) kept.add(line);
  return kept.lines();
}

function withGaps(kept: readonly Numbered[]): string[] {
  let next = 0;
  return kept.flatMap(({ at, line }) => {
    const left = at - next;
    next = at + 1;
    return left === 0 ? [line] : [`… ${left} ${left === 1 ? 'line' : 'lines'} not shown`, line];
  });
}

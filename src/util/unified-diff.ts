/** Lines of context around a change, as `diff -u` shows. */
const CONTEXT = 3;
/** Above so many pairs of lines the middle is shown as replaced: finding the shortest way would take seconds. */
const PAIRS_MAX = 4_000_000;

interface Change {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/** The difference of two texts as `diff -u` writes it, without its two lines of names; empty when they are equal. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const changes = changesBetween(linesOf(before), linesOf(after));
  return hunksOf(changes)
    .map(({ from, to }) => renderHunk(changes, from, to))
    .join('');
}

/** Lines without their ends; a text that does not end in a line end says so in its last one, as `diff` does. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function changesBetween(before: readonly string[], after: readonly string[]): Change[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (lines: readonly string[]): Change[] => lines.map((line) => ({ kind: ' ', line }));
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): Change[] {
  const removed = (line: string): Change => ({ kind: '-', line });
  const added = (line: string): Change => ({ kind: '+', line });
  if (before.length * after.length > PAIRS_MAX) return [...before.map(removed), ...after.map(added)];
  const lengths = commonLengths(before, after);
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const changes: Change[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old = '', fresh = ''] = [before[row], after[column]];
    if (row < before.length && column < after.length && old === fresh) {
      changes.push({ kind: ' ', line: old });
      row++;
      column++;
    } else if (
      row < before.length &&
      (column === after.length || at(row + 1, column) >= at(row, column + 1))
    ) {
      changes.push(removed(old));
      row++;
    } else {
      changes.push(added(fresh));
      column++;
    }
  }
  return changes;
}

/** How many lines the rests of both have in common, from each pair of places on. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let row = before.length - 1; row >= 0; row--) {
    const [own, below] = [lengths[row] ?? new Uint32Array(), lengths[row + 1] ?? new Uint32Array()];
    for (let column = after.length - 1; column >= 0; column--) {
      own[column] =
        before[row] === after[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, own[column + 1] ?? 0);
    }
  }
  return lengths;
}

/** Ranges of changes with their context; those that touch are one. */
function hunksOf(changes: readonly Change[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  for (const [index, { kind }] of changes.entries()) {
    if (kind === ' ') continue;
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(changes.length, index + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  return hunks;
}

function renderHunk(changes: readonly Change[], from: number, to: number): string {
  const shown = changes.slice(from, to);
  const count = (list: readonly Change[], other: Change['kind']): number =>
    list.filter(({ kind }) => kind !== other).length;
  const range = (other: Change['kind']): string => {
    const length = count(shown, other);
    const before = count(changes.slice(0, from), other);
    // `diff` names the line before where there is none.
    const first = length === 0 ? before : before + 1;
    return length === 1 ? `${first}` : `${first},${length}`;
  };
  const lines = shown.map(({ kind, line }) => `${kind}${line}\n`).join('');
  return `@@ -${range('+')} +${range('-')} @@\n${lines}`;
}

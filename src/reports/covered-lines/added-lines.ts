import type { AddedLines, LineRange } from './change-coverage.ts';

/**
 * The lines that a unified diff without context adds (`git diff -U0 --src-prefix=a/ --dst-prefix=b/`), by path. What is
 * within a hunk is counted and never read: an added line may look like a header. Pure.
 */
export function addedLines(diff: string): AddedLines {
  const added = new Map<string, LineRange[]>();
  let path: string | null = null;
  let left = 0;
  for (const line of diff.split('\n')) {
    if (left > 0 && /^[+-]/.test(line)) {
      left--;
      continue;
    }
    if (line.startsWith('\\')) continue;
    if (line.startsWith('+++ ')) path = pathIn(line.slice(4));
    const [, removedCount = '1', from, count = '1'] =
      /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (from === undefined) continue;
    left = Number(removedCount) + Number(count);
    if (path === null || Number(count) === 0) continue;
    const ranges = added.get(path) ?? [];
    ranges.push({ from: Number(from), to: Number(from) + Number(count) - 1 });
    added.set(path, ranges);
  }
  return added;
}

/** `b/src/a.ts`, or in quotes with escapes; null for a file that is gone. */
function pathIn(written: string): string | null {
  // git ends a name that has a blank in it with a tab.
  const name = written.replace(/\t$/, '');
  if (name === '/dev/null') return null;
  const path = name.startsWith('"') ? unquoted(name.slice(1, -1)) : name;
  return path.replace(/^b\//, '');
}

const ESCAPED: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/** What git wrote as C would: bytes of UTF-8 as three octal digits among it. */
function unquoted(text: string): string {
  const parts = text.match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? [];
  const bytes = parts.map((part) => {
    if (!part.startsWith('\\')) return Buffer.from(part);
    const octal = /^\\([0-7]{3})$/.exec(part)?.[1];
    return Buffer.from([octal === undefined ? (ESCAPED[part[1] ?? ''] ?? 63) : Number.parseInt(octal, 8)]);
  });
  return Buffer.concat(bytes).toString();
}

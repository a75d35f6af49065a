import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEPT_LINES_MAX, keepLines } from './kept-lines.ts';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at + 1}`);

test('of few lines all are kept', () => {
  expect(keepLines(numbered(25))).toEqual(numbered(25));
});

test('of many the first and the last are kept, with the number of those in between', () => {
  const lines = numbered(60);
  expect(keepLines(lines)).toEqual([...lines.slice(0, 5), '… 35 lines not shown', ...lines.slice(-20)]);
});

test('what reads like a cause is kept wherever it stands, colored or not', () => {
  const lines = numbered(60);
  lines[9] = '\u001B[31merror\u001B[39m TS2304: Cannot find name';
  lines[11] = "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'pg'";
  lines[12] = 'TypeError: x is not a function';
  expect(keepLines(lines)).toEqual([
    ...lines.slice(0, 5),
    '… 4 lines not shown',
    lines[9],
    '… 1 line not shown',
    lines[11],
    lines[12],
    '… 27 lines not shown',
    ...lines.slice(-20),
  ]);
});

test('of whatever is printed, every kept line is one of it, in order, and there are few', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('ok', 'error', 'not found', ''), { maxLength: 200 }), (words) => {
      const lines = words.map((word, at) => `${at} ${word}`);
      const kept = keepLines(lines);
      expect(kept.length).toBeLessThanOrEqual(KEPT_LINES_MAX);
      const shown = kept.filter((line) => !line.startsWith('…'));
      expect(lines.filter((line) => shown.includes(line))).toEqual(shown);
      const left = kept.flatMap((line) => /^… (\d+) /.exec(line)?.[1] ?? []);
      expect(left.reduce((sum, count) => sum + Number(count), shown.length)).toBe(lines.length);
    }),
  );
});

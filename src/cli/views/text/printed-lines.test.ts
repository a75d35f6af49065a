import { expect, test } from 'vitest';
import { printedLines } from './printed-lines.ts';

test('lines that differ in numbers are different lines: three failed tests stay three', () => {
  const lines = [
    'FAIL src/cart.test.ts:12 expected 100 but got 101',
    'FAIL src/cart.test.ts:31 expected 7 but got 8',
    'FAIL src/cart.test.ts:44 expected 9 but got 12',
  ];
  expect(printedLines(lines)).toEqual(lines);
});

test('the same line again and again is one with its count, but for empty ones', () => {
  expect(printedLines(['a', 'wait', 'wait', 'wait', 'b', 'b', 'wait'])).toEqual([
    'a',
    'wait  (3 times)',
    'b',
    'b',
    'wait',
  ]);
  expect(printedLines(['a', '', '', '', 'b'])).toEqual(['a', '', '', '', 'b']);
});

test('the cause stays where it is said first, and noise follows', () => {
  const noise = Array.from({ length: 50 }, (_, at) => `    at module ${at}`);
  const shown = printedLines(["Cannot find package 'pg'", ...noise]);
  expect(shown[0]).toBe("Cannot find package 'pg'");
  expect(shown).toContain('… 26 lines not shown');
  expect(shown.at(-1)).toBe('    at module 49');
});

test('a long line is cut', () => {
  expect(printedLines(['x'.repeat(5000)])[0]).toHaveLength(300);
});

test('what was kept once is shown as it is', () => {
  const noise = Array.from({ length: 100 }, (_, at) => (at % 7 === 0 ? `error ${at}` : `${at}`));
  expect(printedLines(printedLines(noise))).toEqual(printedLines(noise));
});

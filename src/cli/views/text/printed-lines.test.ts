import { expect, test } from 'vitest';
import { printedLines } from './printed-lines.ts';

test('lines that differ in numbers only are one line with their count, where the last of them stood', () => {
  const lines = [
    'booting',
    'GET /health 500 in 3 ms',
    'GET /health 500 in 4 ms',
    'GET /health 500 in 12 ms',
    'bye',
  ];
  expect(printedLines(lines)).toEqual(['booting', 'GET /health 500 in 12 ms  (3 times)', 'bye']);
});

test('empty lines are no repeated ones', () => {
  expect(printedLines(['a', '', 'b', '', 'c', '', 'd'])).toEqual(['a', '', 'b', '', 'c', '', 'd']);
});

test('a pair of lines stays as it is', () => {
  expect(printedLines(['try 1', 'try 2'])).toEqual(['try 1', 'try 2']);
});

test('a long line is cut and only the last dozen lines stay, with the number of those left out', () => {
  const words = 'a b c d e f g h i j k l m n'.split(' ').map((letter) => `line ${letter}`);
  const shown = printedLines([...words, 'x'.repeat(5000)]);
  expect(shown[0]).toBe('… 3 earlier lines');
  expect(shown).toHaveLength(13);
  expect(shown.at(-1)).toHaveLength(300);
});

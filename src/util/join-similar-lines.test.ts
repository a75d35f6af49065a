import { expect, test } from 'vitest';
import { joinSimilarLines } from './join-similar-lines.ts';

test('lines that differ in numbers only are one line with their count, where the last of them stood', () => {
  const lines = [
    'booting',
    'GET /health 500 in 3 ms',
    'GET /health 500 in 4 ms',
    'GET /health 500 in 12 ms',
    'bye',
  ];
  expect(joinSimilarLines(lines)).toEqual(['booting', 'GET /health 500 in 12 ms  (3 times)', 'bye']);
});

test('empty lines are no repeated ones, and a pair stays as it is', () => {
  expect(joinSimilarLines(['a', '', 'b', '', 'c', '', 'd'])).toEqual(['a', '', 'b', '', 'c', '', 'd']);
  expect(joinSimilarLines(['try 1', 'try 2'])).toEqual(['try 1', 'try 2']);
});

import { expect, test } from 'vitest';
import { wrapWords } from './wrap-words.ts';

test.each<[string, number, string[]]>([
  ['', 10, ['']],
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 100, ['one two three']],
  ['a wordthatislong b', 4, ['a', 'wordthatislong', 'b']],
])('"%s" in %i columns', (text, width, lines) => {
  expect(wrapWords(text, width)).toEqual(lines);
});

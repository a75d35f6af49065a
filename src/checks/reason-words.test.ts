import { expect, test } from 'vitest';
import { agoWords } from './reason-words.ts';

test.each([
  [-5, 'just now'],
  [999, 'just now'],
  [1_000, '1 second ago'],
  [180_000, '3 minutes ago'],
  [49 * 3_600_000, '2 days ago'],
])('%d ms ago is said as a person says it', (ms, words) => {
  expect(agoWords(ms)).toBe(words);
});

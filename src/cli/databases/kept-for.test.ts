import { expect, test } from 'vitest';
import { isKeptShorter, keptFor } from './kept-for.ts';

test('what is kept is kept as long as was typed, else as usual, and for ever where that was typed', () => {
  expect([keptFor('2d', '1d'), keptFor(null, '1d'), keptFor('ever', '1d')]).toEqual([
    172_800_000,
    86_400_000,
    null,
  ]);
});

test('what is no duration is refused with one that would be', () => {
  expect(() => keptFor('long', '7d')).toThrow(
    expect.objectContaining({ code: 'CLI_USAGE', hint: 'Write --for 7d, or --for ever.' }),
  );
});

test.each(['1s', '59s', '1ms'])('%s is too short for a copy to be made in it', (written) => {
  expect(() => keptFor(written, '7d')).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }));
});

const DAY = 86_400_000;

test.each([
  [400 * DAY, 30 * DAY, true],
  [null, 30 * DAY, true],
  [2 * DAY, 1.5 * DAY, false],
  [2 * DAY, null, false],
  [null, null, false],
])('asked for until %s and kept until %s: worth a word: %s', (asked, kept, expected) => {
  expect(isKeptShorter(asked, kept)).toBe(expected);
});

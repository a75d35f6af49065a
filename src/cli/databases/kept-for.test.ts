import { expect, test } from 'vitest';
import { keptFor } from './kept-for.ts';

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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortened } from './shortened.ts';

test('what fits stays, in one line', () => {
  expect(shortened('deploying\n  reify  to staging ')).toBe('deploying reify to staging');
  expect(shortened('x'.repeat(140))).toBe('x'.repeat(140));
});

test('what does not fit ends with an ellipsis, and no letter is cut in half', () => {
  expect(shortened('x'.repeat(141))).toBe(`${'x'.repeat(139)}…`);
  expect(shortened(`${'x'.repeat(138)}👩‍🚀 and more`)).toBe(`${'x'.repeat(138)}…`);
});

test('nothing is longer than GitHub takes, and shortening twice is shortening once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const short = shortened(text);
      expect(short.length).toBeLessThanOrEqual(140);
      expect(shortened(short)).toBe(short);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSize } from './parse-size.ts';

test.each([
  ['500mb', 500_000_000],
  ['5gb', 5_000_000_000],
  ['2TB', 2_000_000_000_000],
  ['0gb', null],
  ['5', null],
  ['gb', null],
  ['-5gb', null],
  ['1.5gb', null],
  ['5 gb', null],
  ['5gib', null],
  ['', null],
  ['9999999gb', null],
])('%j is %j bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test('a size is never NaN, zero or negative, whatever is written', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = parseSize(text);
      expect(bytes === null || (Number.isInteger(bytes) && bytes > 0)).toBe(true);
    }),
  );
});

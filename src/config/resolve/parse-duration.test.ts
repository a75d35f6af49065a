import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from './parse-duration.ts';

describe('parseDuration', () => {
  test.each([
    ['250ms', 250],
    ['45s', 45_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '0s', '7', '7 days', '1.5s', '-1s', '1m30s', 's', '1S', ' 1s', '9999999999s'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  test('every whole number of seconds comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (seconds) => {
        expect(parseDuration(`${seconds}s`)).toBe(seconds * 1000);
      }),
    );
  });
});

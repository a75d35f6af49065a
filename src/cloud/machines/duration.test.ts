import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['15s', 15_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['0', 0],
  [2_000_000_000, 2000],
  [0, 0],
])('%s is %d ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

test.each(['', '15', 's', '5 s', '-5s', '5d', -1, Number.NaN])('%s is no duration', (written) => {
  expect(parseDuration(written)).toBeNull();
});

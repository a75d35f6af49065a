import { expect, test } from 'vitest';
import { parseDay } from './parse-day.ts';

test.each([
  ['1970-01-01', 0],
  ['2027-03-31', 1_806_451_200_000],
  ['2028-02-29', 1_835_395_200_000],
  ['2027-02-29', null],
  ['2027-02-30', null],
  ['2027-13-01', null],
  ['2027-3-31', null],
  ['31.03.2027', null],
  ['2027-03-31T00:00:00Z', null],
  ['soon', null],
  ['', null],
])('%j begins at %j', (text, time) => {
  expect(parseDay(text)).toBe(time);
});

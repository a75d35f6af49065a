import { expect, test } from 'vitest';
import { parsedAnswer, retryAfterOf } from './read-answer.ts';

test('Retry-After is read as seconds or as a date, and bounded', () => {
  expect(retryAfterOf('2', 0)).toBe(2_000);
  expect(retryAfterOf(new Date(5_000).toUTCString(), 2_000)).toBe(3_000);
  expect(retryAfterOf('86400', 0)).toBe(60_000);
  expect(retryAfterOf('soon', 0)).toBeNull();
  expect(retryAfterOf(null, 0)).toBeNull();
});

test('what is no JSON is taken as text, nothing as null', () => {
  expect(parsedAnswer('{"a":1}')).toEqual({ a: 1 });
  expect(parsedAnswer('<html>')).toBe('<html>');
  expect(parsedAnswer('')).toBeNull();
});

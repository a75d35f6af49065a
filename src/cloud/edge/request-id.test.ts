import { expect, test } from 'vitest';
import { RequestIds } from './request-id.ts';

test('ids are ULIDs with a region, differ, and sort by time', () => {
  const ids = new RequestIds('local');
  const made = [ids.next(1_000), ids.next(1_000), ids.next(2_000)];
  for (const id of made) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}-local$/u);
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(3);
});

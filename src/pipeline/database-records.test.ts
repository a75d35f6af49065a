import { expect, test } from 'vitest';
import { hidingRestore } from './database-records.ts';

// Times of day. A restore to 9 was done at 12, and undone at 14 by going back to what there was right before it.
const toNine = { target: 9, at: 12 };
const undone = { target: 12, at: 14 };

test.each([
  [8, [], null],
  [8, [toNine], null],
  [9, [toNine], null],
  [11, [toNine], toNine],
  [12, [toNine], toNine],
  [13, [toNine], null],
] as const)('at %i, after %j, the data are hidden by %j', (moment, restores, hidden) => {
  expect(hidingRestore(restores, moment)).toEqual(hidden);
});

test('a restore that was undone hides nothing any more, and the one that undid it what came between', () => {
  const restores = [toNine, { ...undone, target: 11.9 }];
  expect([8, 11, 13, 15].map((moment) => hidingRestore(restores, moment))).toEqual([
    null,
    null,
    restores[1],
    null,
  ]);
});

test('a restore to a moment after another takes that one along', () => {
  const later = { target: 13, at: 16 };
  expect([8, 10, 12.5, 15].map((moment) => hidingRestore([later, toNine], moment))).toEqual([
    null,
    toNine,
    null,
    later,
  ]);
});

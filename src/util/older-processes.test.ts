import { expect, test } from 'vitest';
import { olderProcesses } from './older-processes.ts';

/** A `/proc` in which so many processes were started so far; null: it cannot be read. */
function procWith(started: { now: number | null }, numbers: string | null = '400\n') {
  return olderProcesses((path) => {
    const text = path.endsWith('pid_max')
      ? numbers
      : started.now === null
        ? null
        : `ctxt 7\nprocesses ${started.now}\n`;
    if (text === null) throw new Error('there is no such file');
    return text;
  });
}

/** How many numbers are still known at each count, if one is added at each. */
function knownAt(counts: readonly (number | null)[], numbers?: string | null): number[] {
  const started: { now: number | null } = { now: 0 };
  const older = procWith(started, numbers);
  return counts.map((now, index) => {
    started.now = now;
    const known = older();
    const { size } = known;
    known.add(index);
    return size;
  });
}

test('numbers are known until a quarter of them was given', () => {
  expect(knownAt([1000, 1001, 1099, 1100, 1101, 1102])).toEqual([0, 1, 2, 3, 0, 1]);
});

test.each<readonly [string, readonly (number | null)[], string | null]>([
  ['the count does not grow', [0, 0, 0], '400\n'],
  ['it goes back', [9, 8, 7], '400\n'],
  ['there is no count', [null, null, null], '400\n'],
  ['it is not known how many numbers there are', [1, 2, 3], null],
])('where %s nothing is known', (_, counts, numbers) => {
  expect(knownAt(counts, numbers)).toEqual([0, 0, 0]);
});

test('a count that comes later is believed from then on', () => {
  expect(knownAt([null, 5, 6, null, 7, 8])).toEqual([0, 0, 1, 0, 0, 1]);
});

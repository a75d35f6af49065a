import { expect, test } from 'vitest';
import { exampleMoment } from './example-moment.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MINUTE_MS = 60_000;

test.each([
  { minutes: 60, hidden: 0, example: '15m' },
  { minutes: 6, hidden: 0, example: '5m' },
  // A restore three minutes ago to the data of twenty minutes ago.
  { minutes: 60, hidden: 3, example: '1m' },
  { minutes: 0, hidden: 0, example: '<time>' },
])(
  'of $minutes minutes, of which all but $hidden are hidden, it is $example',
  ({ minutes, hidden, example }) => {
    const isHidden = (at: number): boolean =>
      hidden > 0 && at > NOW - 20 * MINUTE_MS && at <= NOW - hidden * MINUTE_MS;
    expect(exampleMoment({ from: NOW - minutes * MINUTE_MS, now: NOW, isHidden })).toBe(example);
  },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseCounts, RESPONSES_KEPT_S } from './response-counts.ts';

const START_S = 1_800_000_000;
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

test('A window counts exactly the responses of its seconds, whatever came before and after', () => {
  const seconds = fc.array(fc.integer({ min: 0, max: 2 * RESPONSES_KEPT_S }), { maxLength: 200 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 1, max: RESPONSES_KEPT_S }), (offsets, window) => {
      const counts = new ResponseCounts();
      const inOrder = offsets.toSorted((a, b) => a - b);
      for (const offset of inOrder)
        counts.add({ instance: 'm', region: 'iad', status: 200, ms: 3 }, (START_S + offset) * 1_000);
      const at = START_S + (inOrder.at(-1) ?? 0);
      const expected = inOrder.filter((offset) => START_S + offset > at - window).length;
      const [series] = counts.series(at * 1_000);
      expect(total(series?.within(at * 1_000 + 999, window) ?? [])).toBe(expected);
      expect(total(series?.totals(at * 1_000) ?? [])).toBe(inOrder.length);
    }),
  );
});

test('Machines and statuses are counted apart, and those long gone are forgotten', () => {
  const counts = new ResponseCounts();
  counts.add({ instance: 'old', region: 'iad', status: 200, ms: 1 }, START_S * 1_000);
  const later = (START_S + RESPONSES_KEPT_S) * 1_000;
  counts.add({ instance: 'new', region: 'iad', status: 200, ms: 1 }, later);
  counts.add({ instance: 'new', region: 'iad', status: 500, ms: 20_000 }, later);
  expect(counts.series(later).map(({ instance, status }) => [instance, status])).toEqual([
    ['new', 200],
    ['new', 500],
  ]);
  expect(counts.series(later)[1]?.within(later, 1).at(-1)).toBe(1);
});

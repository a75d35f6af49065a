import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency-histogram.ts';

test('a quantile is at most 9 % above the true value, from microseconds to hours', () => {
  for (const ms of [0.02, 0.5, 1, 3.7, 80, 999, 61_000, 3_600_000]) {
    const histogram = new LatencyHistogram();
    histogram.add(ms);
    const read = histogram.quantile(0.5) ?? 0;
    expect(read).toBeGreaterThanOrEqual(ms);
    expect(read).toBeLessThanOrEqual(ms * 1.091);
  }
});

test('the 99th percentile finds the one slow request in a hundred', () => {
  const histogram = new LatencyHistogram();
  for (let count = 0; count < 98; count += 1) histogram.add(1);
  histogram.add(500);
  histogram.add(500);
  expect(histogram.quantile(0.5)).toBeLessThan(1.1);
  expect(histogram.quantile(0.99)).toBeGreaterThan(499);
});

test('nothing was measured yet: there is no quantile; and what is out of range is kept at its edge', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantile(0.5)).toBeNull();
  histogram.add(0);
  histogram.add(1e12);
  expect(histogram.count).toBe(2);
  expect(histogram.quantile(1)).toBeGreaterThan(3_600_000);
});

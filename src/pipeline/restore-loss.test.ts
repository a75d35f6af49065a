import { expect, test } from 'vitest';
import { lossOf } from './restore-loss.ts';

const rows = (table: string, number: number, isEstimate = false) => ({ table, rows: number, isEstimate });

test('only tables whose rows differ are named, also those that one side has alone', () => {
  const now = [rows('public.a', 3), rows('public.b', 5), rows('public.new', 1)];
  const then = [rows('public.a', 3), rows('public.b', 7, true), rows('public.old', 0)];
  expect(lossOf(now, then)).toEqual([
    { table: 'public.b', now: 5, before: 7, isEstimate: true },
    { table: 'public.new', now: 1, before: null, isEstimate: false },
    { table: 'public.old', now: null, before: 0, isEstimate: false },
  ]);
});

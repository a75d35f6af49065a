import { expect, test } from 'vitest';
import { fitBlocks, type Block } from './fit-blocks.ts';

const block = (state: Block['state'], ...lines: string[]): Block => ({ state, lines });

const BLOCKS = [
  block('done', 'build'),
  block('done', 'database'),
  block('done', 'migrate'),
  block('active', 'deploy a', '  │ machine 1'),
  block('active', 'deploy b', '  │ machine 2'),
  block('to come', 'smoke'),
  block('to come', 'verify'),
  block('to come', 'report'),
];

test('everything is shown where there is room', () => {
  expect(fitBlocks(BLOCKS, 10)).toHaveLength(10);
});

test('what runs is always shown, then its neighbours, and the others are counted', () => {
  expect(fitBlocks(BLOCKS, 7)).toEqual([
    'migrate',
    'deploy a',
    '  │ machine 1',
    'deploy b',
    '  │ machine 2',
    'smoke',
    '  … 2 more done, 2 more to come',
  ]);
});

test('on a very low screen output goes first, and no picture has more rows than the screen', () => {
  expect(fitBlocks(BLOCKS, 4)).toEqual([
    'migrate',
    'deploy a',
    'deploy b',
    '  … 2 more done, 3 more to come',
  ]);
  expect(fitBlocks(BLOCKS, 2)).toEqual(['deploy a', '  … 1 more active, 3 more done, 3 more to come']);
  for (let rows = 2; rows < 12; rows += 1) expect(fitBlocks(BLOCKS, rows).length).toBeLessThanOrEqual(rows);
});

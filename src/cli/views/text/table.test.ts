import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderTable, visibleWidth } from './table.ts';

const HEADER = ['app', 'machine', 'region', 'state', 'release', 'since'];
const ROWS = [
  ['web', '6e82d5f0a1b2c3', 'iad', 'started', 'r-12d5294-c8a8', '2 min ago'],
  ['', '7f93e6a1b2c3d4', 'fra', 'stopped', 'r-12d5294-c8a8', ''],
];

describe('a table that is wider than the terminal', () => {
  test('has its last columns below each row', () => {
    expect(renderTable(HEADER, ROWS, 60)).toBe(
      [
        '  app  machine         region  state    release',
        '  web  6e82d5f0a1b2c3  iad     started  r-12d5294-c8a8',
        '       2 min ago',
        '       7f93e6a1b2c3d4  fra     stopped  r-12d5294-c8a8',
        '',
      ].join('\n'),
    );
  });

  test('joins them as far as the width goes', () => {
    expect(renderTable(HEADER, ROWS, 40)).toContain(
      '  web  6e82d5f0a1b2c3  iad     started\n       r-12d5294-c8a8 · 2 min ago\n',
    );
  });

  test('keeps every cell, and is no wider as far as its cells allow it', () => {
    const cell = fc.stringMatching(/^[a-z]{0,12}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell, cell, cell), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 40, max: 90 }),
        (rows, width) => {
          const text = renderTable(['a', 'b', 'c', 'd', 'e'], rows, width);
          for (const each of rows.flat()) expect(text).toContain(each);
          for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

test('a table in a pipe has its rows whole', () => {
  expect(renderTable(HEADER, ROWS).split('\n')).toHaveLength(4);
});

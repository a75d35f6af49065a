import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrixCells } from './matrix.ts';

describe('matrixCells', () => {
  // docs: data/reusables/actions/jobs/matrix-include.md
  test('is what the docs say of include', () => {
    const matrix = {
      fruit: ['apple', 'pear'],
      animal: ['cat', 'dog'],
      include: [
        { color: 'green' },
        { color: 'pink', animal: 'cat' },
        { fruit: 'apple', shape: 'circle' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    };
    expect(matrixCells(matrix)).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  // docs: running-variations-of-jobs-in-a-workflow, "Excluding matrix configurations"
  test('is what the docs say of exclude', () => {
    const matrix = {
      os: ['macos-latest', 'windows-latest'],
      version: [12, 14, 16],
      environment: ['staging', 'production'],
      exclude: [
        { os: 'macos-latest', version: 12, environment: 'production' },
        { os: 'windows-latest', version: 16 },
      ],
    };
    expect(matrixCells(matrix)).toHaveLength(9);
  });

  test('adds cells alone by include', () => {
    expect(matrixCells({ include: [{ a: 1 }, { a: 2, b: 3 }] })).toEqual([{ a: 1 }, { a: 2, b: 3 }]);
  });

  test('excludes before it includes', () => {
    expect(matrixCells({ a: [1, 2], exclude: [{ a: 1 }], include: [{ a: 1, x: true }] })).toEqual([
      { a: 2 },
      { a: 1, x: true },
    ]);
  });

  test('compares values that are lists and mappings by what is in them', () => {
    const matrix = { v: [{ a: [1] }, { a: [2] }], exclude: [{ v: { a: [2] } }] };
    expect(matrixCells(matrix)).toEqual([{ v: { a: [1] } }]);
  });

  test.each([
    [{ a: [] }, "Matrix vector 'a' does not contain any values"],
    [{ a: 'x' }, "Matrix vector 'a' is not a list"],
    [{}, 'at least one vector'],
    ['x', 'must be a mapping'],
    [{ a: [1], include: [1] }, 'include of a matrix must be a list of mappings'],
    [{ a: Array.from({ length: 257 }, (_, at) => at) }, 'The matrix has 257 jobs'],
    [{ a: [1], exclude: [{ a: 1 }] }, 'at least one vector'],
  ])('refuses %j', (matrix, message) => expect(() => matrixCells(matrix)).toThrow(message));

  const axes = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
    { minKeys: 1, noNullPrototype: true },
  );
  const part = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x'), fc.integer({ min: 0, max: 4 }), {
    minKeys: 1,
    noNullPrototype: true,
  });

  test('is the whole product, each cell once', () => {
    fc.assert(
      fc.property(axes, (matrix) => {
        const cells = matrixCells(matrix);
        const count = Object.values(matrix).reduce((product, values) => product * values.length, 1);
        expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(count);
        expect(cells).toHaveLength(count);
      }),
    );
  });

  test('include never changes the value of an axis and never loses a cell; exclude only takes cells out', () => {
    fc.assert(
      fc.property(axes, fc.array(part, { maxLength: 4 }), (matrix, entries) => {
        const plain = matrixCells(matrix);
        const more = matrixCells({ ...matrix, include: entries });
        expect(more.length).toBeGreaterThanOrEqual(plain.length);
        for (const [at, cell] of plain.entries()) expect(more[at]).toMatchObject(cell);
        let fewer: readonly object[] = [];
        try {
          fewer = matrixCells({ ...matrix, exclude: entries });
        } catch {
          // All of it was taken out.
        }
        for (const cell of fewer) expect(plain).toContainEqual(cell);
      }),
    );
  });
});

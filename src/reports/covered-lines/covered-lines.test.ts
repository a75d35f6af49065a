import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { addedLines } from './added-lines.ts';
import { changeCoverage } from './change-coverage.ts';
import { coverageTotals, percentOf } from './coverage-totals.ts';
import type { Coverage, FileCoverage } from './coverage.ts';
import { mergeCoverage } from './merge-coverage.ts';
import { parseCoverage } from './parse-coverage.ts';
import { writeCobertura } from './write-cobertura.ts';
import { writeLcov } from './write-lcov.ts';

const FILES = new Set(['src/a.ts', 'api/src/a.ts', 'lib/shop.ex']);
const place = { root: '/app', directory: '', exists: (path: string): boolean => FILES.has(path) };
/** Maps as plain values, in their order. */
const plain = (coverage: Coverage): unknown =>
  [...coverage].map(([path, { lines, branches, functions }]) => [
    path,
    [...lines],
    [...branches],
    [...functions],
  ]);
const linesOf = (coverage: Coverage, path: string): unknown => [...(coverage.get(path)?.lines ?? [])];

describe('lcov', () => {
  test('of node:test, of vitest and of lcov 2 is read', () => {
    const text = `TN:x
SF:./src/a.ts
FN:1,f
FN:3,9,g,h
FNDA:2,f
FNDA:0,g,h
BRDA:1,0,0,1
BRDA:1,0,1,-
DA:1,3
DA:2,0,checksum
LF:2
LH:1
end_of_record
`;
    const { coverage, problem } = parseCoverage(text, place);
    expect(problem).toBeNull();
    expect(plain(coverage)).toEqual([
      [
        'src/a.ts',
        [
          [1, 3],
          [2, 0],
        ],
        [
          ['1,0,0', 1],
          ['1,0,1', null],
        ],
        [
          ['f', { line: 1, hits: 2 }],
          ['g,h', { line: 3, hits: 0 }],
        ],
      ],
    ]);
  });

  test('of a file in two parts, under two names, is one file', () => {
    const text = 'SF:/app/src/a.ts\nDA:1,1\nend_of_record\nSF:src/a.ts\nDA:1,2\nDA:2,-3\nend_of_record\n';
    expect(linesOf(parseCoverage(text, place).coverage, 'src/a.ts')).toEqual([
      [1, 3],
      [2, 0],
    ]);
  });

  test('files outside of the project are left out', () => {
    const text = 'SF:/usr/lib/x.js\nDA:1,1\nend_of_record\nSF:../other/b.ts\nDA:1,1\nend_of_record\n';
    expect(parseCoverage(text, place).coverage.size).toBe(0);
  });

  test.each([
    ['', 'it is empty'],
    ['hello', 'it is no lcov file'],
    ['SF:src/a.ts\nDA:1,1\n', 'it ends within a file'],
    ['SF:src/a.ts\nDA:one,1\nend_of_record\n', 'its line 2 cannot be read'],
    ['<coverage><packages>', 'it ends within <packages> (line 1)'],
    ['<html></html>', 'it is no cobertura file'],
  ])('%j is a problem, never an error', (text, problem) => {
    expect(parseCoverage(text, place).problem).toBe(problem);
  });
});

describe('cobertura', () => {
  test('counts file names from its sources, and knows how many branches were taken', () => {
    const text = `<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.5"><sources><source>/gone</source><source>/app/api</source></sources><packages><package name="p"><classes>
<class name="a" filename="src/a.ts"><methods><method name="f" signature="()V"><lines><line number="1" hits="4"/></lines></method></methods>
<lines><line number="1" hits="4" branch="true" condition-coverage="50% (1/2)"/><line number="2" hits="0"/></lines></class>
</classes></package></packages></coverage>`;
    const { coverage, problem } = parseCoverage(text, place);
    expect(problem).toBeNull();
    expect(plain(coverage)).toEqual([
      [
        'api/src/a.ts',
        [
          [1, 4],
          [2, 0],
        ],
        [
          ['1,0,0', 1],
          ['1,0,1', 0],
        ],
        [['f', { line: 1, hits: 4 }]],
      ],
    ]);
  });

  test('of excoveralls is read: a class for each module, several of one file', () => {
    const text = `<coverage><sources><source>/app</source></sources><packages><package><classes>
<class filename="lib/shop.ex" name="Shop"><methods/><lines><line hits="1" number="3"/></lines></class>
<class filename="lib/shop.ex" name="Shop.Cart"><methods/><lines><line hits="0" number="9"/></lines></class></classes></package></packages></coverage>`;
    expect(linesOf(parseCoverage(text, place).coverage, 'lib/shop.ex')).toEqual([
      [3, 1],
      [9, 0],
    ]);
  });
});

const hits = fc.oneof(fc.nat(5), fc.constant(Number.MAX_SAFE_INTEGER));
const line = fc.integer({ min: 1, max: 20 });
const file: fc.Arbitrary<FileCoverage> = fc.record({
  lines: fc.array(fc.tuple(line, hits), { minLength: 1 }).map((list) => new Map(list)),
  branches: fc
    .array(
      fc.tuple(
        fc.tuple(line, fc.nat(2), fc.nat(2)).map((key) => key.join(',')),
        fc.option(hits),
      ),
    )
    .map((list) => new Map(list)),
  functions: fc
    .array(fc.tuple(fc.constantFrom('f', 'g', '<a&b>', 'h(1,2)'), fc.record({ line, hits })))
    .map((list) => new Map(list)),
});
const coverageOf: fc.Arbitrary<Coverage> = fc
  .array(fc.tuple(fc.constantFrom('src/a.ts', 'lib/shop.ex', 'api/src/a.ts', 'src/ü b.ts'), file))
  .map((list) => new Map(list));

describe('merging coverage', () => {
  test('makes no difference of the order, or of what is merged first', () => {
    fc.assert(
      fc.property(coverageOf, coverageOf, coverageOf, (a, b, c) => {
        expect(plain(mergeCoverage([a, b]))).toEqual(plain(mergeCoverage([b, a])));
        const left = mergeCoverage([mergeCoverage([a, b]), c]);
        expect(plain(left)).toEqual(plain(mergeCoverage([a, mergeCoverage([b, c])])));
        expect(plain(left)).toEqual(plain(mergeCoverage([a, b, c])));
      }),
    );
  });

  test('adds what several checks ran', () => {
    const part = (count: number, taken: number | null): Coverage =>
      new Map([
        ['a', { lines: new Map([[1, count]]), branches: new Map([['1,0,0', taken]]), functions: new Map() }],
      ]);
    expect(plain(mergeCoverage([part(0, null), part(2, null), part(3, 0)]))).toEqual([
      ['a', [[1, 5]], [['1,0,0', 0]], []],
    ]);
  });

  test('lcov that is written is read as the same', () => {
    fc.assert(
      fc.property(coverageOf, (coverage) => {
        const { coverage: read, problem } = parseCoverage(writeLcov(mergeCoverage([coverage])), place);
        expect(problem).toBe(coverage.size === 0 ? 'it is empty' : null);
        expect(plain(read)).toEqual(plain(mergeCoverage([coverage])));
      }),
    );
  });

  test('cobertura that is written is well-formed and read as the same, but for what it has no words for', () => {
    fc.assert(
      fc.property(coverageOf, (coverage) => {
        const merged = mergeCoverage([coverage]);
        const text = writeCobertura(merged, { source: '/app', at: 0 });
        const read = parseCoverage(text, place);
        expect(XMLValidator.validate(text)).toBe(true);
        expect(read.problem).toBeNull();
        for (const [path, { lines, functions }] of merged) {
          expect(linesOf(read.coverage, path)).toEqual([...lines]);
          expect([...(read.coverage.get(path)?.functions ?? [])]).toEqual([...functions]);
        }
        // Once through, nothing more is lost.
        expect(writeCobertura(read.coverage, { source: '/app', at: 0 })).toBe(
          writeCobertura(
            parseCoverage(writeCobertura(read.coverage, { source: '/app', at: 0 }), place).coverage,
            { source: '/app', at: 0 },
          ),
        );
      }),
    );
  });

  test('percent never says that all ran where one line did not', () => {
    const { lines } = coverageTotals(
      new Map([
        [
          'a',
          {
            lines: new Map([
              [1, 1],
              [2, 0],
              [3, 7],
            ]),
            branches: new Map(),
            functions: new Map(),
          },
        ],
      ]),
    );
    expect(lines).toEqual({ covered: 2, total: 3 });
    expect(percentOf(lines)).toBe(66.6);
    expect(percentOf({ covered: 99_999, total: 100_000 })).toBe(99.9);
    expect(percentOf({ covered: 0, total: 0 })).toBeNull();
  });
});

describe('the lines that a change adds', () => {
  test('are read from a diff, whatever the lines themselves look like', () => {
    const diff = String.raw`diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -3 +3,2 @@ function f() {
-old
+++ b/not/a/header
+@@ -1 +1,99 @@
@@ -9,2 +10,0 @@
---- a/gone
-gone
@@ -20,0 +20 @@
+last
\ No newline at end of file
diff --git a/gone.ts b/gone.ts
--- a/gone.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git "a/\303\274 \"b\".ts" "b/\303\274 \"b\".ts"
--- /dev/null
+++ "b/\303\274 \"b\".ts"
@@ -0,0 +1,2 @@
+1
+2
`;
    expect([...addedLines(diff)]).toEqual([
      [
        'src/a.ts',
        [
          { from: 3, to: 4 },
          { from: 20, to: 20 },
        ],
      ],
      ['ü "b".ts', [{ from: 1, to: 2 }]],
    ]);
  });

  const covered = (entries: readonly (readonly [number, number])[]): FileCoverage => ({
    lines: new Map(entries),
    branches: new Map(),
    functions: new Map(),
  });

  test('count where they can run; what never ran is a list of ranges, over lines that cannot', () => {
    const coverage: Coverage = new Map([
      [
        'src/a.ts',
        covered([
          [1, 0],
          [2, 1],
          [3, 0],
          [5, 0],
          [6, 1],
          [7, 0],
          [20, 0],
          [22, 0],
        ]),
      ],
      ['src/b.ts', covered([[1, 1]])],
    ]);
    const added = new Map([
      ['src/new.ts', [{ from: 1, to: Number.POSITIVE_INFINITY }]],
      ['src/new.test.ts', [{ from: 1, to: 9 }]],
      ['README.md', [{ from: 1, to: 2 }]],
      [
        'src/a.ts',
        [
          { from: 2, to: 7 },
          { from: 20, to: 20 },
          { from: 22, to: 22 },
        ],
      ],
    ]);
    expect(changeCoverage(coverage, added)).toEqual({
      lines: { covered: 2, total: 7 },
      uncovered: [
        { path: 'src/a.ts', from: 3, to: 5 },
        { path: 'src/a.ts', from: 7, to: 7 },
        { path: 'src/a.ts', from: 20, to: 20 },
        { path: 'src/a.ts', from: 22, to: 22 },
      ],
      unmeasured: ['src/new.ts'],
    });
  });
});

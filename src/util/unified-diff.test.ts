import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

test('equal texts have no difference', () => {
  expect(unifiedDiff('a\nb\n', 'a\nb\n')).toBe('');
});

test('a change is shown with three lines around it, as diff -u does', () => {
  expect(unifiedDiff('1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\nfive\n6\n7\n8\n9\n')).toBe(
    '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
  );
});

test('a new file and an end without a line end are written as diff -u writes them', () => {
  expect(unifiedDiff('', 'a\n')).toBe('@@ -0,0 +1 @@\n+a\n');
  expect(unifiedDiff('a', 'a\n')).toBe('@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n');
});

test('very long texts are compared in time, and their difference still leads from one to the other', () => {
  const long = (word: string): string =>
    Array.from({ length: 3000 }, (_, index) => `${word} ${index}\n`).join('');
  expect(patched(long('a'), unifiedDiff(long('a'), long('b')))).toBe(long('b'));
});

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 25 })
  .chain((lines) =>
    fc.boolean().map((ends) => (lines.length === 0 ? '' : lines.join('\n') + (ends ? '\n' : ''))),
  );

test('git apply gets from any text to any other by it', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff(before, after);
      expect(diff === '').toBe(before === after);
      if (diff !== '') expect(patched(before, diff)).toBe(after);
    }),
    { numRuns: 40 },
  );
});

/** What git makes of a text by a difference. */
function patched(before: string, diff: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-diff-'));
  try {
    writeFileSync(join(dir, 'f'), before);
    writeFileSync(join(dir, 'p'), `--- a/f\n+++ b/f\n${diff}`);
    execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', 'p'], { cwd: dir, stdio: 'pipe' });
    return readFileSync(join(dir, 'f'), 'utf8');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

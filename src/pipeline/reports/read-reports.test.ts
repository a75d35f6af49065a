import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ResolvedCheck } from '../../config/resolved-ci.ts';
import { readReports, type ReadReports } from './read-reports.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-reports-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function reportsOf(hasPassed: boolean): ReadReports {
  const reports = { junit: ['junit.xml'], coverage: ['lcov.info'], sarif: [], sbom: [] };
  const check = { name: 'unit', directory: '', reports } as unknown as ResolvedCheck;
  return readReports([{ check, hasPassed, startedAt: null }], { root, redact: (text) => text });
}

test('a check that passes though its report has tests that failed is warned of', () => {
  writeFileSync(join(root, 'lcov.info'), 'SF:a.ts\nDA:1,1\nend_of_record\n');
  writeFileSync(
    join(root, 'junit.xml'),
    '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>',
  );
  expect(reportsOf(true).warnings).toEqual([
    'The check unit passed, but its report has a test that failed: its command must not swallow the exit code.',
  ]);
  expect(reportsOf(false).warnings).toEqual([]);
});

test('of a check that failed before it wrote a report, nothing is known, and nothing is all right', () => {
  expect(reportsOf(false)).toMatchObject({ tests: null, coverage: null, warnings: [] });
});

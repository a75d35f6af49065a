import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CheckResult } from '../../checks/check-event.ts';
import type { ResolvedCheck, ResolvedReports } from '../../config/resolved-ci.ts';
import { readFigures, type ReportFigures } from './read-figures.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-figures-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
function figures(reports: Partial<ResolvedReports>, startedAt: number | null = null): ReportFigures {
  const all = { junit: [], coverage: [], sarif: [], sbom: [], ...reports };
  const check = { name: 'unit', directory: '', reports: all } as unknown as ResolvedCheck;
  const result = { name: 'unit', status: 'passed', startedAt } as CheckResult;
  return readFigures(root, [check], { results: [result] });
}

test('what was put together of earlier reports is no report at the gate either', () => {
  put('.glidepath/reports/coverage.lcov', 'SF:src/a.ts\nDA:1,0\nDA:2,0\nend_of_record\n');
  put('.glidepath/reports/own.lcov', 'SF:src/a.ts\nDA:1,1\nend_of_record\n');
  const { coverage } = figures({ coverage: ['.glidepath/reports/*.lcov'] });
  expect([...(coverage?.get('src/a.ts')?.lines ?? [])]).toEqual([[1, 1]]);
});

test('a report that is older than its check, missing or cut off is named by what it is of', () => {
  put('old.xml', '<testsuite><testcase name="a"/></testsuite>');
  utimesSync(join(root, 'old.xml'), 1000, 1000);
  put('bad.sarif', '{');
  expect(
    figures({ junit: ['old.xml'], sarif: ['bad.sarif'], coverage: ['none/**'] }, 9_000_000).unread,
  ).toEqual({
    junit: ['The report old.xml of the check unit is older than this run and was skipped.'],
    sarif: [
      'The report bad.sarif of the check unit cannot be read completely: it is no JSON, or was cut off.',
    ],
    coverage: ['The check unit passed and left no report at none/**.'],
    sbom: [],
  });
});

test('a test that passed in a later try is flaky', () => {
  put(
    'junit.xml',
    '<testsuite name="cart"><testcase name="adds"><flakyFailure message="no"/></testcase></testsuite>',
  );
  expect(figures({ junit: ['junit.xml'] }).flaky).toEqual(['cart › adds failed once before it passed']);
});

test('a test that failed is told though its check passed, and is a warning', () => {
  put(
    'junit.xml',
    '<testsuite name="cart"><testcase name="adds" file="a.ts" line="6"><failure message="no"/></testcase><testcase name="b"/></testsuite>',
  );
  expect(figures({ junit: ['junit.xml'] }).tests).toEqual({
    total: 2,
    failed: ['cart › adds failed in the check unit (a.ts:6)'],
  });
});

test('where no report was left nothing is known of the tests', () => {
  expect(figures({ junit: ['junit.xml'] }).tests).toBeNull();
});

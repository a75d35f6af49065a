import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResolvedCheck, ResolvedReports } from '../../config/resolved-ci.ts';
import { readReports, type ReadReports } from '../../pipeline/reports/read-reports.ts';
import type { Finding } from '../../reports/finding.ts';
import type { TestRun } from '../../reports/flaky/test-history.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import type { TestResult } from '../../reports/tests/test-result.ts';
import { renderReports } from '../views/checks/reports.ts';
import { fitAnnotations } from '../github/fit-annotations.ts';
import { reportsAnnotations } from './reports-annotations.ts';
import { reportsMarkdown } from './reports-markdown.ts';
import { addToHistory } from './test-history-file.ts';
import { writeReports } from './write-reports.ts';

const DAY = 86_400_000;

const failed = (name: string, line: number | null = 12): TestResult => ({
  check: 'unit',
  suite: 'cart › total',
  name,
  file: 'test/cart.test.ts',
  line,
  status: 'failed',
  durationMs: 5,
  message: 'expected 1 to be 2\n\nat all',
  output: '``` <script>@ada #1 | x',
  failedAttempts: 0,
});

const finding: Finding = {
  id: 'GHSA-1',
  severity: 'high',
  message: 'lodash lets others run code.',
  hint: 'Update to 4.17.21.',
  tool: 'audit',
  place: { path: 'package-lock.json', line: 7 },
  package: null,
  url: 'https://github.com/advisories/GHSA-1',
};

const SUMMARY: ReportsSummary = {
  format: 1,
  at: 3 * DAY,
  commit: null,
  checks: [{ name: 'unit', key: null }],
  prefix: 'apps/shop/',
  tests: {
    passed: 412,
    failed: 1,
    skipped: 3,
    durationMs: 900,
    failures: [failed('adds <&> up')],
    flaky: [{ ...failed('waits'), status: 'passed', times: 3, runs: 40, lastAt: DAY }],
  },
  coverage: {
    percent: 84.1,
    lines: { covered: 841, total: 1000 },
    branches: { covered: 1, total: 2 },
    functions: { covered: 1, total: 2 },
    change: {
      since: 'origin/main (900e104)',
      percent: 91,
      lines: { covered: 30, total: 33 },
      uncovered: [{ path: 'src/a.ts', from: 12, to: 14 }],
      uncoveredCount: 3,
      unmeasured: ['src/new.ts'],
    },
    changeReason: null,
  },
  findings: { bySeverity: { critical: 0, high: 1, moderate: 0, low: 4 }, list: [finding] },
  materials: {
    components: 412,
    licences: [
      { licence: 'MIT', components: 400 },
      { licence: 'ISC', components: 12 },
    ],
  },
  warnings: ['The report junit.xml of the check e2e cannot be read completely: it ends within <a> (line 3).'],
};

describe('the reports', () => {
  test('are told to a person', () => {
    expect(renderReports(SUMMARY, { color: false, width: 80, now: 3 * DAY })).toMatchInlineSnapshot(`
      "Tests: 412 passed, 1 failed, 3 skipped, 1 flaky
        ✗ cart › total › adds <&> up  test/cart.test.ts:12
            expected 1 to be 2
            at all
        ~ cart › total › waits  flaky: 3 of the last 40 runs, 2 days ago
      Coverage: 84.1 % (change 91 %, 3 new lines not covered)
        not covered: src/a.ts:12-14
        changed, and in no report: src/new.ts
      Findings: 0 critical, 1 high, 0 moderate, 4 low
        high package-lock.json:7  lodash lets others run code. (GHSA-1)
      SBOM: 412 components, MIT 400, ISC 12
      ! The report junit.xml of the check e2e cannot be read completely: it ends within <a> (line 3).
      "
    `);
  });

  test('are a Markdown page without anything of theirs read as Markdown or HTML', () => {
    const text = reportsMarkdown(SUMMARY, { blobUrl: 'https://github.com/a/b/blob/c/', now: 3 * DAY }, 1e6);
    expect(text).toMatchInlineSnapshot(`
      "## Reports

      | Status | Report | Result |
      | --- | --- | --- |
      | ❌ | Tests | 412 passed, 1 failed, 3 skipped, 1 flaky |
      |  | Coverage | 84\\.1 % \\(change 91 %, 3 new lines not covered\\) |
      |  | Findings | 0 critical, 1 high, 0 moderate, 4 low |
      |  | SBOM | 412 components, MIT 400, ISC 12 |

      <details><summary>❌ cart › total › adds &lt;&amp;&gt; up (unit)</summary>

      [test/cart\\.test\\.ts:12](https://github.com/a/b/blob/c/apps/shop/test/cart.test.ts#L12)

      \`\`\`\`text
      expected 1 to be 2

      at all

      \`\`\` <script>@ada #1 | x
      \`\`\`\`

      </details>

      <details><summary>1 flaky test</summary>

      | Test | Where | History |
      | --- | --- | --- |
      | cart › total › waits | [test/cart\\.test\\.ts:12](https://github.com/a/b/blob/c/apps/shop/test/cart.test.ts#L12) | flaky: 3 of the last 40 runs, 2 days ago |

      </details>

      <details><summary>3 new lines not covered</summary>

      | Where |
      | --- |
      | [src/a\\.ts:12\\-14](https://github.com/a/b/blob/c/apps/shop/src/a.ts#L12-L14) |

      </details>

      <details><summary>Changed files that no report names</summary>

      - \`src/new.ts\`

      </details>

      <details><summary>5 findings</summary>

      | Severity | Rule | What | Where | Tool |
      | --- | --- | --- | --- | --- |
      | high | [GHSA\\-1](https://github.com/advisories/GHSA-1) | lodash lets others run code\\. Update to 4\\.17\\.21\\. | [package\\-lock\\.json:7](https://github.com/a/b/blob/c/apps/shop/package-lock.json#L7) | audit |

      … and 4 more findings

      </details>

      - The report junit\\.xml of the check e2e cannot be read completely: it ends within &lt;a\\> \\(line 3\\)\\.
      "
    `);
  });

  test('stay within what GitHub shows: what is folded away is left out first, the rest last', () => {
    const failures = Array.from({ length: 200 }, (_, at) => ({
      ...failed(`t${at}`),
      output: 'x\n'.repeat(100),
    }));
    const many: ReportsSummary = {
      ...SUMMARY,
      tests: { passed: 0, failed: 200, skipped: 0, durationMs: 0, failures, flaky: [] },
    };
    const source = { blobUrl: null, now: 0 };
    const short = reportsMarkdown(many, source, 3000);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(3000);
    expect(short).toContain('200 failed');
    expect(short).toContain('t0');
    expect(short).not.toContain('t40');
    expect(reportsMarkdown(many, source, 20)).toBe('');
  });

  test('are annotations with paths from the root of the repository, in the order of what counts most', () => {
    expect(fitAnnotations(reportsAnnotations(SUMMARY))).toMatchInlineSnapshot(`
      "::error file=apps/shop/test/cart.test.ts,line=12,title=cart › total › adds <&> up::expected 1 to be 2%0A%0Aat all
      ::error file=apps/shop/package-lock.json,line=7,title=GHSA-1::lodash lets others run code.%0AUpdate to 4.17.21.
      ::warning file=apps/shop/test/cart.test.ts,line=12,title=Flaky%3A cart › total › waits::It failed and passed on the same code, in 3 of the last 40 runs.
      ::notice file=apps/shop/src/a.ts,line=12,title=Not covered::No test ran the new lines 12 to 14.
      "
    `);
  });
});

describe('files', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'glidepath-reports-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (
    reports: Partial<ResolvedReports>,
    startedAt: number | null = null,
    hasPassed = true,
  ): ReadReports => {
    const all = { junit: [], coverage: [], sarif: [], sbom: [], ...reports };
    const check = { name: 'unit', directory: '', reports: all } as unknown as ResolvedCheck;
    return readReports([{ check, hasPassed, startedAt }], {
      root,
      redact: (text) => text.replaceAll('s3cret', '***'),
    });
  };

  test('are found by their globs, and no secret of them is told', () => {
    put('out/a/junit.xml', '<testsuite><testcase name="a"/></testsuite>');
    put('out/b/junit.xml', '<testsuite><testcase name="s3cret"/></testsuite>');
    put('out/b/cov.info', 'SF:out/x.js\nDA:1,1\nend_of_record\n');
    const { tests, coverage, findings, warnings } = read({
      junit: ['out/**/junit.xml'],
      coverage: ['out/*/cov.info'],
    });
    expect(tests?.map(({ name }) => name)).toEqual(['a', '***']);
    expect(coverage?.map((one) => [...one.keys()])).toEqual([['out/x.js']]);
    expect([findings, warnings]).toEqual([null, []]);
  });

  test('that are spoilt, cut off, missing or not files are a warning each that names them', () => {
    put('junit.xml', '<testsuite><testcase name="a"/>');
    put('bad.sarif', '{');
    put('bom.json', '{}');
    const { tests, warnings } = read({
      junit: ['junit.xml'],
      sarif: ['*.sarif'],
      sbom: ['bom.json'],
      coverage: ['none/**'],
    });
    expect(tests).toHaveLength(1);
    expect(warnings).toEqual([
      'The report junit.xml of the check unit cannot be read completely: it ends within <testsuite> (line 1).',
      'The check unit passed and left no report at none/**.',
      'The report bad.sarif of the check unit cannot be read completely: it is no JSON, or was cut off.',
      'The report bom.json of the check unit cannot be read completely: it is no CycloneDX bill as JSON.',
    ]);
    expect(read({ junit: ['none.xml'] }, null, false).warnings).toEqual([]);
  });

  test('that were put together before are no reports themselves', () => {
    put('.glidepath/reports/junit.xml', '<testsuite><testcase name="merged"/></testsuite>');
    put('.glidepath/reports/test.xml', '<testsuite><testcase name="own"/></testsuite>');
    const { tests } = read({ junit: ['.glidepath/reports/*.xml'] });
    expect(tests?.map(({ name }) => name)).toEqual(['own']);
  });

  test('of an earlier run are not believed', () => {
    put('junit.xml', '<testsuite><testcase name="a"/></testsuite>');
    utimesSync(join(root, 'junit.xml'), 1000, 1000);
    const { tests, warnings } = read({ junit: ['junit.xml'] }, 1_000_000 + 5000);
    expect(tests).toBeNull();
    expect(warnings).toEqual([
      'The report junit.xml of the check unit is older than this run and was skipped.',
    ]);
    expect(read({ junit: ['junit.xml'] }, 1_000_000).tests).toHaveLength(1);
  });

  test('are replaced as a whole, and taken away where there is nothing of the kind any more', () => {
    const texts = {
      'junit.xml': 'a',
      'coverage.lcov': 'b',
      'coverage.cobertura.xml': null,
      'findings.sarif': null,
      'summary.md': 'c',
      'summary.json': 'd',
    };
    put('reports/of-a-check.sarif', 'x');
    writeReports(join(root, 'reports'), texts);
    const paths = writeReports(join(root, 'reports'), { ...texts, 'coverage.lcov': null });
    expect(readdirSync(join(root, 'reports')).sort()).toEqual([
      'junit.xml',
      'of-a-check.sarif',
      'summary.json',
      'summary.md',
    ]);
    expect(paths).toHaveLength(3);
  });

  test('that cannot be written leave none of an earlier run beside them', () => {
    const none = { 'coverage.lcov': null, 'coverage.cobertura.xml': null, 'findings.sarif': null };
    const texts = { ...none, 'junit.xml': 'new', 'summary.md': 'new', 'summary.json': 'new' };
    const directory = join(root, '.glidepath/reports');
    writeReports(directory, { ...texts, 'coverage.lcov': 'old' });
    mkdirSync(join(directory, `summary.json.${process.pid}`));
    expect(() => writeReports(directory, texts)).toThrow('EISDIR');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('of the history are added to, survive a line that was cut off, and stay bounded', () => {
    const path = join(root, 'cache/history/tests.ndjson');
    const run = (at: number): TestRun => ({
      at,
      check: 'unit',
      code: 'k',
      failed: ['a'],
      recovered: [],
      passed: null,
    });
    expect(addToHistory(path, [run(1)])).toEqual([run(1)]);
    writeFileSync(path, '{"v":1,"at":2,"che', { flag: 'a' });
    expect(addToHistory(path, [run(3)])).toEqual([run(1), run(3)]);
    for (let at = 4; at <= 200; at++) addToHistory(path, [run(at)]);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    expect(lines.length).toBeLessThanOrEqual(80);
    expect(addToHistory(path, []).at(-1)).toEqual(run(200));
    expect(readdirSync(dirname(path))).toEqual(['tests.ndjson']);
  });

  test('of a history that cannot be written tell of this run alone', () => {
    put('cache', 'a file');
    const run: TestRun = { at: 1, check: 'unit', code: 'k', failed: [], recovered: [], passed: null };
    expect(addToHistory(join(root, 'cache/history/tests.ndjson'), [run])).toEqual([run]);
  });
});

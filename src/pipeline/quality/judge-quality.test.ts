import { expect, test } from 'vitest';
import type { ResolvedException, ResolvedQuality } from '../../config/resolved-ci.ts';
import type { Finding } from '../../reports/finding.ts';
import { judgeQuality, type QualityFigure } from './judge-quality.ts';
import type { JudgedCheck, QualityFacts } from './quality-facts.ts';
import { figureLine, refusedQuality } from './quality-words.ts';

const NOW = Date.UTC(2026, 10, 21);
const GATE: ResolvedQuality = {
  kind: 'quality',
  coverage: null,
  changeCoverage: null,
  failOn: 'high',
  allowsFlaky: true,
};
const checkNamed = (name: string, more: Partial<JudgedCheck> = {}): JudgedCheck => ({
  name,
  status: 'passed',
  reason: 'restored: same inputs as 3 minutes ago',
  isFast: true,
  problem: null,
  key: null,
  at: null,
  ...more,
});
const FACTS: QualityFacts = {
  checks: [checkNamed('lint'), checkNamed('e2e', { isFast: false })],
  coverage: { covered: 734, total: 1000 },
  change: {
    lines: { covered: 9, total: 10 },
    uncovered: [{ path: 'src/a.ts', from: 3, to: 5 }],
    unmeasured: [],
  },
  since: { id: 'r-aaaaaaa-1234', commit: 'a'.repeat(40) },
  findings: [],
  tests: null,
  flaky: [],
  images: [],
  unread: { junit: [], coverage: [], sarif: [], sbom: [] },
};
const FINDING: Finding = {
  id: 'GHSA-1',
  severity: 'high',
  message: 'It can be made to run code.',
  hint: 'Update to 2.0.1.',
  tool: 'glidepath',
  place: { path: 'package-lock.json', line: null },
  package: 'left@1.0.0',
  url: null,
};
const exception = (id: string, day: number): ResolvedException => ({
  id,
  in: null,
  reason: 'we do not call it',
  expiresAt: Date.UTC(2026, 10, day + 1),
});

function figures(
  facts: Partial<QualityFacts>,
  gate: Partial<ResolvedQuality> = {},
  exceptions: readonly ResolvedException[] = [],
): readonly QualityFigure[] {
  return judgeQuality({ ...FACTS, ...facts }, { gate: { ...GATE, ...gate }, exceptions, now: NOW });
}
const figure = (name: string, ...args: Parameters<typeof figures>): QualityFigure | undefined =>
  figures(...args).find((each) => each.name === name);

test('a gate that says nothing more asks for all checks, no high finding and no expired exception', () => {
  expect(figures({}).map(figureLine)).toEqual([
    '✓ checks: 2 of 2 passed, required: all, including 1 slow one',
    '✓ findings: none, required: none high or worse',
    '✓ exceptions: 0 of 0 expired, required: none expired',
  ]);
});

test('tests that failed refuse, though their check passed', () => {
  expect(figureLine(figure('tests', { tests: { total: 12, failed: [] } })!)).toBe(
    '✓ tests: 0 of 12 failed, required: none failed',
  );
  const failed = ['cart › adds failed in the check unit (test/cart.test.ts:6)'];
  expect(figure('tests', { tests: { total: 12, failed } })).toMatchObject({
    holds: false,
    found: '1 of 12 failed',
    where: failed,
  });
});

test('a check that failed or did not run refuses, with what went wrong and the command that runs it', () => {
  const e2e = checkNamed('e2e', {
    status: 'failed',
    isFast: false,
    problem: 'The check e2e failed with exit code 1.',
  });
  const later = checkNamed('later', { status: 'not-run', reason: 'not run: e2e failed' });
  expect(figure('checks', { checks: [checkNamed('lint'), e2e, later] })).toMatchObject({
    holds: false,
    found: '1 of 3 passed',
    where: ['The check e2e failed with exit code 1.', 'The check later: not run: e2e failed.'],
    see: 'glidepath ci --only e2e',
  });
});

test.each([
  [73.4, true, '73.4 % (734 of 1000 lines)'],
  [73.5, false, '73.4 % (734 of 1000 lines)'],
])('coverage: %d asked for', (coverage, holds, found) => {
  expect(figure('coverage', {}, { coverage })).toMatchObject({
    holds,
    found,
    asked: `at least ${coverage} %`,
  });
});

test('coverage that is almost all is not all, and none at all is refused', () => {
  const almost = { covered: 99_999, total: 100_000 };
  expect(figure('coverage', { coverage: almost }, { coverage: 100 })).toMatchObject({
    holds: false,
    found: expect.stringContaining('99.9 %'),
  });
  expect(figure('coverage', { coverage: null }, { coverage: 0 })?.holds).toBe(false);
  expect(figure('coverage', { coverage: { covered: 0, total: 0 } }, { coverage: 0 })?.holds).toBe(false);
});

test('the change’s own coverage is of what is different from the release that serves there', () => {
  expect(figure('change coverage', {}, { changeCoverage: 90 })).toMatchObject({
    holds: true,
    found: '90 % (9 of 10 lines, since r-aaaaaaa-1234 (aaaaaaa))',
    where: ['src/a.ts:3-5 never ran'],
  });
  expect(figure('change coverage', {}, { changeCoverage: 91 })?.holds).toBe(false);
  const change = { lines: { covered: 0, total: 0 }, uncovered: [], unmeasured: [] };
  expect(figure('change coverage', { change }, { changeCoverage: 100 })).toMatchObject({
    holds: true,
    found: 'no line that can run, since r-aaaaaaa-1234 (aaaaaaa)',
  });
  const unmeasured = { ...change, unmeasured: ['src/new.ts'] };
  expect(figure('change coverage', { change: unmeasured }, { changeCoverage: 1 })).toMatchObject({
    holds: false,
    where: ['src/new.ts changed, and no report names it'],
  });
  expect(figure('change coverage', { since: null, change: null }, { changeCoverage: 80 })).toMatchObject({
    holds: false,
    found: '73.4 % (734 of 1000 lines, nothing serves there yet)',
  });
  expect(figure('change coverage', { change: null }, { changeCoverage: 0 })).toMatchObject({
    holds: false,
    found: 'nothing: the commit of r-aaaaaaa-1234 (aaaaaaa) is not in this clone',
    see: 'git fetch --unshallow',
  });
  expect(figure('change coverage', { coverage: null, change: null }, { changeCoverage: 0 })?.holds).toBe(
    false,
  );
});

test('findings count from the severity that is asked for, and not while an exception holds', () => {
  expect(figure('findings', { findings: [FINDING] })).toMatchObject({
    holds: false,
    found: '1',
    where: ['high GHSA-1 in left@1.0.0: It can be made to run code. (Update to 2.0.1.)'],
  });
  expect(figure('findings', { findings: [FINDING] }, { failOn: 'critical' })).toMatchObject({
    holds: true,
    found: 'none; 1 less severe',
  });
  expect(figure('findings', { findings: [FINDING] }, {}, [exception('GHSA-1', 21)])).toMatchObject({
    holds: true,
    found: 'none; 1 excepted',
  });
  expect(figure('findings', { findings: [FINDING] }, {}, [exception('GHSA-1', 20)])?.holds).toBe(false);
});

test('a report that is missing or spoilt is no proof of anything: what it would have said refuses, by name', () => {
  const unread = { junit: ['J'], coverage: ['C'], sarif: ['S'], sbom: ['B'] };
  expect(figure('findings', { unread })).toMatchObject({
    holds: false,
    found: 'none; 1 report not read',
    where: ['S'],
    see: 'glidepath ci',
  });
  expect(figure('flaky tests', { unread }, { allowsFlaky: false })).toMatchObject({
    holds: false,
    found: 'none; 1 report not read',
    where: ['J'],
  });
  expect(figure('coverage', { unread }, { coverage: 50 })).toMatchObject({
    holds: false,
    found: '73.4 % (734 of 1000 lines); 1 report not read',
    where: ['C'],
  });
  const gone = { unread, coverage: null, change: null };
  expect(figure('coverage', gone, { coverage: 0 })).toMatchObject({ holds: false, where: ['C'] });
  expect(figure('change coverage', gone, { changeCoverage: 0 })).toMatchObject({
    holds: false,
    where: ['C'],
  });
});

test('an exception that has expired refuses, also where nothing is found any more', () => {
  expect(figure('exceptions', {}, {}, [exception('GHSA-1', 20), exception('GHSA-2', 21)])).toMatchObject({
    holds: false,
    found: '1 of 2 expired',
    where: ['GHSA-1 expired after 2026-11-20: we do not call it'],
  });
});

test('flaky tests count only where the gate says so', () => {
  const flaky = ['cart › adds failed once before it passed'];
  expect(figure('flaky tests', { flaky })).toBe(undefined);
  expect(figure('flaky tests', { flaky }, { allowsFlaky: false })).toMatchObject({
    holds: false,
    where: flaky,
  });
  expect(figure('flaky tests', {}, { allowsFlaky: false })?.holds).toBe(true);
});

test('an image that is not the release’s is refused', () => {
  const image = { app: 'web', digest: `sha256:${'1'.repeat(64)}`, packages: 12 };
  expect(figure('images', { images: [{ ...image, expected: null }] })).toMatchObject({
    holds: true,
    found: '1 of 1 match, 12 packages in them',
  });
  const expected = `sha256:${'2'.repeat(64)}`;
  expect(figure('images', { images: [{ ...image, expected }] })).toMatchObject({
    holds: false,
    where: ['web: building the commit gives sha256:111111111111, and the release has sha256:222222222222'],
  });
});

test('the refusal says each figure: asked, found, where to look and the command that shows it', () => {
  const all = figures({ findings: [FINDING] }, { coverage: 80 });
  const error = refusedQuality(all, { environment: 'production', commit: 'c'.repeat(40) });
  expect(error).toMatchObject({
    code: 'GATE_REFUSED',
    message:
      'The gate quality() of production refuses ccccccc: coverage: 73.4 % (734 of 1000 lines), required: at least 80 %; findings: 1, required: none high or worse.',
    hint: 'See it: glidepath ci',
  });
  expect(error.output).toEqual([
    '✓ checks: 2 of 2 passed, required: all, including 1 slow one',
    '✗ coverage: 73.4 % (734 of 1000 lines), required: at least 80 %',
    '    see it: glidepath ci',
    '✗ findings: 1, required: none high or worse',
    '    high GHSA-1 in left@1.0.0: It can be made to run code. (Update to 2.0.1.)',
    '    see it: glidepath security audit',
    '✓ exceptions: 0 of 0 expired, required: none expired',
  ]);
});

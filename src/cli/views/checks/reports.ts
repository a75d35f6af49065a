import type { Severity } from '../../../config/definition/ci-definition.ts';
import type { UncoveredLines } from '../../../reports/covered-lines/change-coverage.ts';
import type { Finding } from '../../../reports/finding.ts';
import type { FlakyTest } from '../../../reports/flaky/judge-flaky.ts';
import type {
  CoverageSummary,
  FindingsSummary,
  MaterialsSummary,
  ReportsSummary,
  TestsSummary,
} from '../../../reports/summary/reports-summary.ts';
import type { TestResult } from '../../../reports/tests/test-result.ts';
import { counted } from '../text/counted.ts';
import { paint, type Paint } from '../text/paint.ts';
import { cut } from '../text/table.ts';
import { formatAgo } from '../text/time.ts';
import { visibleText } from '../text/visible-text.ts';

/** How it is shown. */
export interface ReportsStyle {
  readonly color: boolean;
  readonly width: number;
  /** For how long ago something was. */
  readonly now: number;
}

/** Of each list so many are shown here; all are in the files. */
const SHOWN_MAX = 10;
/** Lines of a failure's message that are shown. */
const MESSAGE_LINES = 3;

/** What the reports of the checks say, for a person. Empty where there are none. Pure. */
export function renderReports(summary: ReportsSummary, style: ReportsStyle): string {
  const { tests, coverage, findings, materials, warnings } = summary;
  const colors = paint(style.color);
  const lines = [
    ...(tests === null ? [] : testLines(tests, colors, style)),
    ...(coverage === null ? [] : coverageLines(coverage, colors)),
    ...(findings === null ? [] : findingLines(findings, colors, style)),
    ...(materials === null ? [] : [materialsLine(materials)]),
    ...warnings.map((warning) => `${colors.yellow('!')} ${visibleText(warning)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function testLines(tests: TestsSummary, colors: Paint, style: ReportsStyle): string[] {
  const { failures, flaky, failed } = tests;
  const shown = failures.slice(0, SHOWN_MAX);
  return [
    `${colors.bold('Tests')}: ${testWords(tests)}`,
    ...shown.flatMap((test) => failureLines(test, colors, style.width)),
    ...more(failed - shown.length, 'failed test'),
    ...flaky
      .slice(0, SHOWN_MAX)
      .map((test) => `  ${colors.yellow('~')} ${testName(test)}  ${colors.dim(flakyWords(test, style.now))}`),
    ...more(flaky.length - SHOWN_MAX, 'flaky test'),
  ];
}

/** `412 passed, 2 failed, 1 flaky`. */
export function testWords({ passed, failed, skipped, flaky }: TestsSummary): string {
  const parts = [
    `${passed} passed`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(flaky.length === 0 ? [] : [`${flaky.length} flaky`]),
  ];
  return passed + failed + skipped === 0 ? 'none' : parts.join(', ');
}

function failureLines(test: TestResult, { red, dim }: Paint, width: number): string[] {
  const message = (test.message ?? '').split('\n').filter((line) => line.trim() !== '');
  return [
    `  ${red('✗')} ${testName(test)}${test.file === null ? '' : `  ${dim(placeWords(test.file, test.line))}`}`,
    ...message.slice(0, MESSAGE_LINES).map((line) => `      ${cut(line, Math.max(20, width - 6))}`),
  ];
}

/** The suites and the name of a test, in one line. */
export function testName({ suite, name, file }: Pick<TestResult, 'suite' | 'name' | 'file'>): string {
  const whole = suite === '' || suite === file ? name : `${suite} › ${name}`;
  return whole.replaceAll(/\s+/g, ' ').trim();
}

/** `flaky: 3 of the last 40 runs, 2 days ago`. */
export function flakyWords({ times, runs, lastAt }: FlakyTest, now: number): string {
  const of = runs === 1 ? 'in this run' : `${times} of the last ${runs} runs`;
  return `flaky: ${of}, ${formatAgo(lastAt, now)}`;
}

function coverageLines(coverage: CoverageSummary, { bold, dim }: Paint): string[] {
  const { change } = coverage;
  const shown = (change?.uncovered ?? []).slice(0, SHOWN_MAX).map(rangeWords);
  const rest = (change?.uncovered.length ?? 0) - shown.length;
  const not =
    shown.length === 0 ? [] : [`  not covered: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`];
  const unmeasured = change?.unmeasured ?? [];
  const named = unmeasured.slice(0, SHOWN_MAX).join(', ');
  return [
    `${bold('Coverage')}: ${coverageWords(coverage)}`,
    ...not,
    ...(unmeasured.length === 0 ? [] : [`  changed, and in no report: ${named}`]),
    ...(coverage.changeReason === null ? [] : [dim(`  of the change: not known. ${coverage.changeReason}`)]),
  ];
}

/** `84.1 % (change 91 %, 3 new lines not covered)`. */
export function coverageWords({ percent, change }: CoverageSummary): string {
  const whole = percent === null ? 'no line can run' : `${percent} %`;
  if (change === null) return whole;
  if (change.percent === null) return `${whole} (the change has no line that can run)`;
  const missing =
    change.uncoveredCount === 0 ? '' : `, ${counted(change.uncoveredCount, 'new line')} not covered`;
  return `${whole} (change ${change.percent} %${missing})`;
}

/** `src/a.ts:12-14`. */
export function rangeWords({ path, from, to }: UncoveredLines): string {
  return `${placeWords(path, from)}${from === to ? '' : `-${to}`}`;
}

function findingLines(
  { bySeverity, list }: FindingsSummary,
  colors: Paint,
  { width }: ReportsStyle,
): string[] {
  const grave = list.filter(({ severity }) => severity === 'critical' || severity === 'high');
  const shown = grave.slice(0, SHOWN_MAX);
  return [
    `${colors.bold('Findings')}: ${findingWords(bySeverity)}`,
    ...shown.map((finding) => cut(`  ${finding.severity} ${findingLine(finding)}`, Math.max(40, width))),
    ...more(bySeverity.critical + bySeverity.high - shown.length, 'finding'),
  ];
}

function findingLine({ id, message, place }: Finding): string {
  const where = place === null ? '' : `${placeWords(place.path, place.line)}  `;
  return `${where}${message.replaceAll(/\s+/g, ' ')} (${id})`;
}

/** `0 critical, 1 high, 4 moderate, 0 low`. */
export function findingWords(bySeverity: Readonly<Record<Severity, number>>): string {
  return (['critical', 'high', 'moderate', 'low'] as const)
    .map((name) => `${bySeverity[name]} ${name}`)
    .join(', ');
}

function materialsLine(materials: MaterialsSummary): string {
  return `SBOM: ${materialsWords(materials)}`;
}

/** `412 components, MIT 390, ISC 20, and 3 other licenses`. */
export function materialsWords({ components, licences }: MaterialsSummary): string {
  const named = licences.slice(0, 3).map(({ licence, components: count }) => `${licence} ${count}`);
  const others = licences.length - named.length;
  const rest = others > 0 ? [`and ${counted(others, 'other license')}`] : [];
  return [counted(components, 'component'), ...named, ...rest].join(', ');
}

/** `src/a.ts:12`. */
export function placeWords(path: string, line: number | null): string {
  const shown = visibleText(path);
  return line === null ? shown : `${shown}:${line}`;
}

function more(count: number, noun: string): string[] {
  return count > 0 ? [`  … and ${counted(count, `more ${noun}`)}`] : [];
}

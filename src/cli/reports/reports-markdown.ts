import type {
  CoverageSummary,
  FindingsSummary,
  ReportsSummary,
  TestsSummary,
} from '../../reports/summary/reports-summary.ts';
import type { TestResult } from '../../reports/tests/test-result.ts';
import { block, code, link, plain, table } from '../github/markdown.ts';
import { counted } from '../views/text/counted.ts';
import {
  coverageWords,
  findingWords,
  flakyWords,
  materialsWords,
  placeWords,
  rangeWords,
  testName,
  testWords,
} from '../views/checks/reports.ts';

/** Lines of what a failed test printed. */
const OUTPUT_LINES = 40;
/** Rows of a table: the page of a run is read by people. */
const ROWS_MAX = 50;

/** Where the source can be looked at. */
export interface MarkdownSource {
  /** `https://github.com/owner/name/blob/<commit>/`; null where it is nowhere. */
  readonly blobUrl: string | null;
  /** For how long ago something was. */
  readonly now: number;
}

/**
 * What the reports say as Markdown, for the summary of a job and for `summary.md`: a table, and what is to be looked at
 * folded away below it. Never longer than `bytesMax`: then what is folded away is left out from its end. Pure.
 */
export function reportsMarkdown(summary: ReportsSummary, source: MarkdownSource, bytesMax: number): string {
  const details = [
    ...(summary.tests === null ? [] : testParts(summary.tests, summary.prefix, source)),
    ...(summary.coverage === null ? [] : coverageParts(summary.coverage, summary.prefix, source)),
    ...(summary.findings === null ? [] : findingParts(summary.findings, summary.prefix, source)),
    ...(summary.warnings.length === 0
      ? []
      : [summary.warnings.map((warning) => `- ${plain(warning)}`).join('\n')]),
  ];
  const head = `## Reports\n\n${overview(summary)}`;
  const parts = [head];
  let bytes = Buffer.byteLength(head) + 1;
  for (const part of details) {
    const more = Buffer.byteLength(part) + 2;
    if (bytes + more > bytesMax) continue;
    bytes += more;
    parts.push(part);
  }
  const whole = `${parts.join('\n\n')}\n`;
  return Buffer.byteLength(whole) > bytesMax ? '' : whole;
}

function overview({ tests, coverage, findings, materials }: ReportsSummary): string {
  const rows = [
    ...(tests === null ? [] : [[testsMark(tests), 'Tests', plain(testWords(tests))]]),
    ...(coverage === null ? [] : [['', 'Coverage', plain(coverageWords(coverage))]]),
    ...(findings === null ? [] : [['', 'Findings', plain(findingWords(findings.bySeverity))]]),
    ...(materials === null ? [] : [['', 'SBOM', plain(materialsWords(materials))]]),
  ];
  return table(['Status', 'Report', 'Result'], rows);
}

/** No test at all is no good sign. */
function testsMark({ passed, failed, skipped }: TestsSummary): string {
  if (failed > 0) return '❌';
  return passed + skipped > 0 ? '✅' : '';
}

function testParts(
  { failures, failed, flaky }: TestsSummary,
  prefix: string,
  source: MarkdownSource,
): string[] {
  const shown = failures.slice(0, ROWS_MAX).map((test) => {
    const where = test.file === null ? [] : [placeLink(test.file, test.line, prefix, source)];
    const said = failureText(test).split('\n');
    const parts = [...where, block(said.slice(0, OUTPUT_LINES))];
    return folded(`❌ ${testName(test)} (${test.check})`, parts.join('\n\n'));
  });
  const rest = failed > shown.length ? [`… and ${counted(failed - shown.length, 'more failed test')}`] : [];
  const rows = flaky
    .slice(0, ROWS_MAX)
    .map((test) => [
      plain(testName(test)),
      test.file === null ? '' : placeLink(test.file, test.line, prefix, source),
      plain(flakyWords(test, source.now)),
    ]);
  const flakyPart =
    rows.length === 0
      ? []
      : [folded(counted(flaky.length, 'flaky test'), table(['Test', 'Where', 'History'], rows))];
  return [...shown, ...rest, ...flakyPart];
}

/** Most tools say the message again in front of the stack. */
function failureText({ message, output }: TestResult): string {
  if (message === null || output === null) return message ?? output ?? '';
  return output.includes(message) ? output : `${message}\n\n${output}`;
}

function coverageParts(
  { change, changeReason }: CoverageSummary,
  prefix: string,
  source: MarkdownSource,
): string[] {
  if (change === null)
    return changeReason === null ? [] : [`Coverage of the change: not known. ${plain(changeReason)}`];
  const rows = change.uncovered
    .slice(0, ROWS_MAX)
    .map((range) => [
      link(rangeWords(range), blobOf(range.path, `L${range.from}-L${range.to}`, prefix, source)),
    ]);
  const title = `${counted(change.uncoveredCount, 'new line')} not covered`;
  const named = change.unmeasured.slice(0, ROWS_MAX).map((path) => `- ${code(path)}`);
  return [
    ...(rows.length === 0 ? [] : [folded(title, table(['Where'], rows))]),
    ...(named.length === 0 ? [] : [folded('Changed files that no report names', named.join('\n'))]),
  ];
}

function findingParts(
  { list, bySeverity }: FindingsSummary,
  prefix: string,
  source: MarkdownSource,
): string[] {
  const rows = list
    .slice(0, ROWS_MAX)
    .map(({ severity, id, message, hint, place, url, tool }) => [
      severity,
      link(id, url),
      plain(hint === null ? message : `${message} ${hint}`),
      place === null ? '' : placeLink(place.path, place.line, prefix, source),
      plain(tool),
    ]);
  const all = Object.values(bySeverity).reduce((sum, count) => sum + count, 0);
  const rest = all > rows.length ? `\n\n… and ${counted(all - rows.length, 'more finding')}` : '';
  const head = ['Severity', 'Rule', 'What', 'Where', 'Tool'];
  return rows.length === 0 ? [] : [folded(counted(all, 'finding'), `${table(head, rows)}${rest}`)];
}

function placeLink(path: string, line: number | null, prefix: string, source: MarkdownSource): string {
  return link(placeWords(path, line), blobOf(path, line === null ? null : `L${line}`, prefix, source));
}

function blobOf(
  path: string,
  lines: string | null,
  prefix: string,
  { blobUrl }: MarkdownSource,
): string | null {
  if (blobUrl === null) return null;
  const file = `${prefix}${path}`.split('/').map(encodeURIComponent).join('/');
  return `${blobUrl}${file}${lines === null ? '' : `#${lines}`}`;
}

function folded(title: string, content: string): string {
  return `<details><summary>${html(title)}</summary>\n\n${content}\n\n</details>`;
}

/** Between tags of HTML GitHub reads no Markdown, but still people's names. */
function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200B');
}

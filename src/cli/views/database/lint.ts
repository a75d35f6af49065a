import { foundWords } from '../../lint/found-words.ts';
import type {
  Finding,
  LockEffect,
  LockMode,
  LockedWork,
  Severity,
} from '../../../migrations/lint/finding.ts';
import type { FileReport } from '../../../migrations/lint/lint-report.ts';
import type { SqlSyntaxError } from '../../../migrations/lint/parse/parse-sql.ts';
import { isSqlForm } from '../../../migrations/lint/safe-forms/is-sql-form.ts';
import { counted } from '../text/counted.ts';
import { lintFrame } from './lint-frame.ts';
import { paint, type Paint } from '../text/paint.ts';
import { visibleText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** How the findings are shown to people. */
export interface LintViewOptions {
  readonly color: boolean;
  readonly width: number;
  /** What was left out, and why: ways of migrating that are code, files that are not new. */
  readonly notes: readonly string[];
}

/** A line of prose is not longer, however wide the terminal is. */
const PROSE_WIDTH_MAX = 100;

/** All findings, file by file: where, what waits for how long, why, and the same without harm to be copied. */
export function renderLint(reports: readonly FileReport[], options: LintViewOptions): string {
  const colors = paint(options.color);
  const style = { ...colors, width: options.width };
  const blocks = reports.flatMap((report) => {
    const lines = report.text.split(/\r?\n/);
    return [
      ...report.mistakes.map((mistake) => renderMistake(mistake, report, lines, style)),
      ...report.findings.map((finding) => renderFinding(finding, report, lines, style)),
    ];
  });
  return [...blocks, lintSummary(reports, options)].join('\n');
}

/** How it ended, in a line, and what was left aside. */
export function lintSummary(reports: readonly FileReport[], options: LintViewOptions): string {
  const colors = paint(options.color);
  const notes = options.notes.flatMap((note) =>
    wrapWords(note, Math.min(options.width, PROSE_WIDTH_MAX)).map((line) => `${colors.dim(line)}\n`),
  );
  return `${summaryLine(reports, colors)}\n${notes.join('')}`;
}

interface Style extends Paint {
  readonly width: number;
}

const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', advice: '·' };

function colorOf(severity: Severity, style: Paint): (text: string) => string {
  if (severity === 'error') return style.red;
  return severity === 'warning' ? style.yellow : style.cyan;
}

function renderFinding(finding: Finding, report: FileReport, lines: readonly string[], style: Style): string {
  const color = colorOf(finding.severity, style);
  const place = `${report.file}:${finding.line}:${finding.column}`;
  const frame =
    finding.statement === ''
      ? []
      : lintFrame({ ...finding, lines }, { width: style.width, dim: style.dim, mark: color });
  return block([
    ...titled(`${color(MARKS[finding.severity])} `, finding.message, style),
    `  ${style.dim(`${place}  ${finding.severity}  ${finding.rule}`)}`,
    ...frame,
    ...finding.locks.flatMap((lock) => prose('lock', sayLock(lock), style)),
    ...prose('why', finding.why, style),
    ...safeForm(finding.safeForm, style),
  ]);
}

function renderMistake(
  mistake: SqlSyntaxError,
  report: FileReport,
  lines: readonly string[],
  style: Style,
): string {
  const place = `${report.file}:${mistake.line}:${mistake.column}`;
  const frame = lintFrame(
    { ...mistake, lines, statement: null },
    { width: style.width, dim: style.dim, mark: style.red },
  );
  return block([
    ...titled(`${style.red('✗')} `, `Postgres cannot read this: ${mistake.message}`, style),
    `  ${style.dim(`${place}  SQL_SYNTAX`)}`,
    ...frame,
    ...(mistake.hint === null ? [] : [`  ${style.cyan('→')} ${mistake.hint}`]),
  ]);
}

function block(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function titled(mark: string, text: string, style: Style): readonly string[] {
  const [first = '', ...rest] = wrapWords(visibleText(text), Math.min(style.width, PROSE_WIDTH_MAX) - 2);
  return [`${mark}${style.bold(first)}`, ...rest.map((line) => `  ${style.bold(line)}`)];
}

const LABEL_WIDTH = 6;

function prose(label: string, text: string | null, style: Style): readonly string[] {
  if (text === null) return [];
  const width = Math.min(style.width, PROSE_WIDTH_MAX) - 2 - LABEL_WIDTH;
  return wrapWords(visibleText(text), Math.max(width, 20)).map(
    (line, at) => `  ${style.dim((at === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`,
  );
}

/** Never broken and never cut: what is copied must be whole. */
function safeForm(text: string | null, style: Style): readonly string[] {
  if (text === null) return [];
  if (!isSqlForm(text)) return prose('do', text, style);
  const lines = text.split(/\r?\n/).map((line) => `    ${style.green(visibleText(line))}`.trimEnd());
  return [`  ${style.dim('safe')}`, ...lines];
}

/** Who waits for it; nobody that an app would notice for the others. */
const STOPS: Partial<Record<LockMode, string>> = {
  ShareUpdateExclusive: 'stops only other changes of the table',
  Share: 'stops writes',
  ShareRowExclusive: 'stops writes',
  Exclusive: 'stops writes',
  AccessExclusive: 'stops reads and writes',
};

const WORK: Readonly<Record<LockedWork, string>> = {
  none: '',
  scan: ', while every row is read',
  'index-build': ', while an index is built',
  rewrite: ', while the table is written anew',
  rows: '',
};

function sayLock({ table, lock, work }: LockEffect): string | null {
  const stops = STOPS[lock];
  return stops === undefined ? null : `${lock} on ${table} ${stops}${WORK[work]}`;
}

function summaryLine(reports: readonly FileReport[], colors: Paint): string {
  const { bold, dim, green } = colors;
  const ignored = reports.reduce((sum, report) => sum + report.ignored.length, 0);
  const statements = reports.reduce((sum, report) => sum + report.statements, 0);
  const looked = `${counted(statements, 'statement')} in ${counted(reports.length, 'file')}`;
  const found = foundWords(reports, colors);
  const left = ignored === 0 ? '' : dim(`, ${ignored} ignored`);
  if (found.length === 0)
    return `${green('✓')} ${bold('Nothing found')} in ${looked.replace(' in ', ' of ')}${left}`;
  return `${bold(found.join(', '))} ${dim(`in ${looked.replace(' in ', ' of ')}`)}${left}`;
}

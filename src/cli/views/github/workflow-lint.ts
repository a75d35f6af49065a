import { foundWords } from '../../lint/found-words.ts';
import type {
  Severity,
  WorkflowFinding,
  WorkflowMistake,
  WorkflowReport,
} from '../../../workflows/finding.ts';
import { counted } from '../text/counted.ts';
import { lintFrame } from '../database/lint-frame.ts';
import { paint, type Paint } from '../text/paint.ts';
import { visibleText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** How the findings are shown to people. */
export interface WorkflowLintStyle {
  readonly color: boolean;
  readonly width: number;
  /** What could not be looked at, and why. */
  readonly notes: readonly string[];
}

interface Style extends Paint {
  readonly width: number;
}

/** A line of prose is not longer, however wide the terminal is. */
const PROSE_WIDTH_MAX = 100;
const LABEL_WIDTH = 6;

/** All findings, file by file: where, why, and what to write instead. */
export function renderWorkflowLint(reports: readonly WorkflowReport[], options: WorkflowLintStyle): string {
  const style = { ...paint(options.color), width: options.width };
  const blocks = reports.flatMap(({ file, text, mistakes, findings }) => {
    const lines = text.split(/\r?\n/);
    return [
      ...mistakes.map((mistake) => renderMistake(mistake, file, lines, style)),
      ...findings.map((finding) => renderFinding(finding, lines, style)),
    ];
  });
  return [...blocks, workflowLintSummary(reports, options)].join('\n');
}

/** How it ended, in a line. */
export function workflowLintSummary(
  reports: readonly WorkflowReport[],
  { color, width, notes }: WorkflowLintStyle,
): string {
  const colors = paint(color);
  const { bold, dim, green } = colors;
  const ignored = reports.reduce((sum, report) => sum + report.ignored.length, 0);
  const found = foundWords(reports, colors);
  const left = ignored === 0 ? '' : dim(`, ${ignored} ignored`);
  const files = counted(reports.length, 'file');
  const line =
    found.length === 0
      ? `${green('✓')} ${bold('Nothing found')} in ${files}`
      : `${bold(found.join(', '))} ${dim(`in ${files}`)}`;
  const told = notes.flatMap((note) =>
    wrapWords(note, Math.min(width, PROSE_WIDTH_MAX)).map((each) => `${dim(each)}\n`),
  );
  return `${line}${left}\n${told.join('')}`;
}

const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', advice: '·' };

function colorOf(severity: Severity, style: Style): (text: string) => string {
  if (severity === 'error') return style.red;
  return severity === 'warning' ? style.yellow : style.cyan;
}

function renderFinding(finding: WorkflowFinding, lines: readonly string[], style: Style): string {
  const color = colorOf(finding.severity, style);
  const [first = ''] = finding.statement.split('\n', 1);
  const place = {
    line: finding.line,
    column: finding.column,
    lines,
    statement: null,
    length: Array.from(first).length,
  };
  return block([
    ...titled(`${color(MARKS[finding.severity])} `, finding.message, style),
    `  ${style.dim(`${finding.file}:${finding.line}:${finding.column}  ${finding.severity}  ${finding.rule}`)}`,
    ...lintFrame(place, { width: style.width, dim: style.dim, mark: color }),
    ...prose('why', finding.why, style),
    ...prose('do', finding.hint, style),
    ...(finding.code ?? '')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [`    ${style.green(visibleText(line))}`])),
  ]);
}

function renderMistake(
  { line, column, message, hint }: WorkflowMistake,
  file: string,
  lines: readonly string[],
  style: Style,
): string {
  return block([
    ...titled(`${style.red('✗')} `, `This is not valid YAML: ${message}`, style),
    `  ${style.dim(`${file}:${line}:${column}  WORKFLOW_INVALID`)}`,
    ...lintFrame(
      { line, column, lines, statement: null },
      { width: style.width, dim: style.dim, mark: style.red },
    ),
    ...(hint === null ? [] : [`  ${style.cyan('→')} ${hint}`]),
  ]);
}

function block(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function titled(mark: string, text: string, style: Style): readonly string[] {
  const [first = '', ...rest] = wrapWords(visibleText(text), Math.min(style.width, PROSE_WIDTH_MAX) - 2);
  return [`${mark}${style.bold(first)}`, ...rest.map((line) => `  ${style.bold(line)}`)];
}

function prose(label: string, text: string, style: Style): readonly string[] {
  const width = Math.min(style.width, PROSE_WIDTH_MAX) - 2 - LABEL_WIDTH;
  return wrapWords(visibleText(text), Math.max(width, 20)).map(
    (line, at) => `  ${style.dim((at === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`,
  );
}

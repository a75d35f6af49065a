import {
  BLOCKED_WORDS,
  keepsOut,
  secondsWords,
  unsafeStatements,
} from '../../../migrations/probe/judge-probe.ts';
import type { ProbedEffect, ProbedStatement } from '../../../migrations/probe/probed-statement.ts';
import type { ProbedFinding, ProbeOutcome, ProbeRecord } from '../../../pipeline/probe/probe-record.ts';
import { probeLine, shortSql, statementsOf } from '../../../pipeline/probe/probe-words.ts';
import { durationWords } from '../../../plan/words.ts';
import { counted } from '../text/counted.ts';
import { paint, type Paint } from '../text/paint.ts';
import { cut, padEnd } from '../text/table.ts';
import { renderVerdict } from './verdict.ts';
import { visibleText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** How a probe is shown. */
export interface ProbeViewOptions {
  readonly color: boolean;
  readonly width: number;
  /** What the environment's gate allows; null where it has none. */
  readonly limitMs: number | null;
  /** The branch that was left there, by name. */
  readonly keptBranch: string | null;
}

/** Where no gate says how long anybody may wait, this much is called too long: the default of `safeMigrations()`. */
export const DEFAULT_LIMIT_MS = 1_000;
/** A wait that nobody notices is below a tenth of what is too long. */
const NOTICED = 0.1;
const WIDTH_MAX = 140;
const BAR_WIDTH = 8;
const INDENT = '     ';

interface Style extends Paint {
  readonly width: number;
  readonly limitMs: number;
}

/** Statement by statement what it locks, does, and whom it keeps out for how long; findings below. */
export function renderProbe(outcome: ProbeOutcome, options: ProbeViewOptions): string {
  const { record } = outcome;
  const colors = paint(options.color);
  const limitMs = options.limitMs ?? DEFAULT_LIMIT_MS;
  const style: Style = { ...colors, width: Math.min(options.width, WIDTH_MAX), limitMs };
  const shown = statementsOf(record);
  const hidden = record.statements.length - shown.length;
  return [
    heading(record, style),
    '',
    ...table(record, shown, outcome, style),
    ...(hidden === 0
      ? []
      : [style.dim(`${INDENT}and ${counted(hidden, 'statement')} of the migration tool itself`), '']),
    ...outcome.findings.flatMap((finding) => [...renderFinding(finding, style), '']),
    ...closing(record, options, style),
    ...(record.verdict === undefined ? [] : ['', ...renderVerdict(record.verdict, options)]),
    '',
  ].join('\n');
}

function heading(record: ProbeRecord, { bold, dim }: Style): string {
  const where = `${record.database} of ${record.environment} at ${record.commit.slice(0, 7)}`;
  const how = record.seenBy === 'tap' ? '' : ', seen from outside';
  return `${bold(where)} ${dim(`· on a throwaway branch${how} · ${probeLine(record)}`)}`;
}

function table(
  record: ProbeRecord,
  shown: readonly ProbedStatement[],
  { sql }: ProbeOutcome,
  style: Style,
): string[] {
  if (shown.length === 0) return [style.dim(`${INDENT}There was nothing to migrate.`), ''];
  const widths = columnWidths(shown);
  const members = new Map<number, number>();
  for (const { transaction } of record.statements)
    members.set(transaction, (members.get(transaction) ?? 0) + 1);
  return shown.flatMap((statement) => {
    const together = (members.get(statement.transaction) ?? 0) > 1 ? style.dim('│') : ' ';
    const text = visibleText(shortSql(sql.get(statement.number) ?? statement.sql, 1_000));
    const took = secondsWords(statement.tookMs);
    const room = style.width - INDENT.length - took.length - 2;
    const line = `${style.dim(String(statement.number).padStart(3))} ${together}${padEnd(style.bold(cut(text, room)), room)}  ${style.dim(took)}`;
    return [
      line,
      ...errorLine(statement, together, style),
      ...statement.effects.map((effect) => effectLine(effect, widths, together, style)),
      '',
    ];
  });
}

function errorLine({ error }: ProbedStatement, together: string, { red, width }: Style): string[] {
  if (error === null) return [];
  return [
    `    ${together}${red(cut(visibleText(`failed with ${error.sqlState}: ${error.message}`), width - INDENT.length))}`,
  ];
}

interface Widths {
  readonly table: number;
  readonly lock: number;
  readonly work: number;
  readonly who: number;
}

function columnWidths(statements: readonly ProbedStatement[]): Widths {
  const effects = statements.flatMap((statement) => statement.effects);
  const widest = (text: (effect: ProbedEffect) => string): number =>
    Math.max(0, ...effects.map((effect) => text(effect).length));
  return {
    table: Math.min(widest(nameOf), 40),
    lock: widest(lockOf),
    work: widest(({ work }) => (WORK[work].length > 0 ? WORK[work] : '')),
    who: widest(({ blocks }) => BLOCKED_WORDS[blocks]),
  };
}

const WORK: Readonly<Record<ProbedEffect['work'], string>> = {
  none: 'no work',
  rows: 'its rows',
  scan: 'reads all rows',
  'index-build': 'builds an index',
  rewrite: 'rewrites it',
};

function nameOf({ table, kind }: ProbedEffect): string {
  return kind === 'table' ? table : `${kind} ${table}`;
}

function lockOf({ lock, isFresh, isAssumed }: ProbedEffect): string {
  if (!isFresh) return `${lock} (held)`;
  return isAssumed ? `${lock} (documented)` : lock;
}

function effectLine(effect: ProbedEffect, widths: Widths, together: string, style: Style): string {
  const paintIt = dangerOf(effect, style);
  const isWaited = effect.isFresh && effect.blocks !== 'nobody';
  const cells = [
    padEnd(cut(visibleText(nameOf(effect)), widths.table), widths.table),
    padEnd(lockOf(effect), widths.lock),
    padEnd(WORK[effect.work], widths.work),
    padEnd(effect.isFresh ? BLOCKED_WORDS[effect.blocks] : 'as before', widths.who),
    isWaited ? `${bar(effect.estimatedMs)} ${secondsWords(effect.estimatedMs)}${grown(effect)}` : '',
  ];
  return `    ${together}${paintIt(cells.join('  ').trimEnd())}`;
}

/** Where the branch has less than the target, what was measured on it stands behind. */
function grown({ heldMs, estimatedMs }: ProbedEffect): string {
  return estimatedMs > heldMs ? ` (${secondsWords(heldMs)} on the branch)` : '';
}

/** Red: somebody waits for too long. Yellow: somebody may notice. */
function dangerOf({ blocks, estimatedMs, isFresh }: ProbedEffect, style: Style): (text: string) => string {
  if (!isFresh || !keepsOut(blocks)) return style.dim;
  if (estimatedMs > style.limitMs) return style.red;
  return estimatedMs > style.limitMs * NOTICED ? style.yellow : style.green;
}

/** One cell more for each time that it takes three times as long: 1 ms has none, 10 s is full. */
function bar(ms: number): string {
  const cells = Math.min(BAR_WIDTH, Math.max(0, Math.round(2 * Math.log10(Math.max(1, ms)))));
  return `${'█'.repeat(cells)}${'░'.repeat(BAR_WIDTH - cells)}`;
}

const MARKS = { error: '✗', warning: '!', advice: '·' } as const;

function renderFinding(finding: ProbedFinding, style: Style): string[] {
  const { red, yellow, cyan, bold, dim, green } = style;
  const color = { error: red, warning: yellow, advice: cyan }[finding.severity];
  const lines = (text: string): string[] =>
    wrapWords(visibleText(text), Math.max(20, Math.min(style.width, 100) - 4));
  const [first = '', ...rest] = lines(finding.message);
  const of = finding.statement === null ? '' : `statement ${finding.statement}  `;
  return [
    `${color(MARKS[finding.severity])} ${bold(first)}`,
    ...rest.map((line) => `  ${bold(line)}`),
    `  ${dim(`${of}${finding.severity}  ${finding.rule}`)}`,
    ...(finding.why === null ? [] : lines(finding.why).map((line) => `  ${line}`)),
    ...(finding.safeForm === null
      ? []
      : [
          `  ${dim('safe')}`,
          ...finding.safeForm.split('\n').map((line) => `    ${green(visibleText(line))}`.trimEnd()),
        ]),
  ];
}

function closing(record: ProbeRecord, { limitMs, keptBranch }: ProbeViewOptions, style: Style): string[] {
  const { bold, red, green, cyan, dim } = style;
  const unsafe = unsafeStatements(record, style.limitMs).length;
  const allowed = durationWords(style.limitMs);
  const lines =
    unsafe === 0
      ? [`${green('✓')} ${bold(`Nobody is kept out for longer than ${allowed}.`)}`]
      : [
          `${red('✗')} ${bold(
            limitMs === null
              ? `Not safe: ${counted(unsafe, 'statement')} with a wait of more than ${allowed}, or with an error.`
              : `The gate of ${record.environment} would refuse this: ${counted(unsafe, 'statement')} with a wait of more than ${allowed}, or with an error.`,
          )}`,
        ];
  lines.push(
    dim(
      '  A lock that has to be waited for keeps out everybody behind it as long as it waits: lock_timeout ends that.',
    ),
  );
  if (keptBranch !== null) lines.push(`  ${cyan('→')} The branch is kept for an hour: ${keptBranch}`);
  return lines;
}

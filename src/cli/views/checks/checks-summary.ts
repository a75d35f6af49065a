import type { CheckResult, ChecksOutcome } from '../../../checks/check-event.ts';
import type { CheckPlan } from '../../../checks/select-checks.ts';
import { paint } from '../text/paint.ts';
import { printedLines } from '../text/printed-lines.ts';
import { renderTable } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';
import { visibleText } from '../text/visible-text.ts';

/** Of a large repository most are left out, and nobody reads a page of names. */
const LEFT_OUT_NAMED = 10;

/** How the end is shown. */
export interface ChecksSummaryOptions {
  readonly color: boolean;
  /** A picture of all checks stands above already. */
  readonly hasPicture: boolean;
}

/**
 * The end of a run of checks: those that ran with their times, what was saved, which chain decided how long it took, and
 * what the failed ones said, but for the first, which is told of as the error of the command.
 */
export function checksSummary(
  plan: CheckPlan,
  outcome: ChecksOutcome,
  { color, hasPicture }: ChecksSummaryOptions,
): string {
  const ran = outcome.results.filter(({ durationMs }) => durationMs !== null);
  const table =
    hasPicture || ran.length < 2
      ? ''
      : `\n${renderTable(
          ['check', 'status', 'time', 'why'],
          ran.map((result) => [
            result.name,
            result.status,
            formatDuration(result.durationMs ?? 0),
            result.reason,
          ]),
        )}\n`;
  const failures = outcome.failures.slice(1).map((result) => failureBlock(result, color));
  return `${table}${failures.join('')}${lastLine(plan, outcome)}`;
}

function failureBlock(result: CheckResult, color: boolean): string {
  const { red, dim } = paint(color);
  const lines = printedLines(result.output.map(visibleText)).map((line) => dim(`  │ ${line}\n`));
  const { message, hint } = result.problem ?? { message: result.name, hint: '' };
  const hints = hint === '' ? [] : hint.split('\n');
  return `${red('✗')} ${message}\n${lines.join('')}${hints.map((each) => `  → ${each}\n`).join('')}\n`;
}

function lastLine({ leftOut }: CheckPlan, outcome: ChecksOutcome): string {
  const { results, failures, durationMs, savedMs } = outcome;
  const rest = leftOutWords(leftOut);
  if (results.length === 0) return `No check to run${rest}.\n`;
  const count = `${results.length} ${results.length === 1 ? 'check' : 'checks'}`;
  const remembered = results.filter(({ status, from }) => status === 'passed' && from !== 'ran').length;
  const how =
    remembered === 0
      ? ''
      : remembered === results.length
        ? ', all up to date'
        : `, ${remembered} of them cached`;
  const saved = savedMs === 0 ? '' : `; saved ${formatDuration(savedMs)}`;
  const time = formatDuration(durationMs);
  const path =
    outcome.criticalPath.length < 2
      ? ''
      : `; longest chain: ${outcome.criticalPath.join(' → ')} (${formatDuration(outcome.criticalPathMs)})`;
  const other = results.filter(({ status }) => status === 'not-run' || status === 'ended').length;
  return failures.length === 0
    ? `${count} passed in ${time}${how}${saved}${path}${rest}.\n`
    : `${failures.length} of ${count} failed after ${time}${other === 0 ? '' : `, ${other} did not finish`}${saved}${rest}.\n`;
}

/** Those left out, by name: `; left out: lint, e2e`. With `--json` all of them are named, with their reasons. */
function leftOutWords(leftOut: CheckPlan['leftOut']): string {
  if (leftOut.length === 0) return '';
  const rest = leftOut.length - LEFT_OUT_NAMED;
  const names = leftOut.slice(0, LEFT_OUT_NAMED).map(({ name }) => name);
  return `; skipped: ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

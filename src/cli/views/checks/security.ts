import type { Severity } from '../../../config/definition/ci-definition.ts';
import type { ResolvedException } from '../../../config/resolved-ci.ts';
import type { Finding } from '../../../reports/finding.ts';
import type { SecurityJudgement } from '../../../security/policy/judge-security.ts';
import { counted } from '../text/counted.ts';
import { paint, type Paint } from '../text/paint.ts';
import { visibleText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** What is shown of a security command. */
export interface SecurityView extends SecurityJudgement {
  readonly looked: string;
  readonly ignored?: readonly { readonly finding: Finding; readonly reason: string }[];
  readonly skipped: readonly string[];
  readonly notes?: readonly string[];
}

/** A line of prose is not longer, however wide the terminal is. */
const PROSE_WIDTH_MAX = 100;

interface Style extends Paint {
  readonly width: number;
}

/** Every finding with its place and what to do; then what was excepted, what was not looked at, and how it ended. */
export function renderSecurity(
  view: SecurityView,
  { color, width }: { color: boolean; width: number },
): string {
  const style: Style = { ...paint(color), width: Math.max(40, Math.min(width, PROSE_WIDTH_MAX)) };
  const { refused, tolerated, excepted, expired, unused } = view;
  return [
    ...refused.map((finding) => findingBlock('✗', finding, style)),
    ...tolerated.map((finding) => findingBlock('!', finding, style)),
    ...excepted.map(({ finding, exception }) =>
      line(
        style.dim('·'),
        `${nameOf(finding)} is accepted until ${lastDay(exception)}: ${exception.reason}`,
        style,
      ),
    ),
    ...(view.ignored ?? []).map(({ finding, reason }) =>
      line(style.dim('·'), `${nameOf(finding)} is ignored: ${reason}`, style),
    ),
    ...expired.map(({ exception }) =>
      line(
        style.red('✗'),
        `The exception for ${exception.id}${inOf(exception)} ended on ${lastDay(exception)}: it counts again.`,
        style,
      ),
    ),
    ...unused.map((exception) =>
      line(
        style.yellow('!'),
        `The exception for ${exception.id}${inOf(exception)} matches nothing any more: remove it from ci.security.exceptions.`,
        style,
      ),
    ),
    ...view.skipped.map((text) => line(style.yellow('!'), `NOT CHECKED: ${text}`, style)),
    ...(view.notes ?? []).map((text) => line(style.dim('·'), text, style)),
    summary(view, style),
  ].join('');
}

function summary({ refused, tolerated, excepted, ignored = [], looked }: SecurityView, style: Style): string {
  const all = [...refused, ...tolerated];
  const left = [
    excepted.length === 0 ? '' : `, ${excepted.length} excepted`,
    ignored.length === 0 ? '' : `, ${ignored.length} ignored`,
  ].join('');
  if (all.length === 0)
    return `${style.green('✓')} ${style.bold('Nothing found')} in ${looked}${style.dim(left)}\n`;
  const counts = (['critical', 'high', 'moderate', 'low'] as const)
    .map((severity) => [severity, all.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => colorOf(severity, style)(`${count} ${severity}`));
  return `${style.bold(counted(all.length, 'finding'))} (${counts.join(', ')}) in ${looked}${style.dim(left)}\n`;
}

function findingBlock(mark: string, finding: Finding, style: Style): string {
  const color = colorOf(finding.severity, style);
  const [first = '', ...rest] = wrapWords(visibleText(finding.message), style.width - 2);
  const place =
    finding.place === null
      ? ''
      : `${[finding.place.path, finding.place.line].filter((part) => part !== null).join(':')}  `;
  const ids = [finding.id, ...(finding.aliases ?? [])].join(' ');
  return [
    `${color(mark)} ${style.bold(first)}`,
    ...rest.map((each) => `  ${style.bold(each)}`),
    `  ${style.dim(place)}${color(finding.severity)}  ${style.dim(visibleText(ids))}`,
    ...(finding.hint === null
      ? []
      : wrapWords(visibleText(finding.hint), style.width - 4).map(
          (each, at) => `  ${at === 0 ? style.cyan('→') : ' '} ${each}`,
        )),
    ...(finding.url === null ? [] : [`    ${style.dim(visibleText(finding.url))}`]),
    '',
    '',
  ].join('\n');
}

function line(mark: string, text: string, style: Style): string {
  return wrapWords(visibleText(text), style.width - 2)
    .map((each, at) => `${at === 0 ? mark : ' '} ${each}\n`)
    .join('');
}

function colorOf(severity: Severity, style: Paint): (text: string) => string {
  if (severity === 'low') return style.dim;
  return severity === 'moderate' ? style.yellow : style.red;
}

function nameOf({ id, package: name, place }: Finding): string {
  const where =
    name ?? (place === null ? null : [place.path, place.line].filter((part) => part !== null).join(':'));
  return where === null ? id : `${id} in ${where}`;
}

function inOf({ in: where }: ResolvedException): string {
  return where === null ? '' : ` in ${where}`;
}

/** The last day on which an exception holds. */
function lastDay({ expiresAt }: ResolvedException): string {
  return Number.isFinite(expiresAt)
    ? new Date(expiresAt - 1).toISOString().slice(0, 10)
    : 'a day that is none';
}

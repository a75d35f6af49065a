import type { AppliedSetting, SettingOutcome } from '../../../pipeline/github-setup/apply-settings.ts';
import type { SettingChange } from '../../../plan/github-setup/settings-plan.ts';
import { localHint } from '../problem.ts';
import { paint, type Paint } from '../text/paint.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** How `github setup` was asked, and of what. */
interface SetupOptions {
  readonly repository: string;
  readonly isDryRun: boolean;
  readonly isLocal: boolean;
  readonly color: boolean;
  readonly width: number;
}

const SIGNS: Readonly<Record<SettingChange['mark'], string>> = {
  create: '+',
  change: '~',
  keep: '=',
  ask: '?',
  note: '!',
};

/** A line for each setting: what is made, changed or as it is, what only a person can do, and what should be known. */
export function renderSetup(applied: readonly AppliedSetting[], options: SetupOptions): string {
  const colors = paint(options.color);
  const width = Math.max(...applied.map(({ change }) => change.subject.length));
  const lines = applied.flatMap((each) => settingLines(each, width, options, colors));
  const head = `${colors.bold(options.repository)} on ${options.isLocal ? 'the local GitHub' : 'GitHub'}`;
  return `${[head, '', ...lines, '', ...closing(applied, options, colors)].join('\n')}\n`;
}

function settingLines(
  { change, outcome }: AppliedSetting,
  subjectWidth: number,
  options: SetupOptions,
  colors: Paint,
): string[] {
  const sign = coloredSign(change, outcome, options, colors);
  const words = [...change.details, ...outcomeWords(outcome)].join('; ') || change.reason;
  const room = Math.max(30, options.width - subjectWidth - 6);
  const [first = '', ...rest] = wrapWords(words, room);
  const indent = ' '.repeat(subjectWidth + 6);
  const reason = words === change.reason ? [] : [`${indent}${colors.dim(change.reason)}`];
  const shown = change.mark === 'keep' ? colors.dim(first) : first;
  return [
    `  ${sign} ${change.subject.padEnd(subjectWidth)}  ${shown}`.trimEnd(),
    ...rest.map((line) => `${indent}${change.mark === 'keep' ? colors.dim(line) : line}`),
    ...(change.mark === 'keep' ? [] : reason),
  ];
}

function coloredSign(
  { mark }: SettingChange,
  outcome: SettingOutcome | null,
  { isDryRun }: SetupOptions,
  { green, yellow, red, dim }: Paint,
): string {
  if (outcome?.kind === 'failed') return red('✗');
  if (outcome?.kind === 'limited') return yellow(SIGNS.note);
  if (mark === 'keep') return dim(SIGNS.keep);
  if (mark === 'ask' || mark === 'note') return yellow(SIGNS[mark]);
  return isDryRun ? yellow(SIGNS[mark]) : green(SIGNS[mark]);
}

function outcomeWords(outcome: SettingOutcome | null): string[] {
  if (outcome?.kind === 'limited')
    return [`the plan of this account does not have all of it; ${outcome.instead}`];
  return outcome?.kind === 'failed' ? [outcome.error.message] : [];
}

function closing(applied: readonly AppliedSetting[], options: SetupOptions, { cyan, red }: Paint): string[] {
  const arrow = (command: string): string => `  ${cyan('→')} ${localHint(command, options.isLocal)}`;
  const todo = applied.filter(({ change }) => change.action !== null).length;
  const failed = applied.flatMap(({ outcome }) => (outcome?.kind === 'failed' ? [outcome.error] : []));
  const missing = applied.flatMap(({ change }) => (change.mark === 'ask' ? [change] : []));
  const lines: string[] = [];
  if (options.isDryRun && todo > 0)
    lines.push(`${counted(todo)} to be made.`, arrow('glidepath github setup'));
  if (!options.isDryRun && todo > failed.length) lines.push(`${counted(todo - failed.length)} made.`);
  if (failed.length > 0) {
    lines.push(red(`${counted(failed.length)} could not be made.`));
    lines.push(...new Set(failed.flatMap(({ hint }) => (hint === undefined ? [] : [arrow(hint)]))));
  }
  if (missing.length > 0) {
    const one = missing.length === 1;
    lines.push(
      `${one ? 'One secret is' : `${missing.length} secrets are`} not set, and only you have ${one ? 'it' : 'them'}.`,
    );
    lines.push(arrow('glidepath github setup --secrets-from-stdin < secrets.txt'));
  }
  return lines.length > 0 ? lines : ['Everything is set up; there is nothing to do.'];
}

function counted(count: number): string {
  return count === 1 ? 'One change' : `${count} changes`;
}

import type { CheckEvent, CheckResult } from '../../../checks/check-event.ts';
import type { CheckLog } from '../../../checks/check-log.ts';
import type { ResolvedCheck } from '../../../config/resolved.ts';
import { GROUP_END, groupStart } from '../../github/annotations.ts';
import type { Output } from '../../output.ts';
import { overwrite } from '../text/overwrite.ts';
import { paint } from '../text/paint.ts';
import { formatDuration } from '../text/time.ts';
import { checkMark, checksFrame } from './checks-frame.ts';
import { NO_CHECKS, reduceChecks, type ChecksModel } from './checks-model.ts';
import { waitingWords } from './waiting-words.ts';

/** How checks are shown. */
export interface ChecksViewOptions {
  readonly output: Pick<Output, 'write' | 'holdErrors' | 'isTty' | 'width' | 'rows' | 'color' | 'json'>;
  /** Inside GitHub Actions: output is folded away. */
  readonly isActions: boolean;
  /** Shows also what a check prints that passes, where a person looks on. */
  readonly isVerbose: boolean;
  /** Milliseconds since the epoch, as the events have it. */
  readonly now: () => number;
}

/** Shows checks while they run; a reader of their events. */
export interface ChecksView extends Disposable {
  onEvent(event: CheckEvent): void;
  /** What a check printed, once it has ended. */
  onLog(check: ResolvedCheck, log: CheckLog): void;
}

/** How often the picture is drawn again: spinners turn, times count. */
const FRAME_MS = 100;

/**
 * On a terminal one picture, drawn again while checks run; elsewhere lines, each with the name of its check before it;
 * in a job of GitHub a fold for each check. With `--json` nothing: its document comes at the end.
 */
export function checksView(options: ChecksViewOptions): ChecksView {
  const { output, isActions, isVerbose } = options;
  if (output.json)
    return { onEvent: () => undefined, onLog: () => undefined, [Symbol.dispose]: () => undefined };
  if (isActions) return foldedView(options);
  return output.isTty && !isVerbose ? pictureView(options) : linesView(options);
}

function pictureView({ output, now }: ChecksViewOptions): ChecksView {
  let model: ChecksModel = NO_CHECKS;
  let drawn = 0;
  let tick = 0;
  let timer: NodeJS.Timeout | null = null;
  // A line in the middle of the picture would move it, and be drawn over.
  const errors = output.holdErrors();
  const draw = (): void => {
    const { width, rows, color } = output;
    const frame = checksFrame(model, { now: now(), width, rows, color, tick: tick++ });
    output.write(overwrite(frame, drawn));
    drawn = frame.split('\n').length - 1;
  };
  return {
    onEvent(event) {
      model = reduceChecks(model, event);
      // A run in which nothing has to run is one picture, at its end.
      if (event.type === 'started' || event.type === 'waiting') timer ??= setInterval(draw, FRAME_MS);
    },
    onLog: () => undefined,
    [Symbol.dispose]() {
      if (timer !== null) clearInterval(timer);
      if (model.checks.size > 0) draw();
      model = NO_CHECKS;
      errors[Symbol.dispose]();
    },
  };
}

function linesView({ output }: ChecksViewOptions): ChecksView {
  const { bold, dim, yellow } = paint(output.color);
  let width = 0;
  const prefix = (name: string): string => dim(`${name.padEnd(width)} │ `);
  return {
    onEvent(event) {
      if (event.type === 'planned')
        width = Math.max(0, ...event.plan.selected.map(({ check }) => check.name.length));
      if (event.type === 'started')
        output.write(`${prefix(event.check.name)}${bold(`$ ${event.check.command}`)}\n`);
      if (event.type === 'waiting') output.write(`${prefix(event.name)}${waitingWords(event)}\n`);
      if (event.type === 'line') output.write(`${prefix(event.name)}${event.line}\n`);
      if (event.type === 'retrying') output.write(`${prefix(event.name)}${yellow(retryWords(event))}\n`);
      if (event.type === 'ended') output.write(endedLines(event.result, output.color));
    },
    onLog: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

/** Folds cannot lie in each other: what checks print beside each other comes whole, one after the other. */
function foldedView({ output }: ChecksViewOptions): ChecksView {
  let isAlone = false;
  const commands = new Map<string, string>();
  const start = (name: string): string => groupStart(`${name} · ${commands.get(name) ?? ''}`);
  return {
    onEvent(event) {
      if (event.type === 'planned') isAlone = event.plan.selected.length === 1 || event.capacity === 1;
      if (event.type === 'started') {
        commands.set(event.check.name, event.check.command);
        if (isAlone) output.write(start(event.check.name));
      }
      if (event.type === 'waiting') output.write(`${event.name}: ${waitingWords(event)}\n`);
      if (event.type === 'line' && isAlone) output.write(`${event.line}\n`);
      if (event.type === 'ended') output.write(endedLines(event.result, output.color));
    },
    onLog(check, log) {
      if (isAlone) return output.write(GROUP_END);
      output.write(start(check.name));
      for (const chunk of log.chunks()) output.write(chunk);
      output.write(GROUP_END);
    },
    [Symbol.dispose]: () => undefined,
  };
}

function retryWords({ failure, attempt, attempts }: Extract<CheckEvent, { type: 'retrying' }>): string {
  return `${failure}; attempt ${attempt} of ${attempts}`;
}

/** One line for a check that has ended, and one for each warning. */
function endedLines(result: CheckResult, color: boolean): string {
  const colors = paint(color);
  const mark = checkMark(result.status, { result }, colors);
  const time = result.durationMs === null ? '' : formatDuration(result.durationMs);
  const how = result.problem === null ? result.reason : failureClause(result);
  const words =
    result.status === 'failed' && !result.timedOut
      ? `${how} after ${time}`
      : [time, how].filter((part) => part !== '').join('  ');
  const warnings = result.warnings.map((warning) => `  ${colors.yellow(`! ${result.name}: ${warning}`)}\n`);
  return `${mark} ${colors.bold(result.name)}  ${words}\n${warnings.join('')}`;
}

/** `failed with exit code 7`: what the message says, without its subject. */
function failureClause({ name, problem }: CheckResult): string {
  return (problem?.message ?? '').replace(`The check ${name} `, '').replace(/\.$/, '');
}

import type { StepStatus } from '../../../engine/events.ts';
import { unreachable } from '../../../util/assert.ts';
import { paint, type Paint } from '../text/paint.ts';
import { fitBlocks, type Block } from '../text/fit-blocks.ts';
import { printedLines } from '../text/printed-lines.ts';
import type { RunModel, StepModel } from './run-model.ts';
import { cut, cutVisible, padEnd, visibleWidth } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';
import { wrapWords } from '../text/wrap-words.ts';

const SPINNER = ['◐', '◓', '◑', '◒'];
/** Lines of a running step's output under it, and of a failed one's. */
const RUNNING_TAIL = 1;
const FAILED_TAIL = 6;

/** How a run is drawn. */
export interface RunFrameOptions {
  readonly now: number;
  readonly width: number;
  /** Rows of the screen that is drawn on again and again; null to draw everything once. */
  readonly rows: number | null;
  readonly color: boolean;
  readonly tick: number;
  /** Lines that belong below: what the run waits for, what an interrupt does. */
  readonly notes: readonly string[];
  /** The error of the run is told below the picture; it need not be told in it. */
  readonly isErrorTold: boolean;
}

/** One picture of a run: every step with its state and time, and under those that run or failed what they printed. */
export function renderRunFrame(model: RunModel, options: RunFrameOptions): string {
  const colors = paint(options.color);
  const width = Math.max(...model.steps.map((step) => visibleWidth(step.title)), 10);
  const blocks = model.steps.map((step): Block => {
    const mark = markOf(step.status, colors, options.tick);
    const title = step.status === 'pending' ? colors.dim(step.title) : step.title;
    const head = `  ${mark} ${padEnd(title, width)}  ${colors.dim(timing(step, options.now))}`.trimEnd();
    const isTold = options.isErrorTold && step.error?.message === model.error?.message;
    const tail = isTold ? [] : tailOf(step);
    return {
      lines: [head, ...tail.map((line) => colors.dim(`      │ ${cut(line, options.width - 9)}`))],
      state: stateOf(step.status),
    };
  });
  const notes = options.notes
    .flatMap((note) => wrapWords(note, options.width - 4))
    .map((line) => colors.yellow(`  ${line}`))
    .slice(0, options.rows === null ? undefined : Math.max(0, options.rows - 4));
  // The cursor stands on a row of its own below the picture.
  const rows = options.rows === null ? Number.MAX_SAFE_INTEGER : options.rows - 2 - notes.length;
  const lines = [headline(model, options.now, colors), ...fitBlocks(blocks, Math.max(2, rows)), ...notes];
  return `${lines.map((line) => cutVisible(line, options.width)).join('\n')}\n`;
}

function stateOf(status: StepStatus): Block['state'] {
  if (status === 'pending') return 'to come';
  return status === 'succeeded' ? 'done' : 'active';
}

function headline(model: RunModel, now: number, colors: Paint): string {
  const elapsed = model.startedAt === null ? '' : formatDuration((model.finishedAt ?? now) - model.startedAt);
  const state =
    model.behind !== null && model.status === 'queued' ? `queued behind ${model.behind}` : model.status;
  const word = model.isUndoing && model.status === 'running' ? 'undoing' : state;
  return `${colors.bold(model.title)}  ${statusColor(word, colors)}  ${colors.dim([elapsed, model.runId].filter((part) => part !== '').join(' · '))}`;
}

/** A status word in the colour that people expect. */
export function statusColor(word: string, colors: Paint): string {
  if (word === 'succeeded') return colors.green(word);
  if (word === 'failed' || word === 'undo-failed') return colors.red(word);
  if (word === 'running') return colors.blue(word);
  return colors.yellow(word);
}

/** The mark in front of a step. */
export function markOf(status: StepStatus, colors: Paint, tick: number): string {
  switch (status) {
    case 'pending':
      return colors.dim('·');
    case 'running':
      return colors.blue(SPINNER[tick % SPINNER.length] ?? '◐');
    case 'waiting':
      return colors.yellow('⏸');
    case 'succeeded':
      return colors.green('✓');
    case 'failed':
    case 'undo-failed':
      return colors.red('✗');
    case 'cancelled':
      return colors.yellow('⊘');
    case 'undoing':
      return colors.yellow(SPINNER[tick % SPINNER.length] ?? '◐');
    case 'undone':
      return colors.yellow('↩');
    default:
      return unreachable(status);
  }
}

function timing(step: StepModel, now: number): string {
  if (step.startedAt === null) return '';
  const elapsed = formatDuration((step.finishedAt ?? now) - step.startedAt);
  const retry = step.attempt > 1 ? ` · try ${step.attempt}` : '';
  const word =
    step.status === 'undone' || step.status === 'undoing' || step.status === 'undo-failed'
      ? ` ${step.status}`
      : '';
  return `${elapsed}${retry}${word}`;
}

function tailOf(step: StepModel): readonly string[] {
  if (step.status === 'failed' || step.status === 'undo-failed') {
    if (step.error === null) return printedLines(step.tail).slice(-FAILED_TAIL);
    return [step.error.message, ...printedLines(step.error.output).slice(1 - FAILED_TAIL)];
  }
  return step.status === 'running' || step.status === 'undoing' ? step.tail.slice(-RUNNING_TAIL) : [];
}

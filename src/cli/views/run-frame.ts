import type { StepStatus } from '../../engine/events.ts';
import { unreachable } from '../../util/assert.ts';
import { paint, type Paint } from './paint.ts';
import type { RunModel, StepModel } from './run-model.ts';
import { cut, padEnd, visibleWidth } from './table.ts';
import { formatDuration } from './time.ts';

const SPINNER = ['◐', '◓', '◑', '◒'];
/** Lines of a running step's output under it, and of a failed one's. */
const RUNNING_TAIL = 1;
const FAILED_TAIL = 6;

/** One picture of a run: every step with its state and time, and under those that run or failed what they printed. */
export function renderRunFrame(
  model: RunModel,
  options: { now: number; width: number; color: boolean; tick: number },
): string {
  const colors = paint(options.color);
  const lines = [headline(model, options.now, colors)];
  const width = Math.max(...model.steps.map((step) => visibleWidth(step.title)), 10);
  for (const step of model.steps) {
    const mark = markOf(step.status, colors, options.tick);
    const title = step.status === 'pending' ? colors.dim(step.title) : step.title;
    lines.push(`  ${mark} ${padEnd(title, width)}  ${colors.dim(timing(step, options.now))}`.trimEnd());
    for (const line of tailOf(step)) lines.push(colors.dim(`      │ ${cut(line, options.width - 9)}`));
  }
  return `${lines.join('\n')}\n`;
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
    const own = step.error === null ? [] : [step.error.message, ...step.error.output];
    return (own.length > 0 ? own : step.tail).slice(-FAILED_TAIL);
  }
  return step.status === 'running' || step.status === 'undoing' ? step.tail.slice(-RUNNING_TAIL) : [];
}

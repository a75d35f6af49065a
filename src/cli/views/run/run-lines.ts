import type { RunEvent } from '../../../engine/events.ts';
import { paint } from '../text/paint.ts';
import { printedLines } from '../text/printed-lines.ts';
import { markOf } from './run-frame.ts';
import type { RunModel } from './run-model.ts';
import { formatDuration } from '../text/time.ts';

/** After so long without a line, what a step prints is shown: whoever reads the log of a CI job sees that it goes on. */
const QUIET_MS_MAX = 10_000;

/** How lines are to look, and how long the reader has seen none. */
export interface LineOptions {
  readonly color: boolean;
  readonly isVerbose: boolean;
  readonly quietMs: number;
}

/**
 * One event as a line (or none) for places that cannot redraw: a log, a pipe, a CI job. `model` is the model after
 * the event.
 */
export function renderEventLine(event: RunEvent, model: RunModel, options: LineOptions): string {
  const colors = paint(options.color);
  const at = colors.dim(formatDuration(event.at - (model.startedAt ?? event.at)).padStart(8));
  const line = (text: string): string => `${at}  ${text}\n`;
  const title = 'step' in event ? titleOf(model, event.step) : '';
  switch (event.type) {
    case 'run.started':
      return line(colors.dim(`${event.resumed ? 'resumed' : 'started'} ${model.runId}`));
    case 'run.waiting':
      return line(`${markOf('waiting', colors, 0)} ${titleOf(model, event.step)} waits for ${event.for}`);
    case 'run.undo-started':
      return line(colors.yellow(`undoing: ${event.because}`));
    case 'run.cancel-requested':
      return line(colors.yellow(`cancelled by ${event.by}`));
    case 'step.output':
      if (options.isVerbose) return line(colors.dim(`    │ ${event.line}`));
      return options.quietMs < QUIET_MS_MAX ? '' : line(colors.dim(`… ${title}: ${event.line}`));
    case 'step.retrying':
      return line(
        `${colors.yellow('↻')} ${title}: ${event.error.message} Trying again in ${formatDuration(event.delayMs)}.`,
      );
    case 'step.succeeded':
      return line(
        `${markOf('succeeded', colors, 0)} ${title} ${colors.dim(formatDuration(event.durationMs))}`,
      );
    case 'step.failed':
      return line(
        [
          `${markOf('failed', colors, 0)} ${title}: ${event.error.message}`,
          ...failureOutput(event, model).map((text) => `            │ ${text}`),
        ].join('\n'),
      );
    case 'step.undone':
      return line(
        `${markOf('undone', colors, 0)} ${title} ${colors.dim(`undone in ${formatDuration(event.durationMs)}`)}`,
      );
    case 'step.undo-failed':
      return line(`${markOf('undo-failed', colors, 0)} ${title} could not be undone: ${event.error.message}`);
    case 'run.superseded':
      return line(colors.yellow(`superseded by ${event.by}`));
    default:
      return '';
  }
}

/** The first failure is the run's, and told at its end; of any other this is the only place. */
function failureOutput(event: Extract<RunEvent, { type: 'step.failed' }>, model: RunModel): string[] {
  const failed = model.steps.filter((step) => step.status === 'failed' || step.status === 'undone');
  return failed.length > 1 ? printedLines(event.error.output) : [];
}

function titleOf(model: RunModel, id: string): string {
  return model.steps.find((step) => step.id === id)?.title ?? id;
}

import type { RunEvent } from '../../../engine/events.ts';
import { GROUP_END, groupStart } from '../../github/annotations.ts';
import { inertLine } from '../../github/workflow-commands.ts';
import { renderEventLine } from '../run/run-lines.ts';
import type { RunModel } from '../run/run-model.ts';

/** Lines that are kept of one step until it ends. */
const LINES_MAX = 2_000;

/** Turns one event into what is written of it; `model` is the model after the event. */
export type FoldedLines = (event: RunEvent, model: RunModel) => string;

/**
 * The log of a job of GitHub Actions: a line for each thing that happened, and what a step printed folded away above the
 * line that ends it. Steps run side by side, and groups cannot: so each is written whole. Keeps what steps print until they
 * end.
 */
export function foldedLines({ color }: { readonly color: boolean }): FoldedLines {
  const printed = new Map<string, string[]>();
  let shownAt = 0;
  return (event, model) => {
    if (event.type === 'step.output') {
      const lines = printed.get(event.step) ?? [];
      printed.set(event.step, lines);
      if (lines.length < LINES_MAX) lines.push(event.line);
    }
    const quietMs = shownAt === 0 ? 0 : event.at - shownAt;
    const line = renderEventLine(event, model, { color, isVerbose: false, quietMs });
    if (shownAt === 0 || line !== '') shownAt = event.at;
    const isOver =
      event.type === 'step.succeeded' || event.type === 'step.failed' || event.type === 'step.undone';
    const before = isOver ? groupOf(model, event.step, printed) : '';
    return before + inertText(line);
  };
}

function groupOf(model: RunModel, step: string, printed: Map<string, string[]>): string {
  const lines = printed.get(step) ?? [];
  printed.delete(step);
  if (lines.length === 0) return '';
  const title = model.steps.find(({ id }) => id === step)?.title ?? step;
  const more = lines.length === LINES_MAX ? [`the first ${LINES_MAX} lines`] : [];
  const body = [...lines, ...more].map((line) => `${inertLine(line)}\n`).join('');
  return `${groupStart(title)}${body}${GROUP_END}`;
}

/** Lines of ours begin with the time, so that only what may stand anywhere in them has to lose its meaning. */
function inertText(text: string): string {
  return text.replaceAll('##[', '##\u200B[');
}

import {
  isUnderWay,
  type ActionsModel,
  type ShownJob,
  type ShownRun,
} from '../../rehearsal/actions-model.ts';
import { fitBlocks, type Block } from '../text/fit-blocks.ts';
import { paint, type Paint } from '../text/paint.ts';
import { cut, cutVisible, padEnd, visibleWidth } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';

const SPINNER = ['◐', '◓', '◑', '◒'];

/** How the GitHub workflows at work are drawn. */
export interface ActionsFrameOptions {
  readonly now: number;
  readonly width: number;
  /** Rows of the screen that is drawn on again and again; null to draw everything once. */
  readonly rows: number | null;
  readonly color: boolean;
  readonly tick: number;
}

/** One picture: every run with its jobs, and under those at work or failed what they are at and what they printed. */
export function renderActionsFrame(model: ActionsModel, options: ActionsFrameOptions): string {
  const colors = paint(options.color);
  const blocks = model.runs.flatMap((run) => [
    { lines: [runLine(run, options, colors)], state: stateOf(run) } satisfies Block,
    ...jobBlocks(run, options, colors),
  ]);
  const rows = options.rows === null ? Number.MAX_SAFE_INTEGER : options.rows - 2;
  const lines = fitBlocks(blocks, Math.max(2, rows));
  return lines.map((line) => `${cutVisible(line, options.width)}\n`).join('');
}

function runLine(run: ShownRun, { now, tick }: ActionsFrameOptions, colors: Paint): string {
  const time = run.startedAt === 0 ? '' : formatDuration((run.finishedAt ?? now) - run.startedAt);
  const word = wordOf(run);
  return `${actionsMark(run, colors, tick)} ${colors.bold(run.title)}  ${colors.dim([word, time].filter(Boolean).join(' · '))}`;
}

function jobBlocks(run: ShownRun, options: ActionsFrameOptions, colors: Paint): Block[] {
  const width = Math.max(...run.jobs.map((job) => visibleWidth(job.name)), 8);
  return run.jobs.map((job) => {
    const { startedAt, finishedAt } = job;
    const time = startedAt === null ? '' : formatDuration((finishedAt ?? options.now) - startedAt);
    const at = saidOf(job);
    const head = `    ${actionsMark(job, colors, options.tick)} ${padEnd(job.name, width)}  ${colors.dim([time, at].filter(Boolean).join('  '))}`;
    const tail = tailOf(job).map((line) => colors.dim(`        │ ${cut(line, options.width - 11)}`));
    return { lines: [head.trimEnd(), ...tail], state: stateOf(job) };
  });
}

/** What a job is at, or why it is not. */
function saidOf(job: ShownJob): string {
  if (job.status === 'in_progress') return job.step ?? '';
  if (job.status === 'completed') {
    if (job.conclusion === 'success') return '';
    return job.conclusion === 'failure' && job.step !== null ? `failed at: ${job.step}` : job.why;
  }
  return job.why;
}

/** Of a job at work the last line, of a failed one what led to it. */
function tailOf(job: ShownJob): readonly string[] {
  if (job.status === 'in_progress') return job.tail.slice(-1);
  return job.conclusion === 'failure' ? job.tail : [];
}

function stateOf(one: ShownRun | ShownJob): Block['state'] {
  if (one.status === 'completed')
    return one.conclusion === 'success' || one.conclusion === 'skipped' ? 'done' : 'active';
  return one.startedAt === null ? 'to come' : 'active';
}

/** How a run or a job stands, in a word; nothing where the mark says it. */
function wordOf({ status, conclusion }: ShownRun): string {
  return (status === 'completed' ? (conclusion ?? '') : status).replaceAll('_', ' ');
}

/** The mark in front of a run or a job of GitHub Actions. */
export function actionsMark(
  one: { readonly status: string; readonly conclusion: string | null },
  colors: Paint,
  tick: number,
): string {
  if (one.status === 'completed') {
    if (one.conclusion === 'success') return colors.green('✓');
    if (one.conclusion === 'skipped') return colors.dim('–');
    // Somebody has to let it begin.
    if (one.conclusion === 'action_required') return colors.yellow('⏸');
    return one.conclusion === 'cancelled' ? colors.yellow('⊘') : colors.red('✗');
  }
  if (one.status === 'in_progress') return colors.blue(SPINNER[tick % SPINNER.length] ?? '◐');
  return isUnderWay(one) ? colors.dim('·') : colors.yellow('⏸');
}

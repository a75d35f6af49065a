import { unreachable } from '../../../util/assert.ts';
import type { ActionsModel, ShownJob, ShownRun } from '../../rehearsal/actions-model.ts';
import type { ActionsNews } from '../../rehearsal/actions-news.ts';
import { actionsMark } from './actions-frame.ts';
import { isDeaf, verdictLines } from './verdict-lines.ts';
import { paint, type Paint } from '../text/paint.ts';
import { formatDuration } from '../text/time.ts';

/** As wide as the longest time of a usual rehearsal: `12 min 08 s`. */
const TIME_WIDTH = 11;

/** How the lines are to look. */
export interface ActionsLineOptions {
  readonly color: boolean;
  readonly isVerbose: boolean;
  /** Milliseconds since the rehearsal began. */
  readonly elapsedMs: number;
}

/**
 * One piece of news as lines (or none), for places that cannot redraw: a log, a pipe, a CI job. `before` and `after`
 * are the model around it.
 */
export function renderNewsLines(
  news: ActionsNews,
  before: ActionsModel,
  after: ActionsModel,
  options: ActionsLineOptions,
): string {
  const colors = paint(options.color);
  const at = colors.dim(formatDuration(options.elapsedMs).padStart(TIME_WIDTH));
  const lines = linesOf(news, before, after, { colors, isVerbose: options.isVerbose });
  return lines.map((line, index) => `${index === 0 ? at : ' '.repeat(TIME_WIDTH)}  ${line}\n`).join('');
}

function linesOf(
  news: ActionsNews,
  before: ActionsModel,
  after: ActionsModel,
  { colors, isVerbose }: { readonly colors: Paint; readonly isVerbose: boolean },
): readonly string[] {
  switch (news.kind) {
    case 'event':
      return isVerbose || isTold(news, before) ? eventLines(news, colors) : [];
    case 'run':
      return runLines(find(before.runs, news.run.id), find(after.runs, news.run.id), colors);
    case 'job': {
      const run = find(after.runs, news.job.runId);
      const was = find(find(before.runs, news.job.runId)?.jobs ?? [], news.job.id);
      const job = find(run?.jobs ?? [], news.job.id);
      return run === null || job === null ? [] : jobLines(run, was, job, colors);
    }
    case 'log':
      return isVerbose ? [colors.dim(`    │ ${news.text}`)] : [];
    case 'step':
      return [];
    default:
      return unreachable(news);
  }
}

/** Of what follows from the GitHub workflows themselves, only what starts others. */
function isTold(news: Extract<ActionsNews, { kind: 'event' }>, before: ActionsModel): boolean {
  if (news.verdicts.some(({ runId }) => runId !== null)) return true;
  const isFirst = before.runs.length === 0 && before.events.every(({ event }) => event !== news.event);
  return isFirst && !FOLLOWING.has(news.event) && news.verdicts.some(({ why }) => !isDeaf(why));
}

/** Events that are about commits and runs, and that hardly anybody listens to. */
const FOLLOWING: ReadonlySet<string> = new Set([
  'create',
  'check_run',
  'check_suite',
  'deployment',
  'deployment_status',
  'status',
  'workflow_run',
  'workflow_job',
]);

/** What GitHub made of an event: who runs, and who does not and why. */
function eventLines(news: Extract<ActionsNews, { kind: 'event' }>, colors: Paint): readonly string[] {
  const name = [news.event, news.action].filter(Boolean).join(' ');
  const where = [news.ref, news.sha?.slice(0, 7)].filter(Boolean).join(' at ');
  const head = [colors.bold(name), news.about, colors.dim(where)].filter(Boolean).join('  ');
  return [head, ...verdictLines(news, colors).map((line) => `  ${line}`)];
}

function runLines(was: ShownRun | null, run: ShownRun | null, colors: Paint): readonly string[] {
  if (run === null || was?.status === run.status || run.status !== 'completed') return [];
  const took = run.finishedAt === null ? '' : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  const word = (run.conclusion ?? '').replaceAll('_', ' ');
  return [
    `${actionsMark(run, colors, 0)} ${colors.bold(run.title)} ${word}${took}`,
    ...run.messages.map((message) => colors.dim(`  ${message}`)),
  ];
}

function jobLines(run: ShownRun, was: ShownJob | null, job: ShownJob, colors: Paint): readonly string[] {
  if (was?.status === job.status && was.why === job.why) return [];
  const name = `${run.title} › ${job.name}`;
  const mark = actionsMark(job, colors, 0);
  if (job.status === 'in_progress')
    return was?.status === 'in_progress' ? [] : [colors.dim(`${name} started`)];
  if (job.status === 'waiting') return [`${mark} ${name}: ${job.why}`];
  if (job.status !== 'completed') return [];
  if (job.conclusion === 'skipped')
    return [colors.dim(`– ${name} skipped${job.why === '' ? '' : `: ${job.why}`}`)];
  const took =
    job.startedAt === null ? '' : ` ${formatDuration((job.finishedAt ?? job.startedAt) - job.startedAt)}`;
  if (job.conclusion === 'success') return [`${mark} ${name}${colors.dim(took)}`];
  const where = job.step === null ? job.why : `failed at “${job.step}”`;
  return [
    `${mark} ${name}${colors.dim(took)}: ${where}`,
    ...job.tail.map((line) => colors.dim(`    │ ${line}`)),
  ];
}

function find<T extends { readonly id: number }>(all: readonly T[], id: number): T | null {
  return all.find((one) => one.id === id) ?? null;
}

import { ERROR_CODES, EXIT, type ErrorCode } from '../../../diagnostics/error-codes.ts';
import type { RunRecord, StepRecord } from '../../../engine/engine.ts';
import { restorePointLines } from '../../../pipeline/restore-points.ts';
import { paint } from '../text/paint.ts';
import { printedLines } from '../text/printed-lines.ts';
import { localHint } from '../problem.ts';
import { formatDuration } from '../text/time.ts';

/** How an outcome is shown. */
export interface OutcomeView {
  readonly color: boolean;
  readonly isLocal: boolean;
  readonly interrupted: boolean;
  /** By `run show` itself, or in a job, whose journal nobody can look into afterwards: it is not named then. */
  readonly isShown?: boolean;
}

/** How a run ended, what it left behind, and the next command. */
export function renderOutcome(run: RunRecord, steps: readonly StepRecord[], options: OutcomeView): string {
  const { bold, dim, green, red, yellow, cyan } = paint(options.color);
  const lines: string[] = [''];
  const took =
    run.startedAt === null || run.finishedAt === null
      ? ''
      : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  const next = (hint: string): void => void lines.push(`  ${cyan('→')} ${localHint(hint, options.isLocal)}`);
  switch (run.status) {
    case 'succeeded':
      lines.push(`${green('✓')} ${bold(run.title)}${took}`);
      for (const [app, url] of Object.entries(reported(steps).urls ?? {}))
        lines.push(`  ${app.padEnd(14)} ${cyan(url)}`);
      for (const [first, ...more] of (reported(steps).notes ?? []).map((note) =>
        localHint(note, options.isLocal).split('\n'),
      ))
        lines.push(`  ${yellow('!')} ${first}`, ...more.map((line) => `    ${line}`));
      for (const { line } of restorePoints(run, steps)) next(line);
      break;
    case 'waiting':
      lines.push(`${yellow('⏸')} ${bold(run.title)} waits for an approval.`);
      next(`glidepath approve ${run.id}`);
      next(`glidepath reject ${run.id}`);
      break;
    case 'interrupted':
      lines.push(
        run.startedAt === null
          ? `${yellow('⊘')} ${bold(run.title)} was interrupted before it began; it holds nothing up.`
          : `${yellow('⊘')} ${bold(run.title)} was interrupted; what ran was finished, and the environment is held for it.`,
      );
      next(`glidepath run resume ${run.id}`);
      next(`glidepath run cancel ${run.id}`);
      break;
    case 'superseded':
      lines.push(`${yellow('⊘')} ${bold(run.title)} was superseded by a newer run before it started.`);
      break;
    case 'queued':
    case 'running':
      lines.push(`${yellow('⊘')} ${bold(run.title)} goes on elsewhere or still waits for its turn.`);
      next(`glidepath run show ${run.id}`);
      break;
    case 'cancelled':
      lines.push(`${yellow('⊘')} ${bold(run.title)} was cancelled${took}${undoneText(run, steps)}.`);
      break;
    case 'failed':
      lines.push(
        `${red('✗')} ${bold(run.title)} ${isRefusal(run) ? 'was refused' : 'failed'}${took}${undoneText(run, steps)}.`,
      );
      break;
    default:
      break;
  }
  if (run.error !== null) {
    lines.push(`  ${run.error.message}`);
    const { output } = run.error;
    for (const line of printedLines(output.filter((line) => !isLeftOver(line))))
      lines.push(dim(`  │ ${line}`));
    // What could not be put back is said whole, with the commands that do it.
    for (const line of output.filter(isLeftOver)) lines.push(`  │ ${localHint(line, options.isLocal)}`);
    const hints = run.error.hint?.split('\n') ?? [];
    for (const hint of hints) next(hint);
    for (const { line } of restorePoints(run, steps)) if (!hints.includes(line)) next(line);
    if (options.isShown !== true) next(`glidepath run show ${run.id}`);
    lines.push(`  ${dim(`${run.error.code} · glidepath explain ${run.error.code}`)}`);
  }
  return `${lines.join('\n')}\n`;
}

function isLeftOver(line: string): boolean {
  return line.startsWith('RUN_UNDO_FAILED');
}

/** Journals of other versions may hold codes that this one does not know. */
function isRefusal(run: RunRecord): boolean {
  const code = run.error?.code ?? '';
  return code in ERROR_CODES && ERROR_CODES[code as ErrorCode].exit === EXIT.refused;
}

/** Steps whose work outlives them. All others only look, make what is missing, or write down. */
const LASTING: ReadonlySet<string> = new Set([
  'migrate',
  'deploy',
  'scale',
  'restore-database',
  'destroy-app',
  'destroy-database',
]);

/** How a restore fails that has changed nothing, or has undone all of it. */
const UNCHANGED: ReadonlySet<string> = new Set<ErrorCode>([
  'DATABASE_OUTSIDE_WINDOW',
  'DATABASE_UNKNOWN_RESTORE_POINT',
  'PROVIDER_NOT_SUPPORTED',
  'PROVIDER_QUOTA',
]);

/** Never says more than is known: what began may have changed something, whether it succeeded or not. */
function undoneText(run: RunRecord, steps: readonly StepRecord[]): string {
  const undone = steps.filter((step) => step.status === 'undone').length;
  const stuck = steps.filter((step) => step.status === 'undo-failed').map((step) => step.id);
  if (stuck.length > 0) return `; NOT restored: ${stuck.join(', ')}`;
  const began = new Set(
    steps.filter(({ startedAt, status }) => startedAt !== null && status !== 'undone').map(({ id }) => id),
  );
  const isUnchanged = ({ kind }: { kind: string }): boolean =>
    kind === 'restore-database' && UNCHANGED.has(run.error?.code ?? '');
  const left = run.graph.nodes.filter(
    ({ id, action }) => LASTING.has(action.kind) && began.has(id) && !isUnchanged(action),
  );
  const apps = left.filter(({ action }) => action.kind !== 'migrate');
  if (apps.length > 0)
    return `; left as it is for you to inspect: ${apps.map(({ title }) => title).join(', ')}`;
  if (undone > 0)
    return left.length > 0 ? '; every app was restored, migrations stay' : '; all its changes were undone';
  return left.length > 0 ? '; no app was changed' : '; nothing was changed';
}

/** What the data can be gone back to, and how; also where a step ended without saying anything itself. */
function restorePoints(run: RunRecord, steps: readonly StepRecord[]): ReturnType<typeof restorePointLines> {
  const outputs = Object.fromEntries(
    steps.filter((step) => step.status === 'succeeded').map((step) => [step.id, step.result]),
  );
  return restorePointLines(run.input, outputs);
}

/** The result of the step that ends a deployment; older journals have no notes in it. */
function reported(steps: readonly StepRecord[]): {
  readonly urls?: Record<string, string>;
  readonly notes?: readonly string[];
} {
  return (steps.find((step) => step.id === 'report')?.result as ReturnType<typeof reported> | null) ?? {};
}

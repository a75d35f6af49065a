import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { RunRecord } from '../../engine/engine.ts';
import type { CommandContext } from '../command-context.ts';
import { queueNote } from '../views/run/queue-note.ts';
import { durationWords } from '../../plan/words.ts';
import type { Workbench } from '../workbench.ts';

/** Where nobody looks on: a job that waits for somebody else's interrupted run would wait until its own limit. */
const CI_WAIT_MS = 30 * 60_000;
/** Runs of one environment that have not ended; more than ever queue. */
const OPEN_RUNS_MAX = 100;

/**
 * How long a command waits for its turn: as `--wait-for-lock` says, 30 minutes in CI, else without end (null). Throws
 * CLI_USAGE for what is no duration.
 */
export function lockWaitMs(written: string | undefined, env: CommandContext['env']): number | null {
  if (written === undefined) return (env['CI'] ?? '') === '' ? null : CI_WAIT_MS;
  const ms = parseDuration(written);
  if (ms !== null) return ms;
  throw new ToolError('CLI_USAGE', `--wait-for-lock ${written} is not a duration.`, {
    hint: 'Write it as 90s, 10m or 2h.',
  });
}

/**
 * Does the work of a run that was just submitted; one whose turn has not come in time is taken back, and RUN_LOCKED is
 * thrown with who holds the environment and the ways out.
 */
export async function withLockPatience<T>(
  context: CommandContext,
  bench: Workbench,
  run: RunRecord,
  work: () => Promise<T>,
): Promise<T> {
  const waitMs = context.lockWaitMs;
  if (waitMs === null) return work();
  const done = new AbortController();
  let locked: ToolError | null = null;
  const watch = bench.clock.sleep(waitMs, done.signal).then(
    async () => {
      const now = await bench.engine.get(run.id);
      if (now?.status !== 'queued') return;
      locked = await lockedError(bench, now, waitMs);
      await bench.engine.cancel(run.id, context.by);
    },
    () => undefined,
  );
  try {
    const result = await work();
    if (locked !== null) throw locked;
    return result;
  } finally {
    done.abort();
    await watch;
  }
}

async function lockedError(bench: Workbench, run: RunRecord, waitMs: number): Promise<ToolError> {
  const statuses = ['queued', 'running', 'waiting', 'interrupted'] as const;
  const open = await bench.engine.list({ lockKey: run.lockKey, statuses, limit: OPEN_RUNS_MAX });
  const note = queueNote(run, open, bench.clock.now()) ?? 'another run holds it: glidepath runs';
  const [who = note, ...ways] = note.split(': ');
  return new ToolError('RUN_LOCKED', `${run.lockKey} was not free within ${durationWords(waitMs)}: ${who}.`, {
    hint: `${ways.length === 0 ? 'See who holds it: glidepath runs' : ways.join(': ')}; then try again, or wait longer with --wait-for-lock`,
  });
}

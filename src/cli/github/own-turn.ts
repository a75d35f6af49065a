import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FoundDeployment } from '../../pipeline/github/unfinished.ts';
import { durationWords } from '../../plan/words.ts';
import type { CommandContext } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';
import type { GithubDesk } from './github-desk.ts';
import { aliveOf, readEnvironment, type HostEnvironment } from './read-history.ts';

/** Between two looks at whoever is before us: three requests each. */
const LOOK_MS = 10_000;
/** The concurrency group is the first lock, and only what is outside of it ever waits here. */
const WAIT_MS = 30 * 60_000;

/** Who waits. */
export interface TurnOptions {
  readonly context: CommandContext;
  readonly bench: Workbench;
  readonly desk: GithubDesk;
  readonly of: HostEnvironment;
  /** The id of our own deployment on GitHub: whoever has a lower one comes first. Null: it could not be made. */
  readonly own: number | null;
  /** Said once, who is waited for. */
  readonly onWait: (ahead: FoundDeployment) => Promise<void>;
}

/**
 * Waits until nobody else works on the environment by what GitHub knows; returns what GitHub has of it then, newest first
 * and without our own. Throws RUN_LOCKED, with the page of whoever holds it.
 */
export async function ownTurn(options: TurnOptions): Promise<readonly FoundDeployment[]> {
  const { context, bench, desk, of, own } = options;
  const waitMs = context.lockWaitMs ?? WAIT_MS;
  const since = bench.clock.now();
  let told: number | null = null;
  for (;;) {
    const found = (await readEnvironment(desk, context, bench, of, { isSweeping: true, own })).filter(
      ({ id }) => id !== own,
    );
    const before = found.filter(({ id }) => own === null || id < own);
    const [ahead] = await aliveOf(desk, bench, before);
    if (ahead === undefined) return found;
    if (bench.clock.now() - since >= waitMs) throw locked(of, ahead, waitMs);
    if (told !== ahead.id) await options.onWait(ahead);
    told = ahead.id;
    const leftMs = since + waitMs - bench.clock.now();
    await bench.clock.sleep(Math.min(LOOK_MS, Math.max(1, leftMs)), context.interrupt);
  }
}

function locked({ environment }: HostEnvironment, ahead: FoundDeployment, waitMs: number): ToolError {
  const { payload, logUrl } = ahead;
  const where = logUrl === null ? `by ${payload.by}` : `at ${logUrl}`;
  return new ToolError(
    'RUN_LOCKED',
    `${payload.project}/${environment.name} was not free within ${durationWords(waitMs)}: ${payload.run} works on it (${where}).`,
    { hint: 'Wait for it or cancel it there; then try again, or wait longer with --wait-for-lock' },
  );
}

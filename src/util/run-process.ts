import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from './clock.ts';

/** Starts a process; `node:child_process`'s own `spawn` fits. */
export type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** A program to be run to its end. */
export interface ProcessRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing of our own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** It is ended after this long; for ever when left out. */
  readonly timeoutMs?: number;
  /** Each line that it prints, of either stream. */
  readonly onLine: (line: string) => void;
}

/** After SIGTERM a process group has this long before SIGKILL. */
const KILL_AFTER_MS = 5_000;

/**
 * Runs a program in a process group of its own, which is ended when the signal aborts or the time is over. Throws the
 * signal's reason, or the error that kept it from starting; however else it ends is the result.
 */
export async function runProcess(
  spawn: Spawn,
  clock: Clock,
  run: ProcessRun,
): Promise<{ readonly exitCode: number | null; readonly timedOut: boolean }> {
  run.signal.throwIfAborted();
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: run.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = new AbortController();
  const end = (): void => void endGroup(child, clock, done.signal);
  run.signal.addEventListener('abort', end, { once: true });
  let timedOut = false;
  if (run.timeoutMs !== undefined)
    clock.sleep(run.timeoutMs, done.signal).then(
      () => {
        timedOut = true;
        end();
      },
      // It ended in time.
      () => undefined,
    );
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface({ input: stream }).on('line', run.onLine);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve);
      child.once('error', reject);
    });
    run.signal.throwIfAborted();
    return { exitCode, timedOut };
  } finally {
    done.abort();
    run.signal.removeEventListener('abort', end);
  }
}

async function endGroup(child: ChildProcess, clock: Clock, done: AbortSignal): Promise<void> {
  signalGroup(child, 'SIGTERM');
  try {
    await clock.sleep(KILL_AFTER_MS, done);
    signalGroup(child, 'SIGKILL');
  } catch {
    // It ended in time.
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../../util/clock.ts';

/**
 * What a cancelled step is given before it is killed (docs.github.com "Workflow cancellation reference"): SIGINT to
 * its first process, then SIGTERM, then the kill of everything it started.
 */
export const CANCEL_LADDER = { afterInterruptMs: 7_500, afterTerminateMs: 2_500 } as const;
/** What a process that has ended left in its pipes is read for so long; what it left running may keep them open. */
const DRAIN_MS = 200;
/** A line longer than this is shown in parts, so that a step without line ends fills no memory. */
const LINE_CHARS_MAX = 1_048_576;

/** A process of a step. */
export interface StepProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Each line that it prints, of either stream. */
  readonly onLine: (line: string) => void;
  /** Aborted: it is asked to end, as GitHub does it. */
  readonly cancel: AbortSignal;
  /** Aborted: all of it is killed at once. */
  readonly kill: AbortSignal;
  readonly clock: Clock;
}

/** How it ended. */
export interface StepProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a process in a group of its own until it has ended; what it started and left running goes on until the job
 * ends. Rejects when it cannot be started.
 */
export async function runStepProcess(run: StepProcess): Promise<StepProcessEnd> {
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: run.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<StepProcessEnd>((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', reject);
  });
  const flush = [child.stdout, child.stderr].map((stream) => readLines(stream, run.onLine));
  const done = new AbortController();
  const onCancel = (): void => void climb(child, run.clock, done.signal);
  const onKill = (): void => signalGroup(child, 'SIGKILL');
  listen(run.cancel, onCancel);
  listen(run.kill, onKill);
  try {
    const end = await exited;
    const drained = new AbortController();
    await Promise.race([closed, run.clock.sleep(DRAIN_MS, drained.signal)]).finally(() => drained.abort());
    return end;
  } finally {
    done.abort();
    run.cancel.removeEventListener('abort', onCancel);
    run.kill.removeEventListener('abort', onKill);
    for (const end of flush) end();
  }
}

function listen(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}

async function climb(child: ChildProcess, clock: Clock, done: AbortSignal): Promise<void> {
  try {
    child.kill('SIGINT');
    await clock.sleep(CANCEL_LADDER.afterInterruptMs, done);
    child.kill('SIGTERM');
    await clock.sleep(CANCEL_LADDER.afterTerminateMs, done);
    signalGroup(child, 'SIGKILL');
  } catch {
    // It has ended in time.
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

/** Gives on each line as it comes; what is called at the end gives on what has no line end, and stops listening. */
function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): () => void {
  if (stream === null) return () => undefined;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(withoutReturn(line));
    if (rest.length <= LINE_CHARS_MAX) return;
    onLine(rest);
    rest = '';
  };
  const onData = (chunk: Buffer): void => take(decoder.write(chunk));
  stream.on('data', onData);
  // A pipe whose reader is gone is no reason to fail.
  stream.on('error', () => undefined);
  return () => {
    stream.off('data', onData);
    // What still writes to it must not be held up.
    stream.resume();
    take(decoder.end());
    if (rest !== '') onLine(withoutReturn(rest));
    rest = '';
  };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

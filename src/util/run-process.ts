import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { endFamily } from './end-family.ts';
import { lineSplitter } from './line-splitter.ts';
import { familyMembers, outputsOf, type FamilyMark, type FamilyMember } from './process-family.ts';

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
  /** Each line that it prints, of either stream; a very long one in pieces. */
  readonly onLine: (line: string) => void;
  /** Takes secrets out of lines that are told in pieces. */
  readonly redact?: (text: string) => string;
  /**
   * The mark that `env` carries in MARK_VARIABLE: then everything that it started is ended with it, also what left its
   * process group, and nothing of it is waited for.
   */
  readonly mark?: string;
  /** After SIGTERM it has this long before SIGKILL; 5 s when left out. */
  readonly killAfterMs?: number;
}

/** How a program ended. */
export interface ProcessEnd {
  /** Null where it was killed by a signal. */
  readonly exitCode: number | null;
  /** What it was killed by; null where it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** What it had started and left running, now ended; only with a mark. */
  readonly left: readonly FamilyMember[];
  /** Something that it started still has its output open and was not found, so that it could not be ended; only with a mark. */
  readonly isHeldOpen: boolean;
}

/** Most programs need far less to put things away. */
const KILL_AFTER_MS = 5_000;
/** What was started beside a program has this long to end by itself after it: most are about to. */
const LEFT_GRACE_MS = 500;
const LOOK_MS = 20;

/**
 * Runs a program in a process group of its own, which is ended when the signal aborts or the time is over. Throws the
 * signal's reason, or the error that kept it from starting; however else it ends is the result.
 */
export async function runProcess(spawn: Spawn, clock: Clock, run: ProcessRun): Promise<ProcessEnd> {
  run.signal.throwIfAborted();
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: run.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // At once: of one that has ended it cannot be told.
  const outputs = run.mark === undefined || child.pid === undefined ? [] : outputsOf(child.pid);
  const done = new AbortController();
  let ending: Promise<unknown> = Promise.resolve();
  const end = (): void => void (ending = endNow(child, clock, run, done.signal));
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
  tellLines(child, run);
  try {
    const how = await ended(child, run.mark === undefined ? 'close' : 'exit');
    const wasEnded = timedOut || run.signal.aborted;
    if (run.mark === undefined) {
      run.signal.throwIfAborted();
      return { ...how, timedOut, left: [], isHeldOpen: false };
    }
    const family = familyOf(child, run.mark);
    const left = wasEnded ? [] : await endLeft(clock, { ...run, family });
    await ending;
    const held = await endHolders(child, clock, { ...run, family: { ...family, outputs } });
    run.signal.throwIfAborted();
    return { ...how, timedOut, left: wasEnded ? [] : [...left, ...held.members], isHeldOpen: held.isOpen };
  } finally {
    done.abort();
    run.signal.removeEventListener('abort', end);
  }
}

function tellLines(child: ChildProcess, { onLine, redact }: ProcessRun): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    const splitter = lineSplitter({ onLine, ...(redact === undefined ? {} : { redact }) });
    stream.on('data', (chunk: Buffer) => splitter.write(chunk));
    stream.once('close', () => splitter.end());
  }
}

function ended(
  child: ChildProcess,
  event: 'close' | 'exit',
): Promise<Pick<ProcessEnd, 'exitCode' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once(event, (exitCode: number | null, signal: NodeJS.Signals | null) =>
      resolve({ exitCode, signal }),
    );
    child.once('error', reject);
  });
}

/** What is to be ended, and how long it has after SIGTERM. */
type Ending = Pick<ProcessRun, 'killAfterMs'> & { readonly family: FamilyMark };

function familyOf(child: ChildProcess, mark: string): FamilyMark {
  return { mark, group: child.pid ?? null, isOurs: true };
}

/** Ends what the program left running, unless it is about to end by itself. */
async function endLeft(
  clock: Clock,
  { family, killAfterMs = KILL_AFTER_MS }: Ending,
): Promise<readonly FamilyMember[]> {
  let left = familyMembers(family);
  for (const until = clock.now() + LEFT_GRACE_MS; left.length > 0 && clock.now() < until;) {
    await clock.sleep(LOOK_MS);
    left = familyMembers(family);
  }
  if (left.length > 0) await endFamily(family, clock, killAfterMs);
  return left;
}

/** Waits for the rest of the output, and ends who keeps it open. What is not found is not waited for. */
async function endHolders(
  child: ChildProcess,
  clock: Clock,
  { family, killAfterMs = KILL_AFTER_MS }: Ending,
): Promise<{ readonly members: readonly FamilyMember[]; readonly isOpen: boolean }> {
  if (await isClosedSoon(child, clock)) return { members: [], isOpen: false };
  const members = familyMembers(family);
  if (members.length > 0) await endFamily(family, clock, killAfterMs);
  const isOpen = members.length === 0 || !(await isClosedSoon(child, clock));
  for (const stream of streamsOf(child)) stream.destroy();
  return { members, isOpen };
}

function streamsOf({ stdout, stderr }: ChildProcess): readonly Readable[] {
  return [stdout, stderr].filter((stream) => stream !== null);
}

async function isClosedSoon(child: ChildProcess, clock: Clock): Promise<boolean> {
  const streams = streamsOf(child);
  const isClosed = (): boolean => streams.every((stream) => stream.closed);
  const allClosed = Promise.all(streams.filter((stream) => !stream.closed).map(closing));
  for (const until = clock.now() + LEFT_GRACE_MS; !isClosed() && clock.now() < until;)
    await Promise.race([clock.sleep(LOOK_MS), allClosed]);
  return isClosed();
}

function closing(stream: Readable): Promise<void> {
  return new Promise((resolve) => void stream.once('close', () => resolve()));
}

async function endNow(
  child: ChildProcess,
  clock: Clock,
  { mark, killAfterMs = KILL_AFTER_MS }: ProcessRun,
  done: AbortSignal,
): Promise<void> {
  if (mark !== undefined) return endFamily(familyOf(child, mark), clock, killAfterMs);
  signalGroup(child, 'SIGTERM');
  try {
    await clock.sleep(killAfterMs, done);
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

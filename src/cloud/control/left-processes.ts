import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { listProcesses, processIdentity } from '../machines/process-table.ts';

/** Machines get their own grace period from the daemon; this is for what is left without one. */
const GRACE_MS = 5_000;
const LOOK_MS = 50;

/** A process that a local cloud started. */
export interface LeftProcess {
  readonly pid: number;
  readonly identity: string;
  readonly command: string;
  /** Postgres ends cleanly, without waiting for its clients, on SIGINT; everything else on SIGTERM. */
  readonly endsOn: 'SIGINT' | 'SIGTERM';
  /** It is a cloud itself: one that hangs, or the next one, just starting. */
  readonly isDaemon: boolean;
}

/**
 * The processes that belong to the cloud of a state directory: their home lies in it (machines and what they started),
 * or their command line names a file in it (Postgres, the daemon). Only Linux can tell; empty elsewhere.
 */
export function processesOfCloud(stateDir: string, except: ReadonlySet<number>): LeftProcess[] {
  if (process.platform !== 'linux') return [];
  const inside = stateDir + sep;
  return listProcesses().flatMap(({ pid, isZombie }) => {
    if (isZombie || pid === process.pid || except.has(pid)) return [];
    const args = read(`/proc/${pid}/cmdline`).split('\0');
    const program = args[0] ?? '';
    const isPostgres = /(?:^|\/)postgres$/u.test(program) && args.some((arg) => arg.startsWith(inside));
    const isMachine = read(`/proc/${pid}/environ`)
      .split('\0')
      .some((entry) => entry.startsWith(`HOME=${inside}`));
    const isDaemon = args.some((arg, index) => arg === '--state-dir' && args[index + 1] === stateDir);
    const identity = processIdentity(pid);
    if (identity === null || !(isPostgres || isMachine || isDaemon)) return [];
    const command = args.join(' ').trim();
    return [{ pid, identity, command, endsOn: isPostgres ? 'SIGINT' : 'SIGTERM', isDaemon }];
  });
}

/** Asks each process to end, kills it after a while, and returns those that are still there. */
export async function endProcesses(processes: readonly LeftProcess[], clock: Clock): Promise<LeftProcess[]> {
  for (const each of processes) signal(each, each.endsOn);
  if (await allGone(processes, clock)) return [];
  for (const each of processes) signal(each, 'SIGKILL');
  await allGone(processes, clock);
  return processes.filter(isRunning);
}

async function allGone(processes: readonly LeftProcess[], clock: Clock): Promise<boolean> {
  const deadline = clock.now() + GRACE_MS;
  while (processes.some(isRunning)) {
    if (clock.now() >= deadline) return false;
    await clock.sleep(LOOK_MS);
  }
  return true;
}

function isRunning(each: LeftProcess): boolean {
  return processIdentity(each.pid) === each.identity;
}

function signal(each: LeftProcess, name: NodeJS.Signals): void {
  if (!isRunning(each)) return;
  try {
    process.kill(each.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '../../util/clock.ts';
import { processesWithEnv, processIdentity } from './process-table.ts';

/** How a machine's process ended. */
export interface ExitReport {
  /** Null when a signal ended it, or when nobody knows because the process was adopted. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** False for an adopted process: only its parent learns an exit code. */
  readonly isKnown: boolean;
  /** It took more memory than it was given and was killed for it; only a container is told so. */
  readonly isOutOfMemory?: boolean;
}

/** What survives the daemon: enough to find the very same process again, and never another one. */
export interface ProcessRef {
  readonly pid: number;
  /** See `processIdentity`. */
  readonly identity: string;
  /** The engine's id of the container, for a machine that is one. */
  readonly container?: string;
}

// Reading /proc costs microseconds, a `ps` costs milliseconds.
const ADOPTED_POLL_MS = process.platform === 'linux' ? 100 : 1000;

/** What runs a machine: a process that leads a group, or a container. */
export interface MachineProcess {
  readonly ref: ProcessRef;
  readonly exited: Promise<ExitReport>;
  isRunning(): boolean;
  /** Sends a signal to all of it; false when it is not there any more. */
  signal(signal: NodeJS.Signals | number): boolean;
  /** Asks with `signal`, kills after `timeoutMs`, and resolves once it has ended. */
  stop(options: { signal: NodeJS.Signals; timeoutMs: number }): Promise<ExitReport>;
}

/** Asks what runs a machine to end, and kills it when it does not in time. */
export async function stopByAsking(
  process: Pick<MachineProcess, 'signal' | 'exited'>,
  options: { signal: NodeJS.Signals; timeoutMs: number },
  clock: Clock,
): Promise<ExitReport> {
  process.signal(options.signal);
  const ended = new AbortController();
  const timer = clock.sleep(options.timeoutMs, ended.signal).then(
    () => process.signal('SIGKILL'),
    () => false,
  );
  const report = await process.exited;
  ended.abort();
  await timer;
  return report;
}

/** A running process that leads a group of its own. Signals go to the whole group, and only while it is the same one. */
class ProcessGroup implements MachineProcess {
  readonly ref: ProcessRef;
  readonly exited: Promise<ExitReport>;
  readonly #isSame: () => boolean;
  readonly #clock: Clock;

  constructor(
    ref: ProcessRef,
    options: { exited: Promise<ExitReport>; isSame: () => boolean; clock: Clock },
  ) {
    this.ref = ref;
    this.exited = options.exited;
    this.#isSame = options.isSame;
    this.#clock = options.clock;
  }

  isRunning(): boolean {
    return this.#isSame();
  }

  signal(signal: NodeJS.Signals | number): boolean {
    return this.#isSame() && signalGroup(this.ref.pid, signal);
  }

  stop(options: { signal: NodeJS.Signals; timeoutMs: number }): Promise<ExitReport> {
    return stopByAsking(this, options, this.#clock);
  }
}

/** A process this daemon has started. `home` and the id prove which further processes belong to the machine. */
export function ownProcess(
  child: ChildProcess,
  pid: number,
  owner: ProcessOwner,
  clock: Clock,
): MachineProcess {
  const isSame = (): boolean => child.exitCode === null && child.signalCode === null;
  const exited = new Promise<ExitReport>((resolve) => {
    child.once('exit', (code, signal) => {
      endLeftovers(pid, owner);
      resolve({ code, signal, isKnown: true });
    });
  });
  return new ProcessGroup({ pid, identity: processIdentity(pid) ?? '' }, { exited, isSame, clock });
}

/** A process an earlier daemon has started and that still runs: watched by looking, since it is not our child. */
export function adoptedProcess(
  ref: ProcessRef,
  owner: ProcessOwner,
  clock: Clock,
  signal: AbortSignal,
): MachineProcess | null {
  const isSame = (): boolean => processIdentity(ref.pid) === ref.identity;
  if (!isSame()) return null;
  const exited = new Promise<ExitReport>((resolve) => {
    const watch = async (): Promise<void> => {
      while (isSame()) await clock.sleep(ADOPTED_POLL_MS, signal);
      endLeftovers(ref.pid, owner);
      resolve({ code: null, signal: null, isKnown: false });
    };
    // Rejects only when the service shuts down and leaves the machine running: then nobody asks any more.
    watch().catch(() => undefined);
  });
  return new ProcessGroup(ref, { exited, isSame, clock });
}

/** Whose process it is. */
export interface ProcessOwner {
  readonly machineId: string;
  readonly home: string;
}

/** The pids that provably belong to a machine: their environment names it and its home in our state directory. */
function processesOf(owner: ProcessOwner): number[] {
  return processesWithEnv([`FLY_MACHINE_ID=${owner.machineId}`, `HOME=${owner.home}`]);
}

/**
 * Ends what a machine's main process left behind, as the end of a virtual machine would: its group, and what left the
 * group but still carries the machine's environment.
 */
function endLeftovers(leader: number, owner: ProcessOwner): void {
  // Its pid may have been given to a stranger by now, who then leads a group of that number.
  if (processIdentity(leader) === null) signalGroup(leader, 'SIGKILL');
  endStrays(owner);
}

/** Kills every process that provably belongs to a machine. */
export function endStrays(owner: ProcessOwner): void {
  for (const pid of processesOf(owner)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended on its own between the look and the signal.
    }
  }
}

/** The number of a signal, as exit events carry it. */
export function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? -1 : constants.signals[signal];
}

function signalGroup(leader: number, signal: NodeJS.Signals | number): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

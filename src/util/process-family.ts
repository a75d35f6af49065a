import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { olderProcesses } from './older-processes.ts';

/**
 * The variable by which processes are known as started by one command, however far they went away: what a process
 * starts inherits it, also through `setsid`, a double fork and `nohup`. Marks of commands inside commands are parted by
 * colons.
 */
export const MARK_VARIABLE = 'GLIDEPATH_CHECK_RUN';

/** A process that is there. */
export interface FamilyMember {
  readonly pid: number;
  /** As it was called, cut to a line's length. */
  readonly command: string;
}

/** By what processes are known to belong together. */
export interface FamilyMark {
  /** A mark in {@link MARK_VARIABLE}, or the beginning of one up to a dot. */
  readonly mark: string;
  /** The process group that the command was started in, where it is known. */
  readonly group: number | null;
  /** What began before this process is none of them: it need not be looked at. */
  readonly isOurs?: boolean;
  /** What its output goes to, by {@link outputsOf}: whoever has that open is one of them. */
  readonly outputs?: readonly string[];
}

interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

const COMMAND_CHARS = 120;
/** Where `/proc/<pid>/stat` says when it began, counted from its state (proc(5)). */
const START_FIELD = 19;

let start: number | null = null;
const older = olderProcesses();

/** When this process began. */
function ownStart(): number {
  return (start ??= Number(processStart(process.pid) ?? 0));
}

/**
 * The processes of a family that have not ended: those with its mark, those in its process group or session, those that hold
 * its output, and all that descend from one of these. A process that clears its environment, leaves its session, outlives
 * its parent and writes somewhere else is not found. Where there is no `/proc`, those with the mark or the output alone are not found either.
 */
export function familyMembers({ mark, group, isOurs = false, outputs = [] }: FamilyMark): FamilyMember[] {
  const seen = seenProcesses(isOurs ? ownStart() : 0);
  const own = seen.filter(
    (process) =>
      (group !== null && (process.group === group || process.session === group)) ||
      isMarked(process.pid, mark) ||
      (outputs.length > 0 && hasOpen(process.pid, outputs)),
  );
  const members = new Set(own.map(({ pid }) => pid));
  // Parents come before their children nearly always, but numbers begin again: until nothing is added.
  for (let size = -1; size !== members.size;) {
    size = members.size;
    for (const { pid, parent } of seen) if (members.has(parent)) members.add(pid);
  }
  members.delete(process.pid);
  return [...members].map((pid) => ({ pid, command: commandOf(pid) }));
}

/**
 * Where the output of a process goes that has just been started, as the system names it: `socket:[4711]`. Nobody else's goes
 * there but that of what it starts. None where that cannot be told, or where it has ended already.
 */
export function outputsOf(pid: number): readonly string[] {
  const places = ['1', '2'].flatMap((descriptor) => leadsTo(pid, descriptor) ?? []);
  // It may have chosen another place by now, such as /dev/null, which is anybody's.
  return places.filter((place) => /^(socket|pipe):\[/.test(place));
}

/** When a process began, by the clock of the machine's start; null where it is not there or cannot be told. */
export function processStart(pid: number): string | null {
  return statOf(pid)?.[START_FIELD] ?? null;
}

/**
 * Whether a process still runs that began at that time, as `processStart` said it: its number may be that of a later one by
 * now. Where no time could be told (no `/proc`), the number alone decides.
 */
export function isRunning(pid: number, startedAt: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const now = processStart(pid);
  if (now !== null || processStart(process.pid) !== null) return now === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal to each; what has ended meanwhile is left alone. */
export function signalMembers(members: readonly FamilyMember[], signal: NodeJS.Signals): void {
  for (const { pid } of members) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended, or belongs to somebody else.
    }
  }
}

/** Those that began at a time or later; 0: all. */
function seenProcesses(since: number): SeenProcess[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return listedProcesses();
  }
  const known = since === 0 ? null : older();
  return names.flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || known?.has(pid) === true) return [];
    const fields = statOf(pid);
    if (fields === null) return [];
    if (Number(fields[START_FIELD]) < since) known?.add(pid);
    // What has ended and was not asked for yet is no process any more.
    if (Number(fields[START_FIELD]) < since || fields[0] === 'Z' || fields[0] === 'X') return [];
    const [, parent = 0, group = 0, session = 0] = fields.slice(0, 4).map(Number);
    return [{ pid, parent, group, session }];
  });
}

/** The fields of `/proc/<pid>/stat` behind the name, which may hold anything: state, parent, group, session, … */
function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function isMarked(pid: number, mark: string): boolean {
  let environment: string;
  try {
    environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    // Somebody else's, or it has ended.
    return false;
  }
  if (!environment.includes(mark)) return false;
  const prefix = `${MARK_VARIABLE}=`;
  const value = environment.split('\0').find((entry) => entry.startsWith(prefix));
  return (value ?? '')
    .slice(prefix.length)
    .split(':')
    .some((each) => each === mark || each.startsWith(`${mark}.`));
}

function hasOpen(pid: number, outputs: readonly string[]): boolean {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch {
    // Somebody else's, or it has ended.
    return false;
  }
  return descriptors.some((descriptor) => outputs.includes(leadsTo(pid, descriptor) ?? ''));
}

function leadsTo(pid: number, descriptor: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return null;
  }
}

function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return words.length > COMMAND_CHARS ? `${words.slice(0, COMMAND_CHARS - 1)}…` : words;
  } catch {
    return '';
  }
}

/** Where there is no `/proc`, as on macOS. */
function listedProcesses(): SeenProcess[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,state='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const [pid, parent, group, state = ''] = line.trim().split(/\s+/);
    if (pid === undefined || pid === '' || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: 0 }];
  });
}

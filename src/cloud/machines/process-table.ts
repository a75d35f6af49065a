import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One process of this computer. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly isZombie: boolean;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly command: string;
}

/** What a process tree uses. */
export interface ProcessUsage {
  readonly pids: readonly number[];
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

const HAS_PROC = process.platform === 'linux';
// CLK_TCK is 100 on every Linux that Node runs on; /proc counts CPU time in it.
const MS_PER_TICK = 10;

/**
 * A string that differs for two processes that had the same pid one after the other (boot and start time), or null
 * when no such process runs. A zombie does not run.
 */
export function processIdentity(pid: number): string | null {
  if (!HAS_PROC) return identityFromPs(pid);
  const stat = readStat(pid);
  return stat === null || stat.state === 'Z' || stat.state === 'X' ? null : `${bootId()}:${stat.startTicks}`;
}

/** Every process that may be seen, without CPU and memory where that costs a read per process. */
export function listProcesses(): ProcessRow[] {
  return HAS_PROC ? pidsOfProc().flatMap((pid) => rowFromProc(pid) ?? []) : rowsFromPs();
}

/** The CPU time and resident memory of a process, its group and all its descendants. */
export function processTreeUsage(
  leader: number,
  rows: readonly ProcessRow[] = listProcesses(),
): ProcessUsage {
  const members = processTree(leader, rows);
  return {
    pids: members.map((row) => row.pid),
    cpuMs: members.reduce((sum, row) => sum + row.cpuMs, 0),
    memoryBytes: members.reduce((sum, row) => sum + (HAS_PROC ? residentBytes(row.pid) : row.memoryBytes), 0),
  };
}

/** A process, its group and all its descendants, without zombies. */
export function processTree(leader: number, rows: readonly ProcessRow[]): ProcessRow[] {
  const members = new Set(
    rows.filter((row) => row.pid === leader || row.pgid === leader).map((row) => row.pid),
  );
  for (let grew = true; grew;) {
    const found = rows.filter((row) => members.has(row.ppid) && !members.has(row.pid));
    for (const row of found) members.add(row.pid);
    grew = found.length > 0;
  }
  return rows.filter((row) => members.has(row.pid) && !row.isZombie);
}

/** The processes whose environment holds all these `NAME=value` entries. Empty where environments cannot be read. */
export function processesWithEnv(entries: readonly string[]): number[] {
  if (!HAS_PROC) return [];
  return pidsOfProc().filter((pid) => {
    const present = environmentOf(pid);
    return entries.every((entry) => present.has(entry)) && processIdentity(pid) !== null;
  });
}

/** The values that a variable has in the environments of all processes. Empty where environments cannot be read. */
export function environmentValues(name: string): string[] {
  if (!HAS_PROC) return [];
  return pidsOfProc().flatMap((pid) =>
    [...environmentOf(pid)]
      .filter((entry) => entry.startsWith(`${name}=`))
      .map((entry) => entry.slice(name.length + 1)),
  );
}

function environmentOf(pid: number): ReadonlySet<string> {
  // Our own is never looked at: this process is no machine, whatever started it.
  return new Set(pid === process.pid ? [] : (readOrNull(`/proc/${pid}/environ`) ?? '').split('\0'));
}

/** The directory a process works in, or an empty string where that cannot be read. */
export function workingDirectory(pid: number): string {
  try {
    return HAS_PROC ? readlinkSync(`/proc/${pid}/cwd`) : '';
  } catch {
    return '';
  }
}

function pidsOfProc(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function rowFromProc(pid: number): ProcessRow | null {
  const stat = readStat(pid);
  if (stat === null) return null;
  return {
    pid,
    ppid: stat.ppid,
    pgid: stat.pgid,
    isZombie: stat.state === 'Z' || stat.state === 'X',
    cpuMs: stat.cpuTicks * MS_PER_TICK,
    memoryBytes: 0,
    command: stat.command,
  };
}

interface ProcStat {
  readonly command: string;
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly cpuTicks: number;
  readonly startTicks: string;
}

function readStat(pid: number): ProcStat | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The command stands in parentheses and may itself hold spaces and parentheses: the fields start after the last one.
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  return {
    command: text.slice(text.indexOf('(') + 1, close),
    state: fields[0] ?? 'X',
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: fields[19] ?? '',
  };
}

function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readOrNull(`/proc/${pid}/status`) ?? '');
  return Number(match?.[1] ?? 0) * 1024;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

let knownBootId: string | null = null;

function bootId(): string {
  knownBootId ??= (readOrNull('/proc/sys/kernel/random/boot_id') ?? '').trim();
  return knownBootId;
}

function identityFromPs(pid: number): string | null {
  const [stat, ...start] = ps(['-o', 'stat=,lstart=', '-p', String(pid)])
    .trim()
    .split(/\s+/);
  return stat === undefined || stat === '' || stat.startsWith('Z') ? null : start.join(' ');
}

function rowsFromPs(): ProcessRow[] {
  return ps(['-Ao', 'pid=,ppid=,pgid=,stat=,rss=,time=,comm='])
    .split('\n')
    .flatMap((line) => {
      const [pid, ppid, pgid, stat, rss, time, ...command] = line.trim().split(/\s+/);
      if (stat === undefined || time === undefined) return [];
      return {
        pid: Number(pid),
        ppid: Number(ppid),
        pgid: Number(pgid),
        isZombie: stat.startsWith('Z'),
        cpuMs: psTimeMs(time),
        memoryBytes: Number(rss) * 1024,
        command: command.join(' '),
      };
    });
}

function psTimeMs(time: string): number {
  const seconds = time.split(/[:-]/).reduce((total, part) => total * 60 + Number(part), 0);
  return Math.round(seconds * 1000);
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

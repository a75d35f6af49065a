import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const IS_LINUX = process.platform === 'linux';

/** Whether a process runs. One that has ended but was not yet reaped by its parent counts as ended. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (!IS_LINUX) return !(await ps(pid, 'state')).startsWith('Z');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field, the name in parentheses, may itself hold spaces and parentheses.
  return stat !== '' && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}

/** The command line of a process as one string with single spaces; empty when there is none or it may not be read. */
export async function commandLineOf(pid: number): Promise<string> {
  if (!IS_LINUX) return ps(pid, 'command');
  const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return raw.split('\0').join(' ').trim();
}

/** Bytes of memory of a process and its children, shared pages counted by share; null where it cannot be known. */
export async function memoryOfTree(pid: number): Promise<number | null> {
  if (!IS_LINUX) return null;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const pids = [pid, ...children.split(' ').map(Number).filter(Boolean)];
  const shares = await Promise.all(pids.map(proportionalBytes));
  return shares[0] === null ? null : shares.reduce<number>((sum, share) => sum + (share ?? 0), 0);
}

async function proportionalBytes(pid: number): Promise<number | null> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kib = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

async function ps(pid: number, column: string): Promise<string> {
  const run = promisify(execFile);
  const result = await run('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return result.stdout.trim();
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Process ids of all postmasters whose data directory is under a directory. What a postmaster has just begun looks like
 * it until it names itself, a moment later on a busy machine, and is told from it by its parent.
 */
export async function postmastersIn(directory: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,ppid=,command=']);
  const found = stdout.split('\n').flatMap((line) => {
    if (!line.includes(`/postgres -D ${directory}`)) return [];
    const [pid = 0, parent = 0] = line.trim().split(/\s+/u).map(Number);
    return [{ pid, parent }];
  });
  const pids = new Set(found.map(({ pid }) => pid));
  return found.filter(({ parent }) => !pids.has(parent)).map(({ pid }) => pid);
}

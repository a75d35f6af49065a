import { readFileSync } from 'node:fs';

/**
 * Whether a pid that the engine named is a process of this computer and in that container: an engine in a virtual
 * machine names pids of its own, which here belong to strangers.
 */
export function isInContainer(pid: number, id: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id);
  } catch {
    return false;
  }
}

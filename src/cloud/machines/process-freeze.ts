import { listProcesses, processTree } from './process-table.ts';

/** A tree that makes new processes as fast as it is looked at is given up on; a database needs two looks. */
const LOOKS_MAX = 20;

/**
 * Lets a process with all its descendants stand still, so that its files can be copied as they are at one instant: as a
 * disk that lost power has them. Its parents first, for what stands still makes no children. Returns the way to let it
 * go on.
 */
export function freezeTree(leader: number): () => void {
  const frozen: number[] = [];
  for (let look = 0; look < LOOKS_MAX; look++) {
    const fresh = processTree(leader, listProcesses()).filter(({ pid }) => !frozen.includes(pid));
    if (fresh.length === 0) break;
    for (const { pid } of fresh) if (sendSignal(pid, 'SIGSTOP')) frozen.push(pid);
  }
  return () => {
    for (const pid of frozen.toReversed()) sendSignal(pid, 'SIGCONT');
  };
}

/** Lets a tree go on that somebody who is no more has frozen. */
export function thawTree(leader: number): void {
  for (const { pid } of processTree(leader, listProcesses())) sendSignal(pid, 'SIGCONT');
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

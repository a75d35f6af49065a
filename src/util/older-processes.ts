import { readFileSync } from 'node:fs';

/**
 * The system gives numbers in turn, and one again only after all others that are free. As long as fewer processes than this
 * part of all numbers were started, no number has come back, unless three quarters of them are taken.
 */
const NUMBERS_PART = 4;

/**
 * Remembers the numbers of processes that began before this one, so that they need not be read at every look: to read them
 * all takes longer than a small check. The set is to be filled by whoever asks. It is empty again once a number may have
 * gone to a later process, and wherever that cannot be told: by the count of all that was started, in `/proc/stat`
 * (proc(5)), which has to grow from one look to the next, since a check was started between them. `read` gives a file's text, or throws.
 */
export function olderProcesses(
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): () => Set<number> {
  const known = new Set<number>();
  let since: number | null = null;
  let last: number | null = null;
  let limit: number | null = null;
  return () => {
    const now = numberIn(read, '/proc/stat', /^processes (\d+)$/m);
    limit ??= (numberIn(read, '/proc/sys/kernel/pid_max', /^(\d+)$/m) ?? 0) / NUMBERS_PART;
    if (now === null || last === null || since === null || now <= last || now - since > limit) {
      known.clear();
      since = now;
    }
    last = now;
    return known;
  };
}

function numberIn(read: (path: string) => string, path: string, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(read(path))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

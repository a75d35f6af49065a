import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRunning, processStart } from '../../util/process-family.ts';

/** Who has made a mark, as its text says: process, when that began, and which of its runs. */
export interface ClaimOwner {
  readonly text: string;
  readonly pid: number;
  /** False for one that has ended without removing its mark, and for a mark that nobody holds. */
  readonly isThere: boolean;
}

/** What a mark says that nobody holds: somebody was at work, and what lies there is not written down. */
const DOUBTFUL = '0 doubtful';

/** The text of the marks of one run of checks in this process. */
export function ownerText(id: string): string {
  return `${process.pid} ${processStart(process.pid) ?? '-'} ${id}`;
}

/**
 * Makes a mark. A mark is a link that leads nowhere: the only thing that a file system makes whole, with its text, or not
 * at all where it is there. False where it is. Throws what the system throws.
 */
export function makeMark(path: string, text: string): boolean {
  for (let isSecond = false; ; isSecond = true) {
    try {
      symlinkSync(text, path);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (code !== 'ENOENT' || isSecond) throw error;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    }
  }
}

/** Who has made a mark; null where there is none. */
export function readMark(path: string): ClaimOwner | null {
  let text: string;
  try {
    text = readlinkSync(path);
  } catch {
    return null;
  }
  const [pid = '', startedAt = ''] = text.split(' ');
  return {
    text,
    pid: Number(pid),
    // Looked at when it is asked: of one's own marks nobody asks.
    get isThere() {
      return isRunning(Number(pid), startedAt);
    },
  };
}

/**
 * Puts a mark of one's own in the place of one that nobody holds. One process at a time: else the second would take the
 * place of the first. False where somebody was quicker.
 */
export function takeMark(path: string, left: ClaimOwner, text: string): boolean {
  const guard = `${path}@taken`;
  if (!makeMark(guard, text)) {
    // Killed in the moment between the two.
    if (readMark(guard)?.isThere === false) rmSync(guard, { force: true });
    return false;
  }
  if (readMark(path)?.text !== left.text) {
    rmSync(guard, { force: true });
    return false;
  }
  renameSync(guard, path);
  return true;
}

/** Says in the place of one's own mark that nobody knows what lies there. */
export function leaveDoubt(path: string, id: string): void {
  const scratch = `${path}@${id}.doubt`;
  if (makeMark(scratch, DOUBTFUL)) renameSync(scratch, path);
}

export function removeMark(path: string): void {
  rmSync(path, { force: true });
}

/** The names of all marks in a directory; none where it is not there. */
export function marksIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

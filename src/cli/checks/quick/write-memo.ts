import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { distrustRecent, FIGURES, putFigures } from '../../../checks/inputs/file-figures.ts';
import type { OwnFiles } from '../../../checks/own-files/own-files.ts';
import { encodeMemo, MEMO_FILE, type Memo } from './memo.ts';

/** A memo that is about to be written. */
export interface MemoWriter {
  /**
   * Puts it in its place whole, unless something that it names has changed since this was made, or just before. `restless` may
   * have: the memo says of them only what they are called, and where they are there the next run looks for itself.
   */
  commit(memo: Memo, restless: ReadonlySet<string>): void;
  /** Once, at the end, whatever happened. */
  close(): void;
}

const NOTHING = { throwIfNoEntry: false } as const;

/**
 * Begins a memo, before anything is looked at: what changes from here on, by the clock of the disk, may be seen as it was
 * before or after, so that no memo is made of it. Null before the first run has kept anything there.
 */
export function beginMemo(root: string, own: OwnFiles): MemoWriter | null {
  const file = join(root, MEMO_FILE);
  const scratch = `${file}.${randomUUID()}`;
  try {
    const open = openSync(scratch, 'wx', 0o600);
    const { mtimeMs: startedAt, ino } = fstatSync(open);
    return {
      commit(memo, restless) {
        const figures = figuresOf(memo.paths, restless, startedAt);
        if (figures === null) return;
        const bytes = encodeMemo(memo, figures);
        for (let at = 0; at < bytes.length;) at += writeSync(open, bytes, at);
        renameSync(scratch, file);
        own.claim(file, ino);
      },
      close() {
        closeSync(open);
        rmSync(scratch, { force: true });
      },
    };
  } catch {
    return null;
  }
}

function figuresOf(
  paths: readonly string[],
  restless: ReadonlySet<string>,
  startedAt: number,
): Float64Array | null {
  const figures = new Float64Array(paths.length * FIGURES);
  for (const [index, path] of paths.entries()) {
    const at = index * FIGURES;
    putFigures(figures, at, lstatSync(path, NOTHING));
    distrustRecent(figures, at, startedAt);
    if (!restless.has(path) && figures.subarray(at, at + FIGURES).some(Number.isNaN)) return null;
  }
  return figures;
}

import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { digestFile } from './digest-file.ts';
import { distrustRecent, FIGURES, isSame, putFigures } from './file-figures.ts';
import type { LookedAt } from './look-at-structure.ts';
import type { TreeIndex } from './stored-tree.ts';
import { isAbsence, unreadableInput } from './unreadable-input.ts';

/** What is in the files. */
export type Contents = Pick<TreeIndex, 'files' | 'fileFigures' | 'digests'>;

/** A file that is written while it is read is read again so often; then the next look reads it. */
const READS_MAX = 3;

/** Reading goes on for this long before others have a turn: a view, or Ctrl-C. */
const TURN_MS = 25;

const NOTHING = { throwIfNoEntry: false } as const;

/**
 * What is in these files now. A file that is as it was is not read. Where none differs, the same object comes back.
 * Throws CHECK_INPUT_UNREADABLE.
 */
export async function lookAtFiles(
  look: {
    readonly root: string;
    readonly files: readonly string[];
    readonly last: Contents | null;
    readonly lookedAt: LookedAt;
    readonly now: () => number;
  },
  signal: AbortSignal,
): Promise<Contents> {
  const { root, files, last, lookedAt } = look;
  const from = last?.files === files ? null : positionsOf(last);
  let next: { fileFigures: Float64Array; digests: string[] } | null = null;
  let turnEndsAt = look.now() + TURN_MS;
  const begin = (): { fileFigures: Float64Array; digests: string[] } =>
    from === null && last !== null
      ? { fileFigures: last.fileFigures.slice(), digests: [...last.digests] }
      : { fileFigures: new Float64Array(files.length * FIGURES), digests: files.map(() => '') };
  if (from !== null) next = begin();
  for (const [index, file] of files.entries()) {
    const stats = statsOf(root, file);
    const old = from === null ? index : (from.get(file) ?? -1);
    if (last !== null && old !== -1 && isSame(last.fileFigures, old * FIGURES, stats)) {
      if (from !== null && next !== null) {
        next.fileFigures.set(last.fileFigures.subarray(old * FIGURES, (old + 1) * FIGURES), index * FIGURES);
        next.digests[index] = last.digests[old] ?? '';
      }
      continue;
    }
    const at = lookedAt();
    next ??= begin();
    next.digests[index] = readFile(root, file, stats, { ...next, at: index * FIGURES, lookedAt: at, signal });
    if (look.now() < turnEndsAt) continue;
    await nextTurn();
    signal.throwIfAborted();
    turnEndsAt = look.now() + TURN_MS;
  }
  return next === null && last !== null ? last : { files, ...(next ?? begin()) };
}

function positionsOf(last: Contents | null): ReadonlyMap<string, number> {
  return new Map(last?.files.map((file, index) => [file, index]));
}

function statsOf(root: string, file: string): Stats | undefined {
  try {
    return lstatSync(join(root, file), NOTHING);
  } catch (error) {
    throw unreadableInput(file, error);
  }
}

/** The digest of a file, with what it was when it was read in the figures; empty where none is there. */
function readFile(
  root: string,
  file: string,
  first: Stats | undefined,
  into: { fileFigures: Float64Array; at: number; lookedAt: number | null; signal: AbortSignal },
): string {
  const { fileFigures, at, lookedAt, signal } = into;
  let stats = first;
  for (let reads = 1; ; reads += 1) {
    putFigures(fileFigures, at, stats);
    const digest = digestOf(root, file, stats, signal);
    const after = statsOf(root, file);
    if (isSame(fileFigures, at, after)) {
      distrustRecent(fileFigures, at, lookedAt);
      return digest;
    }
    stats = after;
    if (reads < READS_MAX) continue;
    distrustRecent(fileFigures, at, null);
    return digest;
  }
}

function digestOf(root: string, file: string, stats: Stats | undefined, signal: AbortSignal): string {
  if (stats === undefined) return '';
  try {
    return digestFile(join(root, file), stats, signal) ?? '';
  } catch (error) {
    if (signal.aborted) throw error;
    if (isAbsence(error)) return '';
    throw unreadableInput(file, error);
  }
}

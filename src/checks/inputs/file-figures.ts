import type { Stats } from 'node:fs';

/** Numbers that are kept of each path: size, mtime, ctime, inode and mode. Times in milliseconds since 1970. */
export const FIGURES = 5;

const CTIME = 2;

/** The bits of a mode that say what it is, those of a directory and of a link: POSIX's S_IFMT, S_IFDIR and S_IFLNK. */
const TYPE_BITS = 0o170_000;
const DIRECTORY = 0o040_000;
const LINK = 0o120_000;

/** In the place of the size, where nothing lies there. */
const ABSENT = -1;

/**
 * A change can share its time with the look before it: file systems count time in steps. Those that keep parts of a
 * second have steps of up to 16 ms; the others of up to two seconds.
 */
const FINE_STEP_MS = 100;
const COARSE_STEP_MS = 2_000;

/** Writes what a path is now; `stats` is undefined where nothing is there. */
export function putFigures(figures: Float64Array, at: number, stats: Stats | undefined): void {
  figures[at] = stats === undefined ? ABSENT : stats.size;
  figures[at + 1] = stats?.mtimeMs ?? 0;
  figures[at + CTIME] = stats?.ctimeMs ?? 0;
  figures[at + 3] = stats?.ino ?? 0;
  figures[at + 4] = stats?.mode ?? 0;
}

/** What a path is now, alone. */
export function figuresOf(stats: Stats | undefined): Float64Array {
  const figures = new Float64Array(FIGURES);
  putFigures(figures, 0, stats);
  return figures;
}

/** Whether a path is as it was: nothing of it has changed since, and it can be known that nothing has. */
export function isSame(figures: Float64Array, at: number, stats: Stats | undefined): boolean {
  if (stats === undefined) return figures[at] === ABSENT;
  return (
    figures[at] === stats.size &&
    figures[at + 1] === stats.mtimeMs &&
    figures[at + CTIME] === stats.ctimeMs &&
    figures[at + 3] === stats.ino &&
    figures[at + 4] === stats.mode
  );
}

/** Whether a path is the directory that it was, whatever came to it or went from it since. */
export function isSameDirectory(figures: Float64Array, at: number, { ino, mode }: Stats): boolean {
  return (mode & TYPE_BITS) === DIRECTORY && figures[at + 3] === ino && figures[at + 4] === mode;
}

/** Whether the figures are of a directory. */
export function isDirectory(figures: Float64Array): boolean {
  return ((figures[4] ?? 0) & TYPE_BITS) === DIRECTORY;
}

/** Whether the figures at a place are of a link. */
export function isLink(figures: Float64Array, at: number): boolean {
  return ((figures[at + 4] ?? 0) & TYPE_BITS) === LINK;
}

/**
 * Takes the trust from what was changed at the time of the look or later, by the clock of the disk: it could change once
 * more without another time. The change time counts, for nobody can set it. `lookedAt` is null where the clock of
 * the disk could not be asked: then nothing is trusted.
 */
export function distrustRecent(figures: Float64Array, at: number, lookedAt: number | null): void {
  if (figures[at] === ABSENT) return;
  const changedAt = figures[at + CTIME] ?? 0;
  const step = changedAt % 1_000 === 0 ? COARSE_STEP_MS : FINE_STEP_MS;
  // Equal to nothing, not even to itself.
  if (lookedAt === null || changedAt >= lookedAt - step) figures[at + CTIME] = Number.NaN;
}

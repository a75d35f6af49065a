import type { HistoryEntry } from './history.ts';
import type { Release } from './release.ts';

/** Where a rollback leads that names no release. */
export interface RollbackTarget {
  /** Null: there is none left. */
  readonly release: Release | null;
  /** Releases that were rolled back from, so that nobody is brought back to them unasked; newest first. */
  readonly skipped: readonly string[];
}

/**
 * The newest release that was live before the one that is, but for those that were rolled back from and not deployed again
 * since: who presses twice in an emergency wants to go further back, not forward to what was broken. `entries`: of the
 * environment, newest first.
 */
export function rollbackTarget(entries: readonly HistoryEntry[], live: string | null): RollbackTarget {
  const leftBehind = new Set<string>();
  const skipped = new Set<string>();
  for (const [at, { release, previous }] of entries.entries()) {
    if (previous !== null && previous !== live && wentBack(entries, at)) leftBehind.add(previous);
    if (release.id === live) continue;
    if (!leftBehind.has(release.id)) return { release, skipped: [...skipped] };
    skipped.add(release.id);
  }
  return { release: null, skipped: [...skipped] };
}

/** Whether this line of the history is a rollback to what was deployed before the release that it ended. */
function wentBack(entries: readonly HistoryEntry[], at: number): boolean {
  const entry = entries[at];
  if (entry?.action !== 'rollback') return false;
  const earlier = entries.slice(at + 1).filter(({ action }) => action !== 'rollback');
  const placeOf = (id: string | null): number => earlier.findIndex(({ release }) => release.id === id);
  // Newest first. One that is older than the history that is kept is not in it.
  const to = placeOf(entry.release.id);
  const from = placeOf(entry.previous);
  return to === -1 || from < to;
}

import type { InputReader, InputTree } from '../../checks/inputs/input-tree.ts';
import { changedPaths } from '../../checks/tree-watch.ts';
import type { WatchedPlaces } from './watch-places.ts';

/** A check that changes what it depends on each time would run for ever: after so many times a person has to do something. */
const BY_ITSELF_MAX = 3;

/** What is looked at, and who is told of a change. */
export interface Waiting {
  readonly reader: Pick<InputReader, 'read'>;
  readonly places: WatchedPlaces;
  /** Whether checks make this file. */
  readonly isMade: (path: string) => boolean;
  readonly interrupt: AbortSignal;
  /** How often in a row something had changed while the checks ran. */
  readonly byItself: number;
}

/** What differs now. */
export interface Change {
  /** Sorted. */
  readonly paths: readonly string[];
  /** It changed while the checks ran. */
  readonly isMeanwhile: boolean;
}

/** Waits until something differs from `before`; null when somebody has had enough. */
export async function changeAfter(
  before: InputTree,
  { reader, places, isMade, interrupt, byItself }: Waiting,
): Promise<Change | null> {
  let base = before;
  // First what changed while the checks ran, then what changes from now on.
  for (let isMeanwhile = true; ; isMeanwhile = false) {
    try {
      const now = await reader.read(interrupt);
      const paths = changedPaths(base, now).filter((path) => !isMade(path));
      const isEnough = isMeanwhile && byItself >= BY_ITSELF_MAX;
      if (paths.length > 0 && !isEnough) return { paths, isMeanwhile };
      base = now;
      // What comes into a directory between the look and the watch on it is told of by nobody: only a look finds it.
      if (!places.refresh()) await places.changed(interrupt);
    } catch (error) {
      if (interrupt.aborted) return null;
      throw error;
    }
  }
}

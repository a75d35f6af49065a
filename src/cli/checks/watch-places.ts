import { watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../../util/clock.ts';

/** Editors write a file in several steps: what comes within so short a time is one change. */
const QUIET_MS = 30;
/** Where the system gives no more watches, one looks so often. */
const POLL_MS = 1000;

/** Directories that are watched for changes. */
export interface WatchedPlaces extends Disposable {
  /** From here on, a change is told of by `changed`, also when it comes before that is asked. */
  begin(): void;
  /** Watches what is new among the places, and nothing that is gone. Whether anything is watched that was not before. */
  refresh(): boolean;
  /** Resolves after the next change, once it is quiet for a moment. Throws the reason of the signal. */
  changed(signal: AbortSignal): Promise<void>;
}

/**
 * Watches the given directories, each for itself: what git ignores, such as node_modules, is not among them and costs
 * nothing. Where the system has no watches left for one, `changed` resolves every second.
 */
export function watchPlaces(paths: () => readonly string[], begin: typeof watch = watch): WatchedPlaces {
  const places = new Map<string, FSWatcher>();
  let isPolled = false;
  let count = 0;
  let seen = 0;
  let wake: () => void = () => undefined;
  const onChange = (): void => {
    count += 1;
    wake();
  };
  const remove = (path: string): void => {
    places.get(path)?.close();
    places.delete(path);
  };
  const add = (path: string): boolean => {
    try {
      const watcher = begin(path, (event, name) => {
        // By its own name: it was removed or renamed, and what may be there by then is another directory.
        if (event === 'rename' && name === basename(path)) remove(path);
        onChange();
      });
      watcher.on('error', () => remove(path));
      places.set(path, watcher);
      return true;
    } catch (error) {
      // It went away just now, and its parent tells of that.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') isPolled = true;
      return false;
    }
  };
  const refresh = (): boolean => {
    const wanted = new Set(paths());
    isPolled = false;
    for (const path of places.keys()) if (!wanted.has(path)) remove(path);
    let isMore = false;
    for (const path of wanted) if (!places.has(path) && add(path)) isMore = true;
    return isMore;
  };
  return {
    begin() {
      refresh();
      seen = count;
    },
    refresh,
    async changed(signal) {
      if (count === seen) await nextChange(signal, isPolled, (resolve) => (wake = resolve));
      do {
        seen = count;
        await systemClock.sleep(QUIET_MS, signal);
      } while (seen !== count);
    },
    [Symbol.dispose]() {
      for (const path of places.keys()) remove(path);
    },
  };
}

async function nextChange(
  signal: AbortSignal,
  isPolled: boolean,
  onWake: (resolve: () => void) => void,
): Promise<void> {
  if (isPolled) return await systemClock.sleep(POLL_MS, signal);
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    onWake(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

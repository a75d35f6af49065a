import { statSync, watch, type FSWatcher } from 'node:fs';
import { sep } from 'node:path';
import { systemClock } from '../util/clock.ts';

/** Editors write a file in several steps: what comes within so short a time is one change. */
const QUIET_MS = 30;

/** Directories that are watched for changes. */
export interface WatchedPlaces extends Disposable {
  /** From here on, a change is told of by `changed`, also when it comes before that is asked. */
  begin(): void;
  /** Watches what is new among the places, and nothing that is gone. */
  refresh(): void;
  /** Resolves after the next change, once it is quiet for a moment. Throws the reason of the signal. */
  changed(signal: AbortSignal): Promise<void>;
}

/**
 * Watches the directories among the given paths, each for itself: what git ignores, such as node_modules, is not among
 * them and costs nothing.
 */
export function watchPlaces(paths: () => readonly string[]): WatchedPlaces {
  const watchers = new Map<string, FSWatcher>();
  /** What was looked at once and is no directory. */
  const others = new Set<string>();
  let count = 0;
  let seen = 0;
  let wake: () => void = () => undefined;
  const onChange = (): void => {
    count += 1;
    wake();
  };
  const refresh = (): void => {
    const wanted = new Set(paths().filter((path) => !path.split(sep).includes('.git')));
    for (const path of wanted) if (!watchers.has(path) && !others.has(path)) add(path);
    for (const [path, watcher] of watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };
  const add = (path: string): void => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return void others.add(path);
    try {
      const watcher = watch(path, onChange);
      // A directory that is removed ends its watcher; its parent tells of that.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(path);
      });
      watchers.set(path, watcher);
    } catch {
      // It went away just now, and its parent tells of that.
    }
  };
  return {
    begin() {
      refresh();
      seen = count;
    },
    refresh,
    async changed(signal) {
      if (count === seen) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        });
      }
      do {
        seen = count;
        await systemClock.sleep(QUIET_MS, signal);
      } while (seen !== count);
    },
    [Symbol.dispose]() {
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

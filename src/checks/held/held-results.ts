import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { OwnFiles } from '../own-files/own-files.ts';
import { readHeld, writeHeld } from './held-file.ts';
import type { HeldRecord, HeldResult } from './held-result.ts';
import { differentFiles, isUntouched, lookAtPlaces, pathsOf } from './look-at-places.ts';

/** What a checkout holds of its checks. */
export interface HeldResults {
  /** The result of this key, where all that the check made lies there as it was; null otherwise. */
  find(check: ResolvedCheck, key: string): HeldResult | null;
  /** What was remembered last, whatever has become of it. */
  last(name: string): HeldResult | null;
  /** Right after a check has passed or was restored: looks at what it made, and remembers it. */
  remember(check: ResolvedCheck, held: HeldResult): void;
  /** Everything that its outputs, reports and leaves are told by, absolute; null where nothing is remembered. */
  watched(name: string): readonly string[] | null;
  /** The outputs and reports that are not as they were remembered: touched, new or gone, sorted. None where nothing is remembered. */
  different(check: ResolvedCheck): readonly string[];
  /** Before a check runs or is restored: what lies there is about to change. */
  forget(name: string): void;
  /** Reads what other processes have written since. */
  refresh(): void;
  /** Writes what differs. Somebody else's results that were written meanwhile stay. For one process at a time. */
  save(): void;
}

/** Opens what is remembered of a checkout; `directory` is its `.glidepath/cache`. Read when it is first asked. */
export function openHeldResults(root: string, directory: string, own: OwnFiles): HeldResults {
  const file = join(directory, 'held');
  let read: Map<string, HeldRecord> | null = null;
  let seen: string | null = null;
  const changed = new Set<string>();
  const records = (): Map<string, HeldRecord> => {
    if (read === null) refresh();
    return (read ??= new Map());
  };
  const refresh = (): void => {
    const now = markOf(file);
    if (read !== null && now === seen) return;
    seen = now;
    const fresh = readHeld(file, own);
    for (const name of changed) {
      const record = read?.get(name);
      if (record === undefined) fresh.delete(name);
      else fresh.set(name, record);
    }
    read = fresh;
  };
  return {
    find(check, key) {
      const record = records().get(check.name);
      return record?.held.key === key && isUntouched(root, check, record) ? record.held : null;
    },
    last: (name) => records().get(name)?.held ?? null,
    watched(name) {
      const record = records().get(name);
      return record === undefined ? null : pathsOf(record.places).map((path) => join(root, path));
    },
    different(check) {
      const record = records().get(check.name);
      return record === undefined || isUntouched(root, check, record)
        ? []
        : differentFiles(root, check, record);
    },
    remember(check, held) {
      records().set(check.name, { held, ...lookAtPlaces(root, check) });
      changed.add(check.name);
    },
    forget(name) {
      refresh();
      if (records().delete(name)) changed.add(name);
    },
    refresh,
    save() {
      if (changed.size === 0) return;
      refresh();
      writeHeld(file, records(), own);
      changed.clear();
      seen = markOf(file);
    },
  };
}

/** Tells one writing of a file from another; null where there is none. */
function markOf(file: string): string | null {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.ino} ${stats.ctimeMs} ${stats.size}`;
}

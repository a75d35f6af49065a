import { sqliteError } from '../engine/sqlite-error.ts';

/**
 * Opens what keeps its tables beside the journal. What SQLite says when the disk is full, the file is locked or damaged is
 * thrown as STORE_DISK_FULL, STORE_BUSY or STORE_UNREADABLE, at the opening and by every function of it.
 */
export function withStoreErrors<T extends object>(file: string, open: () => T): T {
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return work(...args);
      } catch (error) {
        throw sqliteError(error, file);
      }
    };
  const entries = Object.entries(guarded(open)()).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'function' ? guarded(value as (...args: unknown[]) => unknown) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

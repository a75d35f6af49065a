import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Makes this process the only daemon of a state directory, until it ends however it ends: SQLite's file lock belongs
 * to the process, so a killed daemon holds nothing. Returns how to give it up, or null when another process has it.
 */
export function lockStateDir(stateDir: string): (() => void) | null {
  const database = new DatabaseSync(join(stateDir, 'daemon.lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (/locked|busy/iu.test((error as Error).message)) return null;
    throw error;
  }
}

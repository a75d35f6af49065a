import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Only its user may read what opens the cloud. */
const PRIVATE = 0o600;

/** Writes a file that only its user may read, all at once: a reader sees the old text or the new one, never half. */
export function writePrivately(file: string, text: string): void {
  const next = `${file}.tmp`;
  writeFileSync(next, text, { mode: PRIVATE });
  // A left-over from a killed daemon may have had other permissions; `mode` counts only for new files.
  chmodSync(next, PRIVATE);
  renameSync(next, file);
}

/** The text of a file without the white space around it; null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

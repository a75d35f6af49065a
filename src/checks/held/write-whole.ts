import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that only saves time, whole or not at all. Where it cannot be written, the time is not saved and nothing
 * else happens.
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const scratch = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(scratch, content, { mode: 0o600 });
    renameSync(scratch, file);
  } catch {
    rmSync(scratch, { force: true });
  }
}

import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudFileOf } from '../control/cloud-info.ts';
import type { CloudInfo } from '../control/cloud-info.ts';

/** Only its user may read what opens the cloud. */
const PRIVATE = 0o600;

/** The token of a state directory: made at the first start and the same ever after. */
export function ensureToken(stateDir: string): string {
  const file = join(stateDir, 'token');
  const known = readIfThere(file);
  if (known !== null && /^[\w-]{20,}$/u.test(known)) return known;
  const token = `glidepath_${randomBytes(24).toString('base64url')}`;
  writePrivately(file, `${token}\n`);
  return token;
}

/** Says how the daemon is reached, all at once: a reader sees the old file or the new one, never half. */
export function writeCloudFile(stateDir: string, info: CloudInfo): void {
  writePrivately(cloudFileOf(stateDir), `${JSON.stringify(info, null, 2)}\n`);
}

/** Says that there is no daemon any more. */
export function removeCloudFile(stateDir: string): void {
  rmSync(cloudFileOf(stateDir), { force: true });
}

function writePrivately(file: string, text: string): void {
  const next = `${file}.tmp`;
  writeFileSync(next, text, { mode: PRIVATE });
  // A left-over from a killed daemon may have had other permissions; `mode` counts only for new files.
  chmodSync(next, PRIVATE);
  renameSync(next, file);
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

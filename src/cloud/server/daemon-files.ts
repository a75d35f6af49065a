import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cloudFileOf } from '../control/cloud-info.ts';
import type { CloudInfo } from '../control/cloud-info.ts';
import { readIfThere, writePrivately } from './private-file.ts';

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

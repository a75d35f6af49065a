import type { PlatformWork } from '../app-platform.ts';

/** Journal key of what was there before the first change of a deployment. */
export const BEFORE = 'before';

/** The prefix of every key that work with this journal writes into machines. */
export function keyPrefix(work: PlatformWork): string {
  return `${work.idempotencyKey}/`;
}

/** How this work names itself in leases. */
export function holderOf(work: PlatformWork): string {
  return `glidepath ${work.idempotencyKey}`;
}

import type { RateLimit } from '../../http/pacer.ts';

/** Fly's limit of each action on each machine or app (docs: machines/api/working-with-machines-api). */
export const ACTION_LIMIT: RateLimit = { perSecond: 1, burst: 3 };
/** Fly's limit of reading one machine (same page). */
export const READ_MACHINE_LIMIT: RateLimit = { perSecond: 5, burst: 10 };

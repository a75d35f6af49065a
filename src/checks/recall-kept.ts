import type { FoundEntry, CheckCache } from './cache/check-cache.ts';
import type { CheckIdentity, RememberedResult } from './check-memory.ts';
import type { CheckClaim, CheckClaims, ClaimWait } from './claims/check-claims.ts';
import type { HeldResults } from './held/held-results.ts';

/** Where a result is recalled from, and what it is put down in. */
export interface RecallPlaces {
  /** The checkout, absolute. */
  readonly root: string;
  readonly held: HeldResults;
  readonly claims: CheckClaims;
  readonly cache: CheckCache;
}

/**
 * Puts what the cache keeps of a check into the checkout, under a claim that is handed to `giveBack`; `wait` is null where
 * the caller has claimed it. Null where the cache has nothing that can be put there. Throws the reason of the signal.
 */
export async function recallKept(
  { cache, held, claims, root }: RecallPlaces,
  { check, key }: Pick<CheckIdentity, 'check' | 'key'>,
  wait: ClaimWait | null,
  giveBack: (claim: CheckClaim) => void,
): Promise<RememberedResult | null> {
  const found: FoundEntry | null = await cache.find(key);
  if (found === null) return null;
  const claim = wait === null ? null : await claims.make(check.name, wait);
  try {
    if (claim?.hasWaited === true) held.refresh();
    const here = claim?.hasWaited === true ? held.find(check, key) : null;
    if (here !== null) return { ...here, from: 'in-place', where: 'this checkout' };
    held.forget(check.name);
    if (!(await cache.restore(found, root))) return null;
    const { result, createdAt, durationMs, failedAttempts } = found.entry;
    held.remember(check, { key, result, createdAt, durationMs, failedAttempts });
    return { from: 'restored', where: found.where, result, createdAt, durationMs, failedAttempts };
  } finally {
    if (claim !== null) giveBack(claim);
  }
}

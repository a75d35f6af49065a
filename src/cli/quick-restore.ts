import { dirname, join } from 'node:path';
import { LOCAL } from '../checks/cache/cache-trust.ts';
import type { CheckCache } from '../checks/cache/check-cache.ts';
import { createCheckCache } from '../checks/cache/create-check-cache.ts';
import { diskStore } from '../checks/cache/disk-store.ts';
import type { CheckClaims } from '../checks/claims/check-claims.ts';
import { MarkedClaims } from '../checks/claims/marked-claims.ts';
import { writeDownClaims } from '../checks/claims/write-down-claims.ts';
import { openHeldResults } from '../checks/held/held-results.ts';
import { ownFiles } from '../checks/own-files/own-files.ts';
import { recallKept, type RecallPlaces } from '../checks/recall-kept.ts';
import { systemClock } from '../util/clock.ts';
import { MARK_VARIABLE } from '../util/process-family.ts';
import { machineKey } from './checks/cache/machine-key.ts';
import { claimsDirectory } from './checks/claims-directory.ts';
import { goneOutputs, type GoneOutputs } from './checks/quick/gone-outputs.ts';
import { MEMO_FILE, type Memo } from './checks/quick/memo.ts';
import type { RecalledMemo } from './checks/quick/recall-memo.ts';
import { ownFileRecords } from './project/machine-state.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Restores the outputs of checks in a checkout where nothing else has changed: from the cache of this machine, by what the
 * whole command does it with. The names of those checks; null: the whole command has to decide. What was restored by then
 * it finds in place. Never throws.
 */
export async function quickRestore(
  recalled: RecalledMemo,
  root: string,
  env: Env,
): Promise<ReadonlySet<string> | null> {
  const { cache } = recalled.memo;
  // A run within a check has to know of what its own run works on, and one that holds a key is no run of this machine alone.
  const isPlain = (env[MARK_VARIABLE] ?? '') === '' && (env['GLIDEPATH_CACHE_KEY'] ?? '') === '';
  if (cache === null || !isPlain) return null;
  try {
    const held = openHeldResults(root, dirname(join(root, MEMO_FILE)), ownFiles(ownFileRecords(env)));
    const claims = claimsDirectory(join(root, '.glidepath'));
    const gone = goneOutputs(recalled, held, claims);
    if (gone === null || gone.length === 0) return gone === null ? null : new Set();
    return await restoreAll({ root, held, claims: openClaims(claims), cache: openCache(cache, env) }, gone);
  } catch {
    return null;
  }
}

/** One after the other, as each is a matter of a millisecond, and none once one could not be restored. */
async function restoreAll(
  places: RecallPlaces,
  gone: readonly GoneOutputs[],
): Promise<ReadonlySet<string> | null> {
  const { claims, held } = places;
  const written = writeDownClaims(claims, () => held.save(), systemClock);
  const interrupt = new AbortController();
  const wait = {
    signal: interrupt.signal,
    onWait: () => interrupt.abort(new Error('another run is at work')),
  };
  try {
    for (const {
      check,
      held: { key },
    } of gone) {
      const found = await recallKept(places, { check, key }, wait, (claim) => written.giveBack(claim));
      if (found?.from !== 'restored') return null;
    }
    return new Set(gone.map(({ check }) => check.name));
  } finally {
    await written.settle();
  }
}

function openClaims(directory: string): CheckClaims {
  return new MarkedClaims({
    directory,
    id: Math.floor(Math.random() * 2 ** 40).toString(36),
    within: new Set(),
    clock: systemClock,
    // Processes of a run that was killed: the whole command ends them.
    endLeft: async () => Promise.reject(new Error('another run was killed')),
  });
}

function openCache({ directory, trusted }: NonNullable<Memo['cache']>, env: Env): CheckCache {
  const warn = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  return createCheckCache({
    local: diskStore(directory, systemClock),
    remote: null,
    isScoped: false,
    trust: { domain: LOCAL, trusted, machine: machineKey(env, warn), shared: null },
    clock: systemClock,
    maxBytes: Number.MAX_SAFE_INTEGER,
    // Where outputs are gone nothing is in the way that anybody would have to be asked about.
    disposable: async () => new Set(),
    onWarning: warn,
  });
}

import type { ResolvedCheck } from '../config/resolved.ts';
import type { Clock } from '../util/clock.ts';
import type { CheckCache } from './cache/check-cache.ts';
import { outputFiles, outputGlobs } from './cache/output-files.ts';
import { changedNeeds } from './changed-needs.ts';
import type { CheckMemory, PassedCheck } from './check-memory.ts';
import type { CheckClaims } from './claims/check-claims.ts';
import { writeDownClaims } from './claims/write-down-claims.ts';
import type { HeldResults } from './held/held-results.ts';
import { reportGlobs } from './inputs/made-by-checks.ts';
import { checkKey } from './key/check-key.ts';
import { explainKey } from './key/explain-key.ts';
import { keyParts } from './key/parts-of-check.ts';
import { resultDigest } from './key/result-digest.ts';
import { recallKept } from './recall-kept.ts';
import { resultNeeds } from './result-needs.ts';

/** What remembering results takes. */
export interface CheckMemoryDeps {
  /** The checkout, absolute. */
  readonly root: string;
  /** Every check of the project. */
  readonly checks: readonly ResolvedCheck[];
  readonly variable: (name: string) => string | undefined;
  /** Versions of the tools that a check calls. */
  readonly tools: (check: ResolvedCheck) => Promise<Readonly<Record<string, string>>>;
  /** `host linux x64`, or `container sha256:…`. */
  readonly place: (check: ResolvedCheck) => Promise<string>;
  readonly held: HeldResults;
  readonly claims: CheckClaims;
  readonly cache: CheckCache;
  /** The commit that lies in the checkout, with nothing uncommitted; null otherwise. */
  readonly commit: () => Promise<string | null>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Remembers results: what lies in the checkout first, then the cache. */
export function createCheckMemory(deps: CheckMemoryDeps): CheckMemory {
  const { held, claims, cache, clock } = deps;
  const written = writeDownClaims(claims, () => held.save(), clock);
  // Those that are remembered as they were taken in this run.
  const known = new Set<string>();
  let commit: Promise<string | null> | null = null;
  return {
    async identify(check, tree, made) {
      const { checks, variable } = deps;
      const [tools, place] = await Promise.all([deps.tools(check), deps.place(check)]);
      const needs = resultNeeds(check, checks, made);
      const parts = keyParts({ check, checks, tree, variable, tools, needs, place });
      return { check, parts, key: checkKey(parts) };
    },
    async recall(identity, wait) {
      const { check, key } = identity;
      known.add(check.name);
      if (wait !== null && claims.stateOf(check.name) === 'busy') {
        await claims.idle(check.name, wait);
        held.refresh();
      }
      const here = claims.stateOf(check.name) === 'settled' ? held.find(check, key) : null;
      if (here !== null) return { ...here, from: 'in-place', where: 'this checkout' };
      // What it leaves is in no cache: where it is gone, the check has to run.
      return check.leaves.length > 0
        ? null
        : recallKept(deps, identity, wait, (claim) => written.giveBack(claim));
    },
    async look({ check, key }) {
      const here = claims.stateOf(check.name) === 'doubtful' ? null : held.find(check, key);
      if (here !== null) return { ...here, from: 'in-place', where: 'this checkout' };
      const found = check.leaves.length > 0 ? null : await cache.find(key);
      return found === null ? null : { ...found.entry, from: 'restored', where: found.where };
    },
    latest: async (check) => cache.latest(check.name),
    async explain({ check, parts }) {
      const latest = await cache.latest(check.name);
      return latest === null ? null : explainKey(latest.parts, parts);
    },
    begin(check) {
      known.delete(check.name);
      held.forget(check.name);
    },
    async keep(passed) {
      const { check, key } = passed.identity;
      const result = resultDigest(deps.root, check, key, deps.signal);
      if (!passed.isToKeep) return { result, isKept: false };
      commit ??= deps.commit();
      const kept = await cache.store(newEntry(deps.root, passed, result, await commit), deps.root);
      const { durationMs, failedAttempts } = passed;
      held.remember(check, { key, result, createdAt: clock.now(), durationMs, failedAttempts });
      known.add(check.name);
      return { result, isKept: kept !== null };
    },
    giveBack: (claim) => written.giveBack(claim),
    changedNeeds: (check, made) => changedNeeds({ ...deps, isKnown: (name) => known.has(name) }, check, made),
    async durations(names) {
      const known = await Promise.all(
        names.map(async (name) => {
          // A journey to the shared cache for each would take longer than a good order saves.
          const last = held.last(name) ?? (await cache.latestHere(name));
          return last === null ? [] : [[name, last.durationMs] as const];
        }),
      );
      return new Map(known.flat());
    },
    async settle() {
      await written.settle();
      await cache.settle();
    },
  };
}

function newEntry(
  root: string,
  { identity, durationMs, failedAttempts, log }: PassedCheck,
  result: string,
  commit: string | null,
): Parameters<CheckCache['store']>[0] {
  const { check, key, parts } = identity;
  const paths = outputFiles(root, outputGlobs([...check.outputs, ...reportGlobs(check.reports)]));
  return { key, parts, result, durationMs, failedAttempts, commit, paths, log };
}

import type { ResolvedCheck } from '../config/resolved.ts';
import type { CheckIdentity, CheckMemory, RememberedResult } from './check-memory.ts';
import type { InputTree } from './inputs/input-tree.ts';
import { explainKey } from './key/explain-key.ts';
import type { KeyDifference } from './key/key-parts.ts';
import { inOrderOfNeeds } from './select-checks.ts';

/** What a run would do with a check, and why. */
export interface CheckReason {
  readonly name: string;
  /**
   * `nothing-changed`: what it made lies there. `restored`: it is in the cache. `runs`: something is different. `waits`: only a
   * check before it runs, and what that makes decides. `never-passed`: nothing of it is known. `never-kept`: it always runs.
   */
  readonly state: 'nothing-changed' | 'restored' | 'runs' | 'waits' | 'never-passed' | 'never-kept';
  /** Where its result is; null where there is none for these inputs. */
  readonly where: string | null;
  /** When the result that would be used, or else the last one, was made; milliseconds since 1970. */
  readonly passedAt: number | null;
  /** Since it passed last. */
  readonly differences: readonly KeyDifference[];
  /** The checks it needs that are not as they were: they run first, or have made something else. */
  readonly because: readonly CheckReason[];
}

/** What is known of a check on the way to the one that is asked about. */
interface Known {
  readonly reason: CheckReason;
  /** What checks after it depend on; null where it has to run first. */
  readonly result: string | null;
}

/** Says of one check of a project what a run would do with it, following its needs. Nothing runs. */
export async function whyCheck(
  memory: CheckMemory,
  tree: InputTree,
  checks: readonly ResolvedCheck[],
  name: string,
): Promise<CheckReason> {
  const known = new Map<string, Known>();
  const wanted = withNeeds(checks, name);
  for (const check of inOrderOfNeeds(checks)) {
    if (wanted.has(check.name)) known.set(check.name, await knownOf(memory, tree, check, known));
  }
  const found = known.get(name);
  if (found === undefined) throw new Error(`there is no check ${name}`);
  return found.reason;
}

async function knownOf(
  memory: CheckMemory,
  tree: InputTree,
  check: ResolvedCheck,
  before: ReadonlyMap<string, Known>,
): Promise<Known> {
  const latest = await memory.latest(check);
  // What a check makes that has to run first may well be what it made before.
  const results = new Map(Object.entries(latest?.parts.needs ?? {}));
  for (const [need, { result }] of before) if (result !== null) results.set(need, result);
  const identity = await memory.identify(check, tree, results);
  const waitsFor = check.needs.flatMap((need) => {
    const known = before.get(need);
    return known === undefined || known.result !== null ? [] : [known.reason];
  });
  const found = waitsFor.length === 0 && check.isCached ? await memory.look(identity) : null;
  const differences = latest === null ? [] : explainKey(latest.parts, identity.parts);
  const made = differences.flatMap(({ part, name }) => (part === 'need' ? (before.get(name) ?? []) : []));
  const reason = {
    name: check.name,
    state: stateOf(identity, { found, hasPassed: latest !== null, differences, waits: waitsFor.length > 0 }),
    where: found?.where ?? null,
    passedAt: found?.createdAt ?? latest?.createdAt ?? null,
    differences: found === null ? differences : [],
    because: found === null ? [...new Set([...waitsFor, ...made.map(({ reason: each }) => each)])] : [],
  };
  return { reason, result: found?.result ?? null };
}

function stateOf(
  { check }: CheckIdentity,
  seen: {
    found: RememberedResult | null;
    hasPassed: boolean;
    differences: readonly KeyDifference[];
    waits: boolean;
  },
): CheckReason['state'] {
  if (!check.isCached) return 'never-kept';
  if (seen.found !== null) return seen.found.from === 'in-place' ? 'nothing-changed' : 'restored';
  if (!seen.hasPassed) return 'never-passed';
  return seen.waits && seen.differences.length === 0 ? 'waits' : 'runs';
}

function withNeeds(checks: readonly ResolvedCheck[], name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (each: string): void => {
    if (found.has(each)) return;
    found.add(each);
    for (const need of checks.find((check) => check.name === each)?.needs ?? []) visit(need);
  };
  visit(name);
  return found;
}

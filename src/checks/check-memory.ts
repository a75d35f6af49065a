import type { ResolvedCheck } from '../config/resolved.ts';
import type { CheckClaim, ClaimWait } from './claims/check-claims.ts';
import type { InputTree } from './inputs/input-tree.ts';
import type { KeyDifference, KeyParts } from './key/key-parts.ts';

/** What a check is known by: the same for the same command on the same files. */
export interface CheckIdentity {
  readonly check: ResolvedCheck;
  readonly parts: KeyParts;
  readonly key: string;
}

/** A result that is there. */
export interface RememberedResult {
  /** `in-place`: what it made lies in the checkout, as it was. */
  readonly from: 'restored' | 'in-place';
  /** `this machine`, `the shared cache`. */
  readonly where: string;
  /** What checks after it depend on. */
  readonly result: string;
  readonly createdAt: number;
  /** How long it took when it ran. */
  readonly durationMs: number;
  readonly failedAttempts: number;
}

/** A check that has just passed. */
export interface PassedCheck {
  readonly identity: CheckIdentity;
  readonly durationMs: number;
  readonly failedAttempts: number;
  /** What it printed, masked. */
  readonly log: string;
  /** False: what depends on it is told its result, and nothing is kept. */
  readonly isToKeep: boolean;
}

/** What the needs of a check made that is not as it was when their results were taken. */
export interface ChangedNeeds {
  /** Their files that are different, new or gone, sorted. */
  readonly paths: readonly string[];
  /** The checks that make them. */
  readonly makers: readonly string[];
  /** Needs that another run has made again since, with another result. */
  readonly remade: readonly string[];
}

/** What is known of the results of checks: keys, the cache, and what lies in this checkout. */
export interface CheckMemory {
  /** `made` are the results of checks before it, by name. Throws CHECK_GLOB_EMPTY. */
  identify(check: ResolvedCheck, tree: InputTree, made: ReadonlyMap<string, string>): Promise<CheckIdentity>;
  /**
   * Puts what the check made into the checkout, unless it lies there; null: it has to run. Waits for a run that makes it
   * now; `wait` is null where the caller has claimed it. Throws the reason of the signal.
   */
  recall(identity: CheckIdentity, wait: ClaimWait | null): Promise<RememberedResult | null>;
  /** What `recall` would find; nothing is put anywhere. */
  look(identity: CheckIdentity): Promise<RememberedResult | null>;
  /** What it was known by when it passed last, and when that was; null where that is not known. */
  latest(check: ResolvedCheck): Promise<{ readonly parts: KeyParts; readonly createdAt: number } | null>;
  /** What is different from when it passed last; null where that is not known. */
  explain(identity: CheckIdentity): Promise<readonly KeyDifference[] | null>;
  /** Before it runs: what lies in the checkout of it is about to change. */
  begin(check: ResolvedCheck): void;
  /** The result that checks after it depend on, and whether it was kept. */
  keep(passed: PassedCheck): Promise<{ readonly result: string; readonly isKept: boolean }>;
  /** Gives a claim back as soon as it is written down what lies there. */
  giveBack(claim: CheckClaim): void;
  /** Whether the needs of a check are as `made` has them, once it has run. */
  changedNeeds(check: ResolvedCheck, made: ReadonlyMap<string, string>): ChangedNeeds;
  /** How long checks took last, in milliseconds by name, where this machine knows it. */
  durations(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Once, after the last check. */
  settle(): Promise<void>;
}

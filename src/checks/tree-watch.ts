import type { ResolvedCheck } from '../config/resolved.ts';
import type { Clock } from '../util/clock.ts';
import { madeByChecks, madeGlobs } from './inputs/made-by-checks.ts';
import type { InputReader, InputTree } from './inputs/input-tree.ts';

/** Between two looks, while checks run, so many times what a look takes passes. */
const PAUSE = 2;

/** Files that changed while checks ran and that none of these says it makes. */
export interface OutsideWrite {
  /** Sorted. */
  readonly paths: readonly string[];
  /** The checks that ran at that time; one: it was that one. */
  readonly suspects: readonly string[];
  /** The checks that say they make these files; left out: none does. */
  readonly makers?: readonly string[];
}

/**
 * The files of a checkout while checks run in it: looked at before and after each, so that what a check writes beside
 * what it says it makes is seen and named.
 */
export class TreeWatch {
  readonly #reader: InputReader;
  readonly #signal: AbortSignal;
  readonly #running = new Set<ResolvedCheck>();
  /** What they make was put here from elsewhere: it counts as made at any time. */
  readonly #restored = new Set<ResolvedCheck>();
  readonly #clock: Clock;
  readonly #ended: ResolvedCheck[] = [];
  /** The last look that was asked for. */
  #look: Promise<unknown> = Promise.resolve();
  /** The one that has not begun. */
  #next: Promise<{ first: ResolvedCheck; write: OutsideWrite } | null> | null = null;
  #tookMs = 0;
  #tree: InputTree;

  private constructor(reader: InputReader, tree: InputTree, clock: Clock, signal: AbortSignal) {
    this.#reader = reader;
    this.#tree = tree;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Takes the first look. Throws CHECK_INPUT_UNREADABLE. */
  static async open(reader: InputReader, clock: Clock, signal: AbortSignal): Promise<TreeWatch> {
    return new TreeWatch(reader, await reader.read(signal), clock, signal);
  }

  /** As it was looked at last. */
  get tree(): InputTree {
    return this.#tree;
  }

  /** What a check makes is about to be put into the checkout. */
  restoring(check: ResolvedCheck): void {
    this.#restored.add(check);
  }

  begin(check: ResolvedCheck): void {
    this.#running.add(check);
  }

  /** A check has ended: looks again. Null where every change is of what the checks that ran make. */
  async end(check: ResolvedCheck): Promise<OutsideWrite | null> {
    this.#ended.push(check);
    this.#next ??= this.#lookAfter(this.#look);
    this.#look = this.#next;
    const outside = await this.#next;
    return outside?.first === check ? outside.write : null;
  }

  /** One look for all that have ended until it begins: in a large checkout looks would take more time than the checks. */
  async #lookAfter(last: Promise<unknown>): Promise<{ first: ResolvedCheck; write: OutsideWrite } | null> {
    await last.catch(() => undefined);
    if (this.#ended.length < this.#running.size) await this.#clock.sleep(this.#tookMs * PAUSE, this.#signal);
    this.#next = null;
    const ended = this.#ended.splice(0);
    const before = this.#tree;
    // Those that ended and have not been looked after yet are still among them.
    const suspects = [...this.#running];
    const beganAt = this.#clock.now();
    try {
      this.#tree = await this.#reader.read(this.#signal);
    } finally {
      this.#tookMs = this.#clock.now() - beganAt;
      for (const check of ended) this.#running.delete(check);
    }
    const isMade = madeByChecks([...suspects, ...this.#restored]);
    const paths = changedPaths(before, this.#tree).filter((path) => !isMade(path));
    const [first] = ended;
    // One that makes files for others without naming them may make any.
    if (first === undefined || paths.length === 0 || suspects.some(makesAnything)) return null;
    return { first, write: { paths, suspects: suspects.map(({ name }) => name) } };
  }
}

/** Paths that are new, gone or different; sorted. */
export function changedPaths(before: InputTree, now: InputTree): string[] {
  if (before === now) return [];
  const changed = [...now.files].flatMap(([path, digest]) =>
    before.files.get(path) === digest ? [] : [path],
  );
  const gone = [...before.files.keys()].filter((path) => !now.files.has(path));
  return [...changed, ...gone].sort();
}

function makesAnything(check: ResolvedCheck): boolean {
  return check.prepares && madeGlobs(check).length === 0;
}

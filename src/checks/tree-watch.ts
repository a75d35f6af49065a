import type { ResolvedCheck } from '../config/resolved.ts';
import { SerialQueue } from '../util/serial-queue.ts';
import { madeByChecks, madeGlobs } from './inputs/made-by-checks.ts';
import type { InputReader, InputTree } from './inputs/input-tree.ts';

/** Files that changed while checks ran and that none of these says it makes. */
export interface OutsideWrite {
  /** Sorted. */
  readonly paths: readonly string[];
  /** The checks that ran at that time; one: it was that one. */
  readonly suspects: readonly string[];
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
  readonly #looks = new SerialQueue();
  #tree: InputTree;

  private constructor(reader: InputReader, tree: InputTree, signal: AbortSignal) {
    this.#reader = reader;
    this.#tree = tree;
    this.#signal = signal;
  }

  /** Takes the first look. Throws CHECK_INPUT_UNREADABLE. */
  static async open(reader: InputReader, signal: AbortSignal): Promise<TreeWatch> {
    return new TreeWatch(reader, await reader.read(signal), signal);
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
    return this.#looks.run(async () => {
      const before = this.#tree;
      // Those that ended and have not been looked after yet are still among them.
      const suspects = [...this.#running];
      try {
        this.#tree = await this.#reader.read(this.#signal);
      } finally {
        this.#running.delete(check);
      }
      const isMade = madeByChecks([...suspects, ...this.#restored]);
      const paths = changedPaths(before, this.#tree).filter((path) => !isMade(path));
      // One that makes files for others without naming them may make any.
      if (paths.length === 0 || suspects.some(makesAnything)) return null;
      return { paths, suspects: suspects.map(({ name }) => name) };
    });
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

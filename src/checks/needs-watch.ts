import type { ResolvedCheck } from '../config/resolved.ts';
import type { ChangedNeeds } from './check-memory.ts';
import type { OutsideWrite } from './tree-watch.ts';

/** What a check ran on was not what its needs had made. */
export interface SeenNeeds {
  /** `another run made build again`: nobody's fault, but its result is one of something else. Null: nothing did. */
  readonly changed: string | null;
  /** A check of this run did it. */
  readonly outside: OutsideWrite | null;
}

/** Which checks could have changed what another one has made: all that ran since it was last seen to be as it was. */
export class NeedsWatch {
  readonly #running = new Set<string>();
  /** By the check that made it. */
  readonly #since = new Map<string, Set<string>>();

  begin(name: string): void {
    this.#running.add(name);
    for (const since of this.#since.values()) since.add(name);
  }

  end(name: string): void {
    this.#running.delete(name);
  }

  /** It was made just now, or looked at and found as it was made. */
  isAsMade(maker: string): void {
    this.#since.set(maker, new Set([...this.#running].filter((name) => name !== maker)));
  }

  /** Says of what was seen, once a check has run, whose doing it is. `isWatched`: it may be that of whoever works there. */
  look(check: ResolvedCheck, seen: ChangedNeeds | undefined, isWatched: boolean): SeenNeeds {
    const [remade] = seen?.remade ?? [];
    if (remade !== undefined) return { changed: `another run made ${remade} again`, outside: null };
    if (seen === undefined || seen.paths.length === 0) {
      for (const name of check.needs) this.isAsMade(name);
      return { changed: null, outside: null };
    }
    const { paths, makers } = seen;
    const [path = ''] = paths;
    return {
      changed: isWatched ? `${path} changed` : null,
      outside: { paths, makers, suspects: this.#suspects(makers) },
    };
  }

  /** In the order in which they began. */
  #suspects(makers: readonly string[]): string[] {
    return [...new Set(makers.flatMap((maker) => [...(this.#since.get(maker) ?? [])]))];
  }
}

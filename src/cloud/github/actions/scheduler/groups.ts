import type {
  ConcurrencyDecision,
  ConcurrencyGroup,
  ConcurrencyHolder,
  ConcurrencyRequest,
  ConcurrencyState,
} from '../model/concurrency.ts';
import { releaseGroup, requestGroup } from '../rules/concurrency.ts';
import type { ActionsStore } from '../store/actions-store.ts';

/** Who holds groups, as `run 7`, `job 12`, or `call 12` for the group of what a job calls. */
export type HolderKind = 'run' | 'job' | 'call';

/** The name of a holder. */
export function holderKey(kind: HolderKind, id: number): string {
  return `${kind} ${id}`;
}

/** What a name means. */
export function readHolderKey(key: string): { readonly kind: HolderKind; readonly id: number } {
  const [kind = '', id = ''] = key.split(' ');
  return { kind: kind as HolderKind, id: Number(id) };
}

/** The concurrency groups of repositories; each change is on the disk before what follows from it is done. */
export class Groups {
  readonly #store: ActionsStore;

  constructor(store: ActionsStore) {
    this.#store = store;
  }

  request(
    repositoryId: number,
    holder: ConcurrencyHolder,
    wanted: ConcurrencyRequest,
  ): ConcurrencyDecision['effects'] {
    return this.#decide(repositoryId, requestGroup(this.#of(repositoryId), holder, wanted));
  }

  /** Of somebody who holds or waits for nothing, nothing comes. */
  release(repositoryId: number, key: string): ConcurrencyDecision['effects'] {
    return this.#decide(repositoryId, releaseGroup(this.#of(repositoryId), key));
  }

  /** How a holder stands: `none` when it neither holds nor waits. */
  standing(repositoryId: number, key: string): 'running' | 'pending' | 'none' {
    const groups: readonly ConcurrencyGroup[] = Object.values(this.#of(repositoryId));
    if (groups.some(({ running }) => running?.key === key)) return 'running';
    return groups.some(({ pending }) => pending.some((one) => one.key === key)) ? 'pending' : 'none';
  }

  #of(repositoryId: number): ConcurrencyState {
    return this.#store.find('groups', repositoryId)?.state ?? {};
  }

  #decide(repositoryId: number, decision: ConcurrencyDecision): ConcurrencyDecision['effects'] {
    this.#store.save('groups', { id: repositoryId, state: decision.state });
    return decision.effects;
  }
}

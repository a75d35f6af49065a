import { GITHUB_TABLES } from './github-store.ts';
import type { GithubStore, GithubTables } from './github-store.ts';
import type { AccountRecord } from './account-records.ts';
import type { RepositoryRecord } from './records.ts';

type Maps = { [Table in keyof GithubTables]: Map<string, GithubTables[Table]> };

/** The tables whose records are of one repository. */
type OfRepository = {
  [Table in keyof GithubTables]: GithubTables[Table] extends { readonly repositoryId: number }
    ? Table
    : never;
}[keyof GithubTables];

/** All there is, in memory, with every change written to the store first. */
export class GithubState {
  readonly #store: GithubStore;
  readonly #maps: Maps;

  constructor(store: GithubStore) {
    this.#store = store;
    const maps: Record<string, Map<string, unknown>> = {};
    for (const table of GITHUB_TABLES)
      maps[table] = new Map(store.load(table).map((record) => [String(record.id), record]));
    this.#maps = maps as unknown as Maps;
  }

  /** A number that was never given before. */
  nextId(): number {
    return this.#store.nextId();
  }

  /** The record of that id; null when there is none. */
  find<Table extends keyof GithubTables>(table: Table, id: string | number): GithubTables[Table] | null {
    return this.#maps[table].get(String(id)) ?? null;
  }

  /** All records of a table, oldest first. */
  all<Table extends keyof GithubTables>(table: Table): readonly GithubTables[Table][] {
    return [...this.#maps[table].values()];
  }

  /** Those of one repository, oldest first. */
  of<Table extends OfRepository>(table: Table, repositoryId: number): readonly GithubTables[Table][] {
    return this.all(table).filter((one) => (one as { repositoryId: number }).repositoryId === repositoryId);
  }

  save<Table extends keyof GithubTables>(table: Table, record: GithubTables[Table]): GithubTables[Table] {
    this.#store.save(table, record);
    this.#maps[table].set(String(record.id), record);
    return record;
  }

  /** Changes some fields of a record; null when there is none. */
  change<Table extends keyof GithubTables>(
    table: Table,
    id: string | number,
    change: Partial<GithubTables[Table]>,
  ): GithubTables[Table] | null {
    const record = this.find(table, id);
    return record === null ? null : this.save(table, { ...record, ...change });
  }

  remove(table: keyof GithubTables, id: string | number): void {
    this.#store.remove(table, String(id));
    this.#maps[table].delete(String(id));
  }

  /** What `work` changes gets to the disk as one change. A `work` that throws must not have changed anything before. */
  together<T>(work: () => T): T {
    return this.#store.together(work);
  }

  /** Somebody by login, whatever the case it is written in. */
  account(login: string): AccountRecord | null {
    const wanted = login.toLowerCase();
    return this.all('accounts').find((one) => one.login.toLowerCase() === wanted) ?? null;
  }

  /** A repository by the names of its path, whatever the case they are written in. */
  repository(owner: string, name: string): RepositoryRecord | null {
    const wanted = `${owner}/${name}`.toLowerCase();
    return this.all('repositories').find((one) => fullNameOf(one).toLowerCase() === wanted) ?? null;
  }

  /** Forgets everything, accounts too. */
  clear(): void {
    this.together(() => {
      for (const table of GITHUB_TABLES) for (const id of this.#maps[table].keys()) this.remove(table, id);
    });
  }
}

/** `owner/name`. */
export function fullNameOf({ owner, name }: Pick<RepositoryRecord, 'owner' | 'name'>): string {
  return `${owner}/${name}`;
}

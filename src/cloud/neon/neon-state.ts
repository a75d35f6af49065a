import { notFound } from './neon-error.ts';
import { NEON_TABLES } from './neon-store.ts';
import type { NeonStore, NeonTables } from './neon-store.ts';
import type { NeonBranch, NeonEndpoint, NeonProject } from './records.ts';

/** Operations of a project that are remembered; the oldest go first. */
const OPERATIONS_KEPT = 500;

type Maps = { [Table in keyof NeonTables]: Map<string, NeonTables[Table]> };

/** All there is, in memory, with every change written to the store first. */
export class NeonState {
  readonly #store: NeonStore;
  readonly #maps: Maps;

  constructor(store: NeonStore) {
    this.#store = store;
    const load = <Table extends keyof NeonTables>(table: Table): Map<string, NeonTables[Table]> =>
      new Map(store.load(table).map((record) => [String(record.id), record]));
    this.#maps = {
      projects: load('projects'),
      branches: load('branches'),
      endpoints: load('endpoints'),
      operations: load('operations'),
      snapshots: load('snapshots'),
      api_keys: load('api_keys'),
    };
  }

  /** The record of that id; null when there is none. */
  find<Table extends keyof NeonTables>(table: Table, id: string): NeonTables[Table] | null {
    return this.#maps[table].get(id) ?? null;
  }

  /** All records of a table, oldest first. */
  all<Table extends keyof NeonTables>(table: Table): readonly NeonTables[Table][] {
    return [...this.#maps[table].values()];
  }

  save<Table extends keyof NeonTables>(table: Table, record: NeonTables[Table]): void {
    this.#store.save(table, record);
    this.#maps[table].set(String(record.id), record);
    if (table === 'operations') this.#forgetOldOperations();
  }

  /** Changes some fields of a record; nothing happens when there is none. */
  change<Table extends keyof NeonTables>(
    table: Table,
    id: string,
    change: Partial<NeonTables[Table]>,
  ): NeonTables[Table] | null {
    const record = this.find(table, id);
    if (record === null) return null;
    const changed = { ...record, ...change };
    this.save(table, changed);
    return changed;
  }

  remove(table: keyof NeonTables, id: string): void {
    this.#store.remove(table, id);
    this.#maps[table].delete(id);
  }

  /** What `work` changes gets to the disk as one change. A `work` that throws must not have changed anything before. */
  together<T>(work: () => T): T {
    return this.#store.together(work);
  }

  /** A branch of a project that is there. Throws the API's 404. */
  branch(projectId: string, id: string): NeonBranch {
    const branch = this.find('branches', id);
    if (branch === null || branch.projectId !== projectId || branch.deletion !== null)
      throw notFound('branch');
    return branch;
  }

  /** An endpoint of a project, of a branch that is there. Throws the API's 404. */
  endpoint(projectId: string, id: string): NeonEndpoint {
    const endpoint = this.find('endpoints', id);
    if (endpoint === null || endpoint.projectId !== projectId) throw notFound('endpoint');
    this.branch(projectId, endpoint.branchId);
    return endpoint;
  }

  /** Branches that are not deleted, oldest first. */
  branchesOf(projectId: string): readonly NeonBranch[] {
    return this.all('branches').filter((one) => one.projectId === projectId && one.deletion === null);
  }

  childrenOf(branchId: string): readonly NeonBranch[] {
    return this.all('branches').filter((one) => one.parentId === branchId && one.deletion === null);
  }

  endpointsOf(branchId: string): readonly NeonEndpoint[] {
    return this.all('endpoints').filter((one) => one.branchId === branchId);
  }

  /** Projects that are not deleted, oldest first. */
  projects(): readonly NeonProject[] {
    return this.all('projects').filter((one) => one.deletedAt === null);
  }

  /** Forgets everything, keys too. The data are the caller's to remove. */
  clear(): void {
    this.together(() => {
      for (const table of NEON_TABLES) for (const id of this.#maps[table].keys()) this.remove(table, id);
    });
  }

  #forgetOldOperations(): void {
    const { operations } = this.#maps;
    if (operations.size <= OPERATIONS_KEPT) return;
    for (const { id, status } of operations.values()) {
      if (operations.size <= OPERATIONS_KEPT) return;
      if (status !== 'running' && status !== 'scheduling') this.remove('operations', id);
    }
  }
}

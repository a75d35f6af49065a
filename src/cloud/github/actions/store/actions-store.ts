import { RecordStore } from '../../../store/record-store.ts';
import type {
  ArtifactRecord,
  AttemptRecord,
  CacheRecord,
  GroupsRecord,
  JobRecord,
  RunRecord,
  SeenEventRecord,
  SettingsRecord,
  WorkflowRecord,
} from './records.ts';

/** What is kept, by the table it is in. */
export interface ActionsTables {
  readonly workflows: WorkflowRecord;
  readonly runs: RunRecord;
  readonly attempts: AttemptRecord;
  readonly jobs: JobRecord;
  readonly groups: GroupsRecord;
  readonly artifacts: ArtifactRecord;
  readonly caches: CacheRecord;
  readonly seen_events: SeenEventRecord;
  readonly settings: SettingsRecord;
}

const TABLES: readonly (keyof ActionsTables)[] = [
  'workflows',
  'runs',
  'attempts',
  'jobs',
  'groups',
  'artifacts',
  'caches',
  'seen_events',
  'settings',
];

type Maps = { readonly [Table in keyof ActionsTables]: Map<string, ActionsTables[Table]> };

/**
 * What Actions knows: one SQLite file, with all of it in memory. Every change is written before anybody is told of it;
 * changes that belong together are written together.
 */
export class ActionsStore {
  readonly #kept: RecordStore<ActionsTables>;
  readonly #maps: Maps;

  constructor(dir: string) {
    this.#kept = new RecordStore({ dir, file: 'actions.db', tables: TABLES, firstId: 100_001 });
    this.#maps = Object.fromEntries(TABLES.map((table) => [table, this.#load(table)])) as Maps;
  }

  /** A number that was never given before. */
  nextId(): number {
    return this.#kept.nextId();
  }

  /** The record of that id; null when there is none. */
  find<Table extends keyof ActionsTables>(table: Table, id: string | number): ActionsTables[Table] | null {
    return this.#maps[table].get(String(id)) ?? null;
  }

  /** All records of a table, oldest first. */
  all<Table extends keyof ActionsTables>(table: Table): readonly ActionsTables[Table][] {
    return [...this.#maps[table].values()];
  }

  save<Table extends keyof ActionsTables>(table: Table, record: ActionsTables[Table]): ActionsTables[Table] {
    this.#kept.save(table, record);
    this.#maps[table].set(String(record.id), record);
    return record;
  }

  /** A record that is there. */
  get<Table extends keyof ActionsTables>(table: Table, id: string | number): ActionsTables[Table] {
    const record = this.find(table, id);
    if (record === null) throw new Error(`${table} has no ${id}`);
    return record;
  }

  /** Changes some fields of a record that is there. */
  change<Table extends keyof ActionsTables>(
    table: Table,
    id: string | number,
    change: Partial<ActionsTables[Table]>,
  ): ActionsTables[Table] {
    return this.save(table, { ...this.get(table, id), ...change });
  }

  remove(table: keyof ActionsTables, id: string | number): void {
    this.#kept.remove(table, String(id));
    this.#maps[table].delete(String(id));
  }

  /** What `work` writes gets to the disk as one change. A `work` that throws is a bug: the memory keeps what it wrote. */
  together<T>(work: () => T): T {
    return this.#kept.together(work);
  }

  /** Forgets everything. */
  clear(): void {
    this.together(() => {
      for (const table of TABLES) for (const id of this.#maps[table].keys()) this.remove(table, id);
    });
  }

  close(): void {
    this.#kept.close();
  }

  #load(table: keyof ActionsTables): Map<string, unknown> {
    return new Map(this.#kept.load(table).map((record) => [String(record.id), record]));
  }
}

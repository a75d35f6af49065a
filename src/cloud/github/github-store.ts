import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  AccountRecord,
  AppRecord,
  InstallationRecord,
  TeamRecord,
  TokenRecord,
} from './account-records.ts';
import type { DeliveryRecord, EventRecord, HookRecord, PushRecord, RefsRecord } from './event-records.ts';
import type {
  BranchPolicyRecord,
  EnvironmentRecord,
  ProtectionRecord,
  RulesetRecord,
  SecretRecord,
  VariableRecord,
} from './protection-records.ts';
import type {
  CheckRunRecord,
  CheckSuiteRecord,
  CommentRecord,
  CommitStatusRecord,
  DeploymentRecord,
  DeploymentStatusRecord,
  IssueRecord,
  LabelRecord,
  PullRecord,
  QueueEntryRecord,
  ReactionRecord,
  RepositoryRecord,
} from './records.ts';

const SCHEMA_VERSION = 1;

/** What is kept, by the table it is in. */
export interface GithubTables {
  readonly accounts: AccountRecord;
  readonly teams: TeamRecord;
  readonly tokens: TokenRecord;
  readonly apps: AppRecord;
  readonly installations: InstallationRecord;
  readonly repositories: RepositoryRecord;
  readonly refs: RefsRecord;
  readonly pushes: PushRecord;
  readonly labels: LabelRecord;
  readonly issues: IssueRecord;
  readonly pulls: PullRecord;
  readonly comments: CommentRecord;
  readonly reactions: ReactionRecord;
  readonly deployments: DeploymentRecord;
  readonly deployment_statuses: DeploymentStatusRecord;
  readonly commit_statuses: CommitStatusRecord;
  readonly check_suites: CheckSuiteRecord;
  readonly check_runs: CheckRunRecord;
  readonly environments: EnvironmentRecord;
  readonly branch_policies: BranchPolicyRecord;
  readonly secrets: SecretRecord;
  readonly variables: VariableRecord;
  readonly rulesets: RulesetRecord;
  readonly protections: ProtectionRecord;
  readonly hooks: HookRecord;
  readonly deliveries: DeliveryRecord;
  readonly queue: QueueEntryRecord;
  readonly events: EventRecord;
}

/** The tables there are. */
export const GITHUB_TABLES: readonly (keyof GithubTables)[] = [
  'accounts',
  'teams',
  'tokens',
  'apps',
  'installations',
  'repositories',
  'refs',
  'pushes',
  'labels',
  'issues',
  'pulls',
  'comments',
  'reactions',
  'deployments',
  'deployment_statuses',
  'commit_statuses',
  'check_suites',
  'check_runs',
  'environments',
  'branch_policies',
  'secrets',
  'variables',
  'rulesets',
  'protections',
  'hooks',
  'deliveries',
  'queue',
  'events',
];

/** The state on disk, one SQLite file: changes that belong together are written together, before they are answered. */
export class GithubStore {
  readonly #db: DatabaseSync;
  #depth = 0;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(dir, 'github.db'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    for (const table of GITHUB_TABLES)
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
      );
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
       PRAGMA user_version = ${SCHEMA_VERSION};`,
    );
  }

  /** A number that was never given before, not even to what was deleted since. */
  nextId(): number {
    const row = this.#db
      .prepare(
        `INSERT INTO counters VALUES ('id', 1001) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
      )
      .get();
    return Number(row?.['value']);
  }

  /** All records of a table, in the order in which they were first written. */
  load<Table extends keyof GithubTables>(table: Table): GithubTables[Table][] {
    const rows = this.#db.prepare(`SELECT record FROM ${table} ORDER BY rowid`).all();
    return rows.map((row) => JSON.parse(String(row['record'])) as GithubTables[Table]);
  }

  save<Table extends keyof GithubTables>(table: Table, record: GithubTables[Table]): void {
    this.#db
      .prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`)
      .run(String(record.id), JSON.stringify(record));
  }

  remove(table: keyof GithubTables, id: string): void {
    this.#db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
  }

  /** Everything that `work` writes, or nothing of it. May be nested. */
  together<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#depth += 1;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    this.#db.close();
  }
}

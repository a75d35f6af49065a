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
import { RecordStore } from '../store/record-store.ts';

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

/** The state of this service on disk. */
export class GithubStore extends RecordStore<GithubTables> {
  constructor(dir: string) {
    super({ dir, file: 'github.db', tables: GITHUB_TABLES, firstId: 1001 });
  }
}

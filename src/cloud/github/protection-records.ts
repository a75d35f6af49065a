/** Somebody, or a team, who may let a job go on. */
export interface ReviewerRecord {
  readonly type: 'User' | 'Team';
  readonly id: number;
}

export interface EnvironmentRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly name: string;
  readonly waitTimerMinutes: number;
  readonly preventsSelfReview: boolean;
  readonly reviewers: readonly ReviewerRecord[];
  /** Which branches may deploy: any, the protected ones, or those of its policies. */
  readonly branches: 'any' | 'protected' | 'custom';
  readonly canAdminsBypass: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface BranchPolicyRecord {
  readonly id: number;
  readonly environmentId: number;
  readonly name: string;
  readonly type: 'branch' | 'tag';
}

/** A secret: sealed for the key of this cloud, and never read back by the API. */
export interface SecretRecord {
  /** `SCOPE/NAME`, where a scope is `repo:ID`, `env:ID` or `org:LOGIN`. */
  readonly id: string;
  readonly scope: string;
  readonly name: string;
  readonly sealed: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface VariableRecord {
  readonly id: string;
  readonly scope: string;
  readonly name: string;
  readonly value: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One rule of a ruleset, in the API's own words. */
export interface RulesetRule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** Whom a ruleset does not hold back. */
export interface BypassActor {
  readonly actor_id: number | null;
  readonly actor_type: string;
  readonly bypass_mode: string;
}

export interface RulesetRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly name: string;
  readonly target: 'branch' | 'tag' | 'push';
  readonly enforcement: 'disabled' | 'active' | 'evaluate';
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly RulesetRule[];
  readonly bypassActors: readonly BypassActor[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Classic protection of one branch. */
export interface ProtectionRecord {
  /** `REPOSITORY/BRANCH`. */
  readonly id: string;
  readonly repositoryId: number;
  readonly branch: string;
  readonly checks: { readonly strict: boolean; readonly contexts: readonly string[] } | null;
  readonly enforcesAdmins: boolean;
  readonly allowsForcePushes: boolean;
  readonly allowsDeletions: boolean;
}

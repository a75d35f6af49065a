/**
 * The settings of a repository on its code host, as they are wanted and as they are found: plain data, in the words of
 * GitHub's REST API. Whoever reads them from the host and whoever plans changes to them both use these.
 */

/** What of a repository decides which settings it can have. */
export interface SettingsRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  /** `free`, `pro`, `team`, `enterprise`; null where the token may not see it. */
  readonly plan: string | null;
  readonly defaultBranch: string;
}

/** The branches and tags whose jobs may use an environment, as patterns of Ruby's fnmatch: `*` stops at a slash. */
export interface RefRules {
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/** An environment of GitHub: what a job must be let into before it is given secrets. */
export interface EnvironmentSettings {
  readonly name: string;
  /** Logins, and teams as `org/team`; one of them has to agree. */
  readonly reviewers: readonly string[];
  readonly preventsSelfReview: boolean;
  readonly waitMinutes: number;
  /** `any` ref, those with a `protected` branch, or those of rules. */
  readonly refs: 'any' | 'protected' | RefRules;
  /** Names of its secrets; values are never readable. */
  readonly secrets: readonly string[];
}

/** One rule of a ruleset, in the API's own words. */
export interface RulesetRule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** What may happen to some branches or tags. */
export interface RulesetSettings {
  readonly name: string;
  readonly target: 'branch' | 'tag';
  readonly enforcement: 'active' | 'evaluate' | 'disabled';
  /** `refs/heads/main`, `refs/tags/v*`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly RulesetRule[];
}

/** One that is there. */
export interface FoundRuleset extends RulesetSettings {
  readonly id: number;
  /** Whom it does not hold back, in the API's own words; kept as it is. */
  readonly bypassActors: readonly unknown[];
}

/** A label of issues and pull requests. */
export interface LabelSettings {
  readonly name: string;
  /** Six hexadecimal digits. */
  readonly color: string;
  readonly description: string;
}

/** What jobs of GitHub Actions may do that do not say it themselves. */
export interface ActionsSettings {
  readonly defaultPermissions: 'read' | 'write';
  readonly canApprovePullRequests: boolean;
}

/** Everything of a repository that is looked at. */
export interface FoundSettings {
  readonly repository: SettingsRepository;
  readonly environments: readonly EnvironmentSettings[];
  readonly rulesets: readonly FoundRuleset[];
  readonly labels: readonly LabelSettings[];
  readonly actions: ActionsSettings;
  /** Names of the secrets that every GitHub workflow of every branch can read. */
  readonly repositorySecrets: readonly string[];
}

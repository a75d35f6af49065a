import type { AppOverrides } from './app-definition.ts';
import type { QualityOptions } from './ci-definition.ts';
import type { DatabaseOverride } from './database-definition.ts';
import type { EnvInputs } from './env-input.ts';
import type { FlyAccount, FlySettings, VercelAccount } from './platform-settings.ts';

/** What starts a deployment; made by `push`, `tag`, `pullRequest`, `manual`. */
export type TriggerDefinition =
  | { readonly kind: 'push'; readonly branch: string }
  | { readonly kind: 'tag'; readonly pattern: string }
  | { readonly kind: 'pull-request' }
  | { readonly kind: 'manual' };

/** What must hold before a deployment goes on; made by `checks`, `passed`, `approval`, `quality`, `safeMigrations`. */
export type GateDefinition<E extends string = string> =
  | { readonly kind: 'checks' }
  | PassedGate<E>
  | ApprovalGate
  | QualityGate
  | SafeMigrationsGate;

/** The gate that the commit is good enough for production. */
export interface QualityGate extends QualityOptions {
  readonly kind: 'quality';
}

/** The gate that migrations were tried on a throw-away branch and hurt nobody. */
export interface SafeMigrationsGate {
  readonly kind: 'safe-migrations';
  /** How long one statement may keep readers or writers out. Default 1s. */
  readonly blocksAtMost?: string;
}

/** The gate that a person agreed to this very plan. */
export interface ApprovalGate extends ApprovalOptions {
  readonly kind: 'approval';
  readonly optional: boolean;
}

/** Who may agree, how, and for how long that holds. */
export interface ApprovalOptions {
  /** True: offered, and not waited for. Default false. */
  readonly optional?: boolean;
  /**
   * `comment`: `/glidepath approve` on the pull request or the issue of the deployment, which works on every plan of GitHub.
   * `reviewers`: the required reviewers of a GitHub environment. Default `comment`.
   */
  readonly by?: 'comment' | 'reviewers';
  /** Logins, or teams as `org/team`. Default whoever may write to the repository. */
  readonly approvers?: readonly string[];
  /** How long an approval holds that was not used. Default 24h. */
  readonly expires?: string;
  /** True: whoever started the deployment may not agree to it. Default false. */
  readonly notInitiator?: boolean;
}

/** The gate that the very release was deployed in another environment before. */
export interface PassedGate<E extends string = string> {
  readonly kind: 'passed';
  readonly environment: E;
}

/** A command of the repository, run against the deployed apps; exit code 0 passes. */
export interface SmokeDefinition<A extends string = string, D extends string = string> {
  readonly command: string;
  /** Default 5m. */
  readonly within?: string;
  readonly env?: EnvInputs<A, D>;
}

/** Public addresses that must answer after all apps are up. */
export interface EnvironmentHealthDefinition {
  readonly urls: readonly string[];
  /** Default 60s. */
  readonly within?: string;
  /** `dns`: a name that does not resolve yet is a warning, not a failure. */
  readonly tolerate?: 'dns';
}

/** One environment, as written in the config. Its settings hold for all of its apps. */
export interface EnvironmentDefinition<
  A extends string = string,
  D extends string = string,
  E extends string = string,
> extends FlySettings {
  /** `test`: the place of the checks' databases, to which nothing is deployed. Otherwise `on` says what it is. */
  readonly kind?: 'test';
  /** What starts a deployment. With `pullRequest()` it is a review environment: one copy per pull request. */
  readonly on?: TriggerDefinition | readonly TriggerDefinition[];
  /** Whether `glidepath deploy` may be called by hand. Default true. */
  readonly manual?: boolean;
  readonly gates?: readonly GateDefinition<E>[];
  /**
   * Where a migration file has to have run before it runs here; null: nowhere. Default for production staging, else the
   * environment written before it that migrates the same database and has other triggers.
   */
  readonly migrateAfter?: E | null;
  readonly fly?: FlyAccount;
  readonly vercel?: VercelAccount;
  /** The name of the app on its platform, where an environment has but one app, or with `{app}`. */
  readonly platformName?: string;
  readonly env?: EnvInputs<A, D>;
  readonly databases?: { readonly [K in D]?: DatabaseOverride };
  readonly apps?: { readonly [K in A]?: AppOverrides<A, D> };
  /** Apps in waves, instead of the project's `order`. */
  readonly order?: readonly (readonly A[])[];
  readonly health?: EnvironmentHealthDefinition;
  /** Instead of the project's `smoke`; null for none. */
  readonly smoke?: SmokeDefinition<A, D> | null;
  /** Default `automatic`: a failed deployment is put back. `manual` leaves it to be looked at. */
  readonly rollback?: 'automatic' | 'manual';
  /** A review environment disappears this long after its last deployment. Default 7d. */
  readonly expires?: string;
}

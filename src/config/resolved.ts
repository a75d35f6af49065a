import type {
  ResolvedCache,
  ResolvedCheck,
  ResolvedCheckContainer,
  ResolvedQuality,
  ResolvedSecurity,
} from './resolved-ci.ts';
import type { ResolvedDatabase, ResolvedMigration } from './resolved-database.ts';
import type { ResolvedGithub, ResolvedRelease } from './resolved-github.ts';
import type { Json } from '../util/json.ts';

export type {
  ResolvedCache,
  ResolvedCheck,
  ResolvedCheckContainer,
  ResolvedException,
  ResolvedQuality,
  ResolvedRemoteCache,
  ResolvedReports,
  ResolvedSecurity,
} from './resolved-ci.ts';

export type {
  ResolvedDatabase,
  ResolvedFlyPostgres,
  ResolvedMigration,
  ResolvedNeon,
  ResolvedSeed,
} from './resolved-database.ts';

export type {
  ResolvedActionPin,
  ResolvedElixir,
  ResolvedGithub,
  ResolvedRelease,
} from './resolved-github.ts';

/**
 * The project after loading, validation and resolution: every setting of every app in every environment, with all
 * inheritance and defaults applied. Plain JSON data; durations in milliseconds, memory in megabytes. The layers above
 * read this and never the config as it was written.
 */

/** Everything about one project. */
export interface ResolvedProject {
  readonly name: string;
  /** `owner/name` on GitHub, where given. */
  readonly repository: string | null;
  readonly mainBranch: string;
  readonly github: ResolvedGithub;
  /** What is published when a tag is pushed; null: nothing. */
  readonly release: ResolvedRelease | null;
  readonly checks: readonly ResolvedCheck[];
  /** Globs; a commit that touches nothing else needs no checks. */
  readonly ciSkip: readonly string[];
  readonly cache: ResolvedCache;
  /** Where checks run that ask for a container; null: none is named. */
  readonly checkContainer: ResolvedCheckContainer | null;
  readonly security: ResolvedSecurity;
  /** Where generated files go: templates with `{app}` and `{environment}`; null: not written. */
  readonly files: {
    readonly fly: string | null;
    readonly dockerfile: string | null;
    /** What to do by hand when Glidepath cannot be used; one file for the whole project. */
    readonly runbook: string | null;
  };
  /** In the order written. */
  readonly environments: readonly ResolvedEnvironment[];
}

/** What starts a deployment to an environment. */
export type TriggerRule =
  | { readonly kind: 'push'; readonly branch: string }
  | { readonly kind: 'tag'; readonly pattern: string }
  | { readonly kind: 'pull-request' }
  | { readonly kind: 'manual' };

/** What must hold before a deployment goes on. */
export type Gate =
  | { readonly kind: 'checks' }
  | { readonly kind: 'passed'; readonly environment: string }
  | ResolvedApproval
  | ResolvedQuality
  /** `blocksAtMostMs`: how long one statement may keep readers or writers out. */
  | { readonly kind: 'safe-migrations'; readonly blocksAtMostMs: number };

/** The gate that a person agreed to this very plan. */
export interface ResolvedApproval {
  readonly kind: 'approval';
  /** Offered, and not waited for. */
  readonly optional: boolean;
  readonly by: 'comment' | 'reviewers';
  /** Logins, or teams as `org/team`; none: whoever may write to the repository. */
  readonly approvers: readonly string[];
  /** How long an approval holds that was not used. */
  readonly expiresAfterMs: number;
  /** Whoever started the deployment may not agree to it. */
  readonly excludesInitiator: boolean;
}

/** One environment, whole. A review environment is a template: `{pr}` stands in its names. */
export interface ResolvedEnvironment {
  readonly name: string;
  readonly kind: 'standing' | 'review' | 'test';
  readonly on: readonly TriggerRule[];
  readonly gates: readonly Gate[];
  /** The environment where a migration file has to have run before it runs here; null: nowhere, or a gate asks for it. */
  readonly migratesAfter: string | null;
  readonly apps: readonly ResolvedApp[];
  /** App names in waves: all of a wave at once, one wave after the other. Covers every app exactly once. */
  readonly deployOrder: readonly (readonly string[])[];
  readonly databases: readonly ResolvedDatabase[];
  /** Checked by their public address after all apps are up. */
  readonly healthUrls: {
    readonly urls: readonly string[];
    readonly withinMs: number;
    readonly tolerateDns: boolean;
  } | null;
  readonly smoke: ResolvedSmoke | null;
  readonly rollback: 'automatic' | 'manual';
  /** Review apps disappear this long after their last deployment. */
  readonly expiresAfterMs: number | null;
}

/** The smoke test of an environment: a command run from the repository against the deployed apps. */
export interface ResolvedSmoke {
  readonly command: string;
  readonly withinMs: number;
  /** Name → literal value, an app's public address, or the name of an environment variable to pass on. */
  readonly env: Readonly<Record<string, EnvValue>>;
}

/**
 * A value of an environment variable. `url-of` is the address other apps use (private); `public-url-of` the browser's;
 * `secret` names the variable of Glidepath's own environment that holds it: read when deploying, sent as a platform
 * secret, written nowhere.
 */
export type EnvValue =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'url-of'; readonly app: string }
  | { readonly kind: 'public-url-of'; readonly app: string }
  | { readonly kind: 'database-url'; readonly database: string }
  | { readonly kind: 'secret'; readonly name: string };

/** One app in one environment. */
export type ResolvedApp = ResolvedFlyApp | ResolvedVercelApp;

interface ResolvedAppBase {
  readonly name: string;
  /** The app's name on its platform; `{pr}` in review environments. */
  readonly platformName: string;
  readonly stack: ResolvedStack;
  readonly env: Readonly<Record<string, EnvValue>>;
  /** The database it uses, or null. */
  readonly database: string | null;
  readonly migrate: ResolvedMigration | null;
  /** Null for a worker without HTTP. */
  readonly health: ResolvedHealth | null;
}

/** How an app of a kind is built. */
export interface ResolvedStack {
  readonly name: 'node' | 'nextjs' | 'phoenix' | 'generic';
  /** Shell commands run in an export of the commit before the image is packed. */
  readonly build: readonly string[];
  /** Paths, relative to the repository, that make up the image in process mode. `['.']` for everything. */
  readonly include: readonly string[];
}

/** How to see that an app is healthy. */
export interface ResolvedHealth {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly gracePeriodMs: number;
  /** How long a new machine may take to pass. */
  readonly withinMs: number;
}

/** An app on Fly.io. */
export interface ResolvedFlyApp extends ResolvedAppBase {
  readonly platform: 'fly';
  readonly org: string;
  /** Name of the environment variable that holds the token. */
  readonly token: string;
  /** Null: Glidepath writes one from the stack. */
  readonly dockerfile: string | null;
  /** The command of its machines; null: the image's own. */
  readonly command: readonly string[] | null;
  /** Null for a worker without a port. */
  readonly port: number | null;
  /** Region → number of machines, primary region first. */
  readonly regions: readonly { readonly region: string; readonly count: number }[];
  readonly vm: {
    readonly cpuKind: 'shared' | 'performance';
    readonly cpus: number;
    readonly memoryMb: number;
  };
  readonly sleep: 'when-idle' | 'suspend' | 'never';
  readonly minMachinesRunning: number;
  readonly concurrency: {
    readonly type: 'requests' | 'connections';
    readonly softLimit: number;
    readonly hardLimit: number | null;
  };
  readonly stop: { readonly signal: string; readonly timeoutMs: number };
  readonly strategy: 'rolling' | 'bluegreen' | 'canary' | 'immediate';
  /** At most this many machines of the app may be out of service at once. */
  readonly maxUnavailable: number;
  /** How a canary is judged; only read where `strategy` is `canary`. */
  readonly canary: ResolvedCanary;
  /** dumb-init, non-root, minimal base, image scan. The same in all environments, for they have one image. */
  readonly hardened: boolean;
  /** How its image is built from the Dockerfile. */
  readonly build: ResolvedImageBuild;
  /** The one volume that each of its machines has, or null. */
  readonly volume: ResolvedVolume | null;
  /** Custom domains, besides `<app>.fly.dev`. */
  readonly domains: readonly string[];
  /** The fly.toml that its settings start from, or null. */
  readonly flyToml: ImportedFlyToml | null;
}

/** When a canary may be followed by the rest. All of it is compared with the machines of the old release. */
export interface ResolvedCanary {
  /** How long it takes traffic before it is judged. */
  readonly bakeMs: number;
  /** Answers of 500 and above may be at most this share (0 to 1) more than on the old machines. */
  readonly maxErrorRate: number;
  /** Its 95th percentile may be at most this many times that of the old machines. */
  readonly maxLatencyRatio: number;
  /** With fewer requests in the bake time the figures say nothing: then health alone decides, and it is said. */
  readonly minRequests: number;
}

/** How an image is built. */
export interface ResolvedImageBuild {
  /** The stage of a multi-stage Dockerfile; null: the last. */
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /** Names of environment variables that the build may read as secrets; never part of the image. */
  readonly secrets: readonly string[];
}

/** A volume: pinned to a host of its region, and never destroyed without being asked for by name. */
export interface ResolvedVolume {
  /** Fly's name of it: small letters, digits, underscores. */
  readonly name: string;
  /** Where the machine sees it. */
  readonly path: string;
  readonly sizeGb: number;
  /** Days that the daily snapshots are kept; null: Fly's default of 5. */
  readonly snapshotRetentionDays: number | null;
}

/** What an imported fly.toml says beyond what the config has a setting for. */
export interface ImportedFlyToml {
  /** As written in the config. */
  readonly path: string;
  /** Kept as it is in the generated files. */
  readonly extra: Readonly<Record<string, Json>>;
}

/** An app on Vercel. */
export interface ResolvedVercelApp extends ResolvedAppBase {
  readonly platform: 'vercel';
  readonly framework: string;
  /** Name of the environment variable that holds the token. */
  readonly token: string;
  /** Names of the environment variables that hold the ids. */
  readonly orgId: string;
  readonly projectId: string;
  readonly target: 'production' | 'preview';
}

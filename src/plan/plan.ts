import type { Gate, ResolvedFlyApp, ResolvedSmoke } from '../config/resolved.ts';

/** What happened: the reason that a plan is made at all. */
export type Trigger =
  | { readonly kind: 'push'; readonly branch: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'pull-request'; readonly number: number; readonly action: 'opened' | 'closed' }
  | { readonly kind: 'deploy'; readonly environment: string }
  | { readonly kind: 'promote'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'rollback';
      readonly environment: string;
      readonly release: string;
      readonly apps: readonly string[] | null;
      /** Releases that are gone back over although they are forward only, for somebody named them. */
      readonly across?: readonly string[];
    }
  | {
      readonly kind: 'scale';
      readonly environment: string;
      readonly app: string;
      readonly change: ScaleChange;
    }
  | {
      readonly kind: 'restore';
      readonly environment: string;
      readonly database: string;
      readonly target: RestoreMoment;
    };

/** What a database is brought back to: a moment in milliseconds since the Unix epoch, or a restore point of it. */
export type RestoreMoment =
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'restore-point'; readonly name: string; readonly at: number };

/** Counts and size that one app is brought to by hand; what is not named stays as it is. */
export interface ScaleChange {
  /** Region → number of machines. */
  readonly counts: Readonly<Record<string, number>>;
  readonly vm: ResolvedFlyApp['vm'] | null;
}

/** What the world looked like when the plan was made; read through handles that cannot write. */
export interface Observed {
  readonly environments: Readonly<Record<string, ObservedEnvironment>>;
}

/** One environment as it is. */
export interface ObservedEnvironment {
  readonly liveRelease: { readonly id: string; readonly commit: string } | null;
  /** App name → what runs, null when the app does not exist on its platform yet. */
  readonly apps: Readonly<Record<string, ObservedAppState | null>>;
  /** Database name → whether it exists. */
  readonly databases: Readonly<Record<string, boolean>>;
  /** Database name → what its migrations did when they were last tried, in words: `probed 3 min ago at 1a2b3c4: …`. */
  readonly probes?: Readonly<Record<string, string>>;
}

/** What runs of one app. */
interface ObservedAppState {
  readonly machines: number;
  /** How it differs from what is written, a few words each; a deployment brings back what is written. */
  readonly drift?: readonly string[];
}

/** Everything one trigger starts. `deployments` is empty when nothing listens. */
export interface Plan {
  readonly version: 1;
  readonly project: string;
  readonly trigger: Trigger;
  readonly deployments: readonly DeploymentPlan[];
}

/** The graph of one deployment (or destruction) of one environment: the lock is held from the first step to the last. */
export interface DeploymentPlan {
  /** As in the config; `forPullRequest` makes the environment of a review app from it. */
  readonly environment: string;
  /** The pull request of a review app. */
  readonly pullRequest: number | null;
  readonly action: 'deploy' | 'promote' | 'rollback' | 'scale' | 'restore' | 'destroy';
  /** `project/environment`, with the pull request for review apps: what the run locks. */
  readonly lockKey: string;
  /** Why this environment is part of the plan. */
  readonly reason: string;
  /** What a person should know besides, a sentence each: an optional approval, gates that are not asked again. */
  readonly notes: readonly string[];
  readonly rollbackOnFailure: boolean;
  /** In an order in which every step stands after its needs. */
  readonly steps: readonly PlanStep[];
}

/** One node of the graph. */
export interface PlanStep {
  /** `kind` or `kind:subject`, unique in its deployment. */
  readonly id: string;
  /** Ids of the steps that must have completed before. */
  readonly needs: readonly string[];
  /** A few words for people. */
  readonly title: string;
  /** Why the step is there, in one sentence. */
  readonly reason: string;
  /** Whether it changes anything outside; what it is undone by, in a few words, when it can be. */
  readonly mutates: boolean;
  readonly undo: string | null;
  readonly timeoutMs: number;
  readonly action: StepAction;
}

/** What a step does: a closed union, one executor each in `pipeline/`. */
export type StepAction =
  | { readonly kind: 'gate'; readonly gate: Gate }
  /** Refuses a commit that does not descend from the live one (invariant 10). */
  | { readonly kind: 'ancestry' }
  | { readonly kind: 'build'; readonly app: string }
  /** Proves that the artifacts of an existing release are still there. */
  | { readonly kind: 'reuse'; readonly from: string | null }
  /** Shows that the live release could be gone back to: images pullable, secrets set (invariant 13). */
  | { readonly kind: 'readiness' }
  | { readonly kind: 'ensure-database'; readonly database: string }
  /** Certificates of an app's custom domains, and the DNS records that they need. */
  | { readonly kind: 'domains'; readonly app: string }
  /** Compares the migration files with those that ran here before, and in the environment before this one. */
  | {
      readonly kind: 'migration-files';
      /** The environment that has to have run them before. */
      readonly after?: string;
    }
  /** Keeps the state of a database by name, so that data can be gone back to. */
  | { readonly kind: 'restore-point'; readonly database: string }
  /** Runs the migrations of a database on a throw-away branch of it, to see what they would do. */
  | { readonly kind: 'probe'; readonly database: string }
  | { readonly kind: 'migrate'; readonly database: string | null; readonly app: string | null }
  /** Puts test data into a database, once. */
  | { readonly kind: 'seed'; readonly database: string }
  | { readonly kind: 'deploy'; readonly app: string }
  /** Brings the data of a database back; what was there is kept beside it. */
  | { readonly kind: 'restore-database'; readonly database: string; readonly target: RestoreMoment }
  /** Counts and size of an app by hand, with the image and settings that its machines have. */
  | { readonly kind: 'scale'; readonly app: string; readonly change: ScaleChange }
  | { readonly kind: 'health'; readonly app: string }
  | { readonly kind: 'health-urls' }
  | { readonly kind: 'smoke'; readonly smoke: ResolvedSmoke }
  /** Makes a staged deployment public (Vercel). */
  | { readonly kind: 'make-public'; readonly app: string }
  /** Reads the platforms again: everything runs the release's digests (invariant 11). */
  | { readonly kind: 'verify' }
  | { readonly kind: 'record' }
  | { readonly kind: 'report' }
  | { readonly kind: 'destroy-app'; readonly app: string }
  | { readonly kind: 'destroy-database'; readonly database: string };

/** The closed union of what steps do. */
export type StepKind = StepAction['kind'];

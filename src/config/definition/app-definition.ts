import type { MigrationSettings } from './database-definition.ts';
import type { EnvInputs } from './env-input.ts';
import type { FlyAccount, FlySettings, ImageBuildDefinition, VercelAccount } from './platform-settings.ts';
import type { StackDefinition } from './stack-definition.ts';

/** One deployable, as written in the config. */
export type AppDefinition<A extends string = string, D extends string = string> =
  | FlyAppDefinition<A, D>
  | VercelAppDefinition<A, D>;

/** How to see that an app is healthy. */
export interface HealthDefinition {
  /** Answers 2xx when the app is healthy. */
  readonly path: string;
  /** Between two looks: `'10s'`. Default 10s. */
  readonly interval?: string;
  /** How long one answer may take. Default 5s. */
  readonly timeout?: string;
  /** After a machine started, before the first look counts. Default 5s. */
  readonly gracePeriod?: string;
  /** How long a new machine may take to become healthy. Default 5m, as Fly's `wait_timeout`. */
  readonly within?: string;
}

/** The migration that an app brings. */
export interface MigrationDefinition extends MigrationSettings {
  readonly command: string;
  /** `release-command` (default): on a temporary machine with the new image; `runner`: where Glidepath runs. */
  readonly runs?: 'release-command' | 'runner';
}

/** What every app may say, on whichever platform. */
export interface CommonAppSettings<A extends string = string, D extends string = string> {
  /**
   * The app's name on its platform, with `{project}`, `{environment}`, `{app}` and `{pr}`. Default
   * `{project}-{environment}-{app}`, without the app where there is only one. In a review environment `{environment}`
   * stands for `pr-{pr}`.
   */
  readonly platformName?: string;
  readonly env?: EnvInputs<A, D>;
}

/** What `flyApp` takes. */
export interface FlyAppOptions<A extends string = string, D extends string = string>
  extends CommonAppSettings<A, D>, FlySettings {
  /** A fly.toml, from the folder of the config: its settings hold where the config says nothing. */
  readonly config?: string;
  /** How it is built. Default `generic()`: from its Dockerfile, or the repository as it is. */
  readonly stack?: StackDefinition;
  /** A Dockerfile of the repository. Without it, Glidepath writes one from the stack. */
  readonly dockerfile?: string;
  /** How its image is built from the Dockerfile. */
  readonly build?: ImageBuildDefinition;
  /** The command of its machines. Default the image's own. */
  readonly command?: readonly string[];
  /** Custom domains. Usually they differ by environment: `environments.production.apps.web.domains`. */
  readonly domains?: readonly string[];
  /** The port it listens on; null for a worker. Default the stack's. */
  readonly port?: number | null;
  /** Null for none. Default the stack's. */
  readonly health?: HealthDefinition | null;
  /** The database it uses; its URL arrives in the variable named by the database's `secret`. */
  readonly database?: D;
  readonly migrate?: MigrationDefinition;
}

/** An app on Fly.io; made by `flyApp`. */
export interface FlyAppDefinition<A extends string = string, D extends string = string> extends FlyAppOptions<
  A,
  D
> {
  readonly platform: 'fly';
}

/** What `vercelApp` takes. */
export interface VercelAppOptions<
  A extends string = string,
  D extends string = string,
> extends CommonAppSettings<A, D> {
  /** Vercel's own name of the framework. */
  readonly framework: string;
  /** How it is built and checked. Default: by `vercel build`. */
  readonly stack?: StackDefinition;
  readonly health?: HealthDefinition | null;
  readonly database?: D;
  readonly migrate?: MigrationDefinition;
}

/** An app on Vercel; made by `vercelApp`. */
export interface VercelAppDefinition<
  A extends string = string,
  D extends string = string,
> extends VercelAppOptions<A, D> {
  readonly platform: 'vercel';
}

/** What may differ for one app in one environment. Objects are merged key by key; null takes a setting away. */
export interface AppOverrides<A extends string = string, D extends string = string>
  extends CommonAppSettings<A, D>, FlySettings {
  /** The fly.toml of this environment, instead of the app's; null for none. */
  readonly config?: string | null;
  readonly fly?: FlyAccount;
  readonly vercel?: VercelAccount;
  readonly dockerfile?: string | null;
  readonly build?: ImageBuildDefinition;
  readonly command?: readonly string[] | null;
  readonly domains?: readonly string[];
  readonly port?: number | null;
  readonly health?: Partial<HealthDefinition> | null;
  readonly migrate?: Partial<MigrationDefinition> | null;
}

import type { AppDefinition } from './app-definition.ts';
import type { CiDefinition } from './ci-definition.ts';
import type { DatabaseDefinition } from './database-definition.ts';
import type { EnvironmentDefinition, SmokeDefinition } from './environment-definition.ts';
import type { GithubDefinition } from './github-definition.ts';
import type { FlyAccount, VercelAccount } from './platform-settings.ts';

/**
 * The config file, as written. `A`, `D`, `E` and `C` are the names of the apps, databases, environments and checks:
 * taken from the keys, so that a name that refers to nothing is a type error where it is written.
 */
export interface ProjectDefinition<
  A extends string = string,
  D extends string = string,
  E extends string = string,
  C extends string = string,
> {
  /** Small letters, digits and hyphens: the beginning of every name on a platform. */
  readonly name: string;
  /** With it, GitHub workflows are written. */
  readonly github?: GithubDefinition;
  /** For all environments that do not say otherwise. */
  readonly fly?: FlyAccount;
  /** For all environments that do not say otherwise. */
  readonly vercel?: VercelAccount;
  readonly databases?: { readonly [K in D]: DatabaseDefinition<NoInfer<E>> };
  readonly apps: { readonly [K in A]: AppDefinition<NoInfer<A>, NoInfer<D>> };
  readonly environments: {
    readonly [K in E]: EnvironmentDefinition<NoInfer<A>, NoInfer<D>, NoInfer<E>>;
  };
  readonly ci?: CiDefinition<C>;
  /** Apps in waves: all of a wave at once, one wave after the other. Default workers first, then the rest. */
  readonly order?: readonly (readonly NoInfer<A>[])[];
  /** For all environments that do not say otherwise; not for tests. */
  readonly smoke?: SmokeDefinition<NoInfer<A>, NoInfer<D>>;
  /** Where generated files go, with `{app}` and `{environment}`. */
  readonly files?: {
    /** Default `fly.{environment}.toml`, with several apps `fly.{environment}.{app}.toml`; null: none. */
    readonly fly?: string | null;
    /** Default none: what Glidepath writes from the stack is only used to build. */
    readonly dockerfile?: string;
    /** What to do by hand when Glidepath cannot be used. Default `docs/RUNBOOK.md`; null: none. */
    readonly runbook?: string | null;
  };
}

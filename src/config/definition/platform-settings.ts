import type { VmSize } from '../resolve/fly-sizes.ts';

/** The account an environment uses on Fly.io. */
export interface FlyAccount {
  /** The organisation's slug. Default `personal`, as flyctl. */
  readonly org?: string;
  /** Name of the environment variable that holds the token; never the token. Default `FLY_API_TOKEN`. */
  readonly token?: string;
}

/** The account an environment uses on Vercel. */
export interface VercelAccount {
  /** Name of the environment variable that holds the token. Default `VERCEL_TOKEN`. */
  readonly token?: string;
  /** Name of the environment variable that holds the team's id. Default `VERCEL_ORG_ID`, as Vercel's own CLI. */
  readonly orgId?: string;
  /** Name of the environment variable that holds the project's id. Default `VERCEL_PROJECT_ID`. */
  readonly projectId?: string;
  /** Default `production` in an environment of that name, else `preview`. */
  readonly target?: 'production' | 'preview';
}

/** The machine an app runs on. `size` and `cpuKind` with `cpus` say the same in two ways: give one of them. */
export interface VmDefinition {
  readonly size?: VmSize;
  readonly cpuKind?: 'shared' | 'performance';
  readonly cpus?: number;
  /** `'512mb'`, `'1gb'`. Default 256 MB per shared and 2 GB per performance CPU. */
  readonly memory?: string;
}

/** Settings of Fly machines; may stand at an app, at an environment, and at an app in an environment. */
export interface FlySettings {
  /** Regions by their three letters, primary first, or the number of machines in each: `{ iad: 2, sjc: 1 }`. */
  readonly regions?: readonly string[] | Readonly<Record<string, number>>;
  /** Machines per region, where regions are a list. Default 1. */
  readonly instances?: number;
  /** What idle machines do. Default `never`. `suspend` keeps the memory, up to 2 GB. */
  readonly sleep?: 'when-idle' | 'suspend' | 'never';
  /** Machines of the primary region that never sleep; counts only where machines sleep at all. Default 0. */
  readonly minMachinesRunning?: number;
  readonly vm?: VmDefinition;
  /** When a machine counts as loaded. Default 20 connections, no hard limit. */
  readonly concurrency?: {
    readonly type?: 'requests' | 'connections';
    readonly softLimit?: number;
    readonly hardLimit?: number | null;
  };
  /** How a machine is asked to stop, and how long it may take, at most 300s. Default SIGINT, 5s. */
  readonly stop?: { readonly signal?: string; readonly timeout?: string };
  /** Default `rolling`. */
  readonly strategy?: 'rolling' | 'bluegreen' | 'canary' | 'immediate';
  /** Machines that may be out of service at once: a count from 1, or a share below 1. Default 0.33. */
  readonly maxUnavailable?: number;
  /** dumb-init, non-root, minimal base, image scan. Default false. */
  readonly hardened?: boolean;
}

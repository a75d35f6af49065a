import type { VmSize } from '../resolve/fly-sizes.ts';

/** The account an environment uses on Fly.io. */
export interface FlyAccount {
  /** The organization's slug. Default `personal`, as flyctl. */
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

/** When a canary may be followed by the rest; compared with the machines of the old release. */
export interface CanaryDefinition {
  /** How long it takes traffic. Default 60s. */
  readonly bake?: string;
  /** Share of answers of 500 and above that it may have more than the old machines. Default 0.01. */
  readonly maxErrorRate?: number;
  /** It may take this many times as long to answer as the old machines, in the mean and at the 95th percentile. Default 1.5. */
  readonly maxLatencyRatio?: number;
  /** With fewer requests in the bake time health alone decides. Default 20. */
  readonly minRequests?: number;
}

/** A volume of Fly; each machine gets its own, in its region. */
export interface VolumeDefinition {
  /** Small letters, digits, underscores: `data`. */
  readonly name: string;
  /** Where the machine sees it: `/data`. */
  readonly path: string;
  /** Default 1gb, in whole gigabytes. */
  readonly size?: string;
  /** Days that daily snapshots are kept, 1 to 60. Default 5. */
  readonly snapshotRetentionDays?: number;
}

/** How an image is built from its Dockerfile. */
export interface ImageBuildDefinition {
  /** The stage of a multi-stage Dockerfile. Default the last. */
  readonly target?: string;
  /** Build arguments; visible in the image, so never secrets. */
  readonly args?: Readonly<Record<string, string>>;
  /** Names of environment variables that the build may read as secrets. */
  readonly secrets?: readonly string[];
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
  /** How a canary is judged before the rest follows; for `strategy: 'canary'`. */
  readonly canary?: CanaryDefinition;
  /**
   * dumb-init, non-root, minimal base, image scan. Default false. One image is built for all environments, so that one of
   * them that asks for it has it in all.
   */
  readonly hardened?: boolean;
  /** One volume for each machine; null takes it away. */
  readonly volume?: VolumeDefinition | null;
}

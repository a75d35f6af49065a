import type { ResolvedCanary } from '../resolved.ts';

/** What Fly itself takes where fly.toml says nothing (fly.io/docs/reference/configuration), and where ours differ. */
export const FLY_DEFAULTS: {
  readonly org: string;
  readonly token: string;
  readonly region: string;
  readonly stop: { readonly signal: string; readonly timeoutMs: number };
  readonly concurrency: { readonly type: 'connections'; readonly softLimit: number };
  readonly maxUnavailable: number;
  readonly postgresMemoryMb: number;
  readonly postgresVersion: number;
  readonly postgresPlan: string;
  readonly volumeSizeMb: number;
} = {
  org: 'personal',
  token: 'FLY_API_TOKEN',
  region: 'iad',
  /** `kill_signal`, `kill_timeout`. */
  stop: { signal: 'SIGINT', timeoutMs: 5_000 },
  /** `http_service.concurrency`; there is no hard limit. */
  concurrency: { type: 'connections', softLimit: 20 },
  /** `deploy.max_unavailable`: a share of the machines, rounded up. */
  maxUnavailable: 0.33,
  /** The development size of Fly Postgres: one shared-cpu-1x node. */
  postgresMemoryMb: 256,
  /** Of the image that `fly postgres create` takes. */
  postgresVersion: 17,
  /** The smallest plan of Managed Postgres. */
  postgresPlan: 'basic',
  /** `mounts.initial_size`. */
  volumeSizeMb: 1024,
};

/** Ours: Fly leaves interval and timeout of a health check open; these notice a bad release within seconds. */
export const HEALTH_DEFAULTS: {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly gracePeriodMs: number;
  readonly withinMs: number;
} = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
  gracePeriodMs: 5_000,
  /** Fly's `deploy.wait_timeout`. */
  withinMs: 300_000,
};

/** Fly's `deploy.release_command_timeout`, for every migration. */
export const MIGRATION_TIMEOUT_MS = 300_000;

/**
 * Ours: a statement that waits for a lock makes all later ones wait behind it, so it gives up soon and tries again. One that
 * has its lock is looked at every 100 ms and takes a moment to end: whoever waits for it waits for less than a second.
 */
export const MIGRATION_LOCK: {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly blocksAtMostMs: number;
} = {
  timeoutMs: 2_000,
  attempts: 5,
  blocksAtMostMs: 800,
};

/** Ours: three are enough to go back past a bad week, and fit beside the ten branches of Neon's free plan. */
export const RESTORE_POINTS: { readonly keep: number; readonly forMs: number } = {
  keep: 3,
  forMs: 7 * 86_400_000,
};

/** Ours: long enough to see a minute of traffic, strict enough that a release twice as slow does not go on. */
export const CANARY_DEFAULTS: ResolvedCanary = {
  bakeMs: 60_000,
  maxErrorRate: 0.01,
  maxLatencyRatio: 1.5,
  minRequests: 20,
};

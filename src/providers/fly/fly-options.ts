import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { FlyTiming } from './client/fly-timing.ts';
import type { SecretMemory } from './secrets/secret-memory.ts';
import type { FlyToken } from './client/fly-token.ts';

/** What the Fly provider needs of the outside. It knows no local cloud: that one is other base URLs. */
export interface FlyPlatformOptions {
  /** `https://api.machines.dev`; without `/v1`. */
  readonly apiBaseUrl: string;
  /** `https://registry.fly.io`; without `/v2`. */
  readonly registryUrl: string;
  /** Where logs and metrics are served, when that is not to be told from `apiBaseUrl`. */
  readonly platformBaseUrl?: string;
  /** The registry as image references name it: `registry.fly.io`. */
  readonly registryHost: string;
  readonly token: FlyToken;
  /** The environment variable that the token was read from, for errors. */
  readonly tokenName?: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** The public address of an app: `https://<app>.fly.dev`. */
  readonly addressOf: (flyApp: string) => Promise<string>;
  /** What is remembered of secrets that were sent; without it those that cannot be read are sent each time. */
  readonly secretMemory?: SecretMemory;
  /** Told of what no step asked for. */
  readonly log?: (line: string) => void;
  /** Shorter waits, for tests. */
  readonly timing?: Partial<FlyTiming>;
}

/** Fly serves logs from another host than machines; anything else is taken to serve both. */
export function logsBaseUrl(options: Pick<FlyPlatformOptions, 'apiBaseUrl' | 'platformBaseUrl'>): string {
  if (options.platformBaseUrl !== undefined) return options.platformBaseUrl;
  return new URL(options.apiBaseUrl).hostname === 'api.machines.dev'
    ? 'https://api.fly.io'
    : options.apiBaseUrl;
}

/** Fly serves the metrics of its proxy from there too (fly.io/docs/monitoring/metrics); anything else serves all three. */
export function metricsBaseUrl(options: Pick<FlyPlatformOptions, 'apiBaseUrl' | 'platformBaseUrl'>): string {
  return logsBaseUrl(options);
}

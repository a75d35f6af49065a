import type { Secret } from '../../diagnostics/secret.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { Pacer } from '../http/pacer.ts';
import type { NeonTiming } from './neon-timing.ts';

/** What the Neon provider needs of the outside. It knows no local cloud: that one is another base URL. */
export interface NeonOptions {
  /** `https://console.neon.tech/api/v2`. */
  readonly apiBaseUrl: string;
  /** An API key, or how to get it when it is first needed. */
  readonly token: Secret | (() => Promise<Secret>);
  /** The environment variable that the key was read from, for errors. */
  readonly tokenName: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Holds requests to Neon's limits; one of its own is made where none is given. */
  readonly pacer?: Pacer;
  /** Shorter waits, for tests. */
  readonly timing?: Partial<NeonTiming>;
}

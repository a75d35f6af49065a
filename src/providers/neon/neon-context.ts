import type { Clock } from '../../util/clock.ts';
import type { NeonApi } from './neon-api.ts';
import type { NeonTiming } from './neon-timing.ts';

/** What the parts of the provider share. */
export interface NeonContext {
  readonly api: NeonApi;
  readonly clock: Clock;
  readonly timing: NeonTiming;
  /** The environment variable that the key was read from, for people. */
  readonly tokenName: string;
  /** Ids of projects that were found, by organization and name: they never change. */
  readonly knownProjects: Map<string, string>;
}

import type { Clock } from '../../util/clock.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { ComputePorts } from './compute/compute-ports.ts';
import type { NeonClusters } from './neon-clusters.ts';
import type { NeonLimits } from './neon-limits.ts';
import type { NeonOperations } from './neon-operations.ts';
import type { NeonState } from './neon-state.ts';

/** What the routes work on. */
export interface NeonContext {
  readonly state: NeonState;
  readonly clock: Clock;
  readonly operations: NeonOperations;
  readonly clusters: NeonClusters;
  readonly ports: ComputePorts;
  readonly limits: NeonLimits;
  readonly organizations: Organizations;
}

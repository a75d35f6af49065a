import type { Clock } from '../../util/clock.ts';
import type { ComputePorts } from './compute/compute-ports.ts';
import type { NeonClusters } from './neon-clusters.ts';
import type { NeonState } from './neon-state.ts';

/** What tasks are done with. */
export interface NeonTaskDeps {
  readonly state: NeonState;
  readonly clock: Clock;
  readonly clusters: NeonClusters;
  readonly ports: ComputePorts;
}

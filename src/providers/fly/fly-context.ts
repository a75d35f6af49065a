import type { LogLine } from '../app-platform.ts';
import type { Clock } from '../../util/clock.ts';
import type { FlyTiming } from './client/fly-timing.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { MachineReader } from './machines/machine-reader.ts';
import type { MachinesApi } from './client/machines-api.ts';
import type { RegistryClient } from './registry/registry-client.ts';
import type { VolumesApi } from './volumes/volumes-api.ts';

/** What the parts of the provider that change machines share. */
export interface FlyContext {
  readonly machines: MachinesApi;
  readonly volumes: VolumesApi;
  /** Reads machines that are watched: one request for many of them where that is cheaper. */
  readonly watched: MachineReader;
  readonly metrics: EdgeMetrics;
  readonly registry: RegistryClient;
  readonly clock: Clock;
  readonly timing: FlyTiming;
  /** Newest last; an empty list when they cannot be read, for logs only explain. */
  logsOf(app: string, machine: string, options: { limit: number; since: number }): Promise<LogLine[]>;
}

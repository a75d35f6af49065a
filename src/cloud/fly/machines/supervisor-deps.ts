import type { Clock } from '../../../util/clock.ts';
import type { FaultTarget, MachineFaults } from '../../machines/faults.ts';
import type { LogBook } from '../../machines/log-book.ts';
import type { MachineRuntime } from '../../machines/machine-runtime.ts';
import type { ImageStore } from '../../registry/image-store.ts';
import type { FlyState } from '../fly-state.ts';
import { metadataOf } from './machine-config.ts';
import type { MachineRecord } from '../records.ts';
import type { Volumes } from '../volumes/volumes.ts';

/** What the supervisor is made of. */
export interface SupervisorDeps {
  readonly clock: Clock;
  readonly state: FlyState;
  readonly runtime: MachineRuntime;
  readonly logs: LogBook;
  readonly images: ImageStore;
  readonly faults: MachineFaults;
  readonly volumes: Volumes;
  readonly privateAddress: (app: string) => string | null;
}

/** How a process is asked to end. */
export interface StopOptions {
  readonly signal: NodeJS.Signals;
  readonly timeoutMs: number;
}

/** What a fault switch sees of a machine. */
export function faultTarget(machine: MachineRecord): FaultTarget {
  const { app, id, name, region, imageRef, config } = machine;
  return { app, id, name, region, digest: imageRef.digest, metadata: metadataOf(config) };
}

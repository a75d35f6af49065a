import type { Clock } from '../../util/clock.ts';
import type { DnsTable } from '../dns/dns-table.ts';
import type { ReleaseBook } from '../flyctl/release-book.ts';
import type { MachineFaults } from '../machines/faults.ts';
import type { LogBook } from '../machines/log-book.ts';
import type { MachineRuntime } from '../machines/machine-runtime.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { ImageStore } from '../registry/image-store.ts';
import type { FlyState } from './fly-state.ts';
import type { Hosts } from './apps/hosts.ts';
import type { MachineSupervisor } from './machines/machine-supervisor.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Volumes } from './volumes/volumes.ts';

/** What the routes work on. */
export interface FlyContext {
  readonly clock: Clock;
  readonly state: FlyState;
  readonly supervisor: MachineSupervisor;
  readonly runtime: MachineRuntime;
  readonly logs: LogBook;
  readonly images: ImageStore;
  readonly faults: MachineFaults;
  readonly hosts: Hosts;
  readonly volumes: Volumes;
  readonly dns: DnsTable;
  readonly limiter: RateLimiter;
  readonly organizations: Organizations;
  readonly releases: ReleaseBook;
  /** Aborts when the service shuts down: long answers end. */
  readonly signal: AbortSignal;
}

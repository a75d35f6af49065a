/** What a fault switch sees of the machine that is about to start. */
export interface FaultTarget {
  readonly app: string;
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** `sha256:…` of the image that will run. */
  readonly digest: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where something sits that a fault switch may make unreachable. */
export interface HostTarget {
  readonly app: string;
  /** Of the machine or volume; null for something new. */
  readonly id: string | null;
  /** A simulated host, such as `iad-1`. */
  readonly host: string;
}

/** How one start of one machine goes wrong; an empty object lets it go right. */
export interface StartFault {
  /** The machine stays `starting` this long before its process runs. */
  readonly delayMs?: number;
  /** A process that exits at once with code 1 runs instead of the image's command. */
  readonly crash?: boolean;
  /** Nothing runs at all: the machine ends in the state `failed`. */
  readonly fails?: boolean;
  /** Every check of this process fails for as long as it runs. */
  readonly unhealthy?: boolean;
}

/** The hook through which faults are switched on for machines; whoever owns the switch implements it. */
export interface MachineFaults {
  /** Asked right before each start, restarts after a crash included. */
  beforeStart(machine: FaultTarget): StartFault;
  /** Asked before each probe: whether a running machine must look unhealthy right now. */
  isUnhealthy?(machine: FaultTarget): boolean;
  /** Asked when a holder uses its lease: for how long somebody else has it from now on, or null. */
  stealLease?(machine: FaultTarget): number | null;
  /** Asked whenever a machine or volume is looked at: whether its host answers nothing right now. */
  isHostUnreachable?(target: HostTarget): boolean;
  /** Asked before something new is placed: whether the region has no room. Only a `create` counts. */
  isOutOfCapacity?(region: string, use: 'look' | 'create'): boolean;
  /** Asked when an image is looked up: whether it is gone. `reference` is `repository@sha256:…` without a host. */
  isImageGone?(repository: string, digest: string): boolean;
}

/** Lets every start go right. */
export const NO_FAULTS: MachineFaults = { beforeStart: () => ({}) };

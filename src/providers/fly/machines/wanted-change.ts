import type { MachineRef } from '../client/machines-api.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';

/** One machine and what it is to become. The same for a deployment and for its undoing. */
export interface MachineChange {
  readonly ref: MachineRef;
  readonly config: MachineConfig;
  /** What it must run afterwards; null when the old machine's image has no known digest. */
  readonly digest: string | null;
  readonly secretsVersion: number | null;
  /** It slept before: then it gets the config without being started. */
  readonly wasAsleep: boolean;
  /** One that slept is woken out of rotation, proven, and put to sleep again. */
  readonly isProbe?: boolean;
  /** False for a machine that was not healthy before either, when it is put back. */
  readonly mustBeHealthy: boolean;
  /** Whether it is to be left cordoned, as it was found. */
  readonly leaveCordoned: boolean;
  /** False: it stays in rotation while it is changed; the proxy goes by its checks alone. */
  readonly isTakenOut?: boolean;
  /** True: it serves nothing, so that its process is ended at once instead of being asked to stop. */
  readonly isIdle?: boolean;
  /**
   * The machine as read a moment ago, where nothing but this work changes its state. Saves reading it again: the update
   * is made only from the version that was read.
   */
  readonly seen?: Machine | undefined;
  readonly withinMs: number;
  /** Whether it has the config already: then it is only proven healthy and uncordoned. */
  isDone(machine: Machine): boolean;
  /** Written into the lease. */
  readonly holder: string;
  readonly signal: AbortSignal;
  log(line: string): void;
}

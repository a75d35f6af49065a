import type { ProcessRef } from '../machines/machine-process.ts';
import type { Json } from '../../util/json.ts';
import type { CertificateRecord } from './certificates/certificate-record.ts';
import type { MachineConfig } from './machines/machine-config.ts';
import type { SecretKeyRecord } from './secrets/secret-key-record.ts';
import type { VolumeRecord } from './volumes/volume-record.ts';

/** The states of Fly's documentation that a machine of this cloud can be in. */
export type MachineState =
  | 'created'
  | 'starting'
  | 'started'
  | 'stopping'
  | 'stopped'
  | 'restarting'
  | 'suspending'
  | 'suspended'
  | 'replacing'
  | 'destroying'
  | 'destroyed'
  | 'failed';

/** The states in which a machine stays by itself: `wait?state=settled` ends in any of them. */
export const SETTLED_STATES: ReadonlySet<string> = new Set<MachineState | 'replaced'>([
  'started',
  'stopped',
  'suspended',
  'failed',
  'destroyed',
  'replaced',
]);

/** The image a machine was last given, resolved. */
export interface ImageRef {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One thing that happened to a machine. */
export interface MachineEvent {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly source: 'user' | 'flyd' | 'proxy';
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly request?: { readonly [key: string]: Json };
}

/** An exclusive lock on a machine. */
export interface LeaseRecord {
  readonly nonce: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  readonly owner: string;
  readonly description: string;
  readonly version: string;
}

/** A machine as stored. Only `FlyState` and the supervisor write to it, and save it after each change. */
export interface MachineRecord {
  readonly id: string;
  readonly app: string;
  readonly name: string;
  readonly region: string;
  /** The simulated host it sits on; absent in records older than hosts. */
  readonly host?: string;
  /** Rising over all machines: the order they were created in. */
  readonly number: number;
  readonly createdAt: number;
  state: MachineState;
  /** New with each version of the config. */
  instanceId: string;
  config: MachineConfig;
  imageRef: ImageRef;
  updatedAt: number;
  cordoned: boolean;
  /** Newest first. */
  events: MachineEvent[];
  /** Newest first, the current one included. */
  versions: { readonly id: string; readonly config: MachineConfig }[];
  lease: LeaseRecord | null;
  process: (ProcessRef & { readonly instanceId: string }) | null;
  /** The port of the process, kept as the preferred one while none runs. */
  port: number | null;
  startedAt: number | null;
  /** When it was restarted after an exit, within the retry window. */
  restartedAt: number[];
  /** Whether the version that is being put in place is to be started. */
  launchAfterReplace: boolean;
  /** It ran when the service was shut down with its machines: the next service starts it again. */
  startNextTime: boolean;
  memoryLimitMb: number | null;
  /** Its last version was asked for without the app's secrets. */
  skipsSecrets?: boolean;
}

/** A secret of an app. The value never leaves but into a machine's environment. */
export interface SecretRecord {
  readonly value: string;
  readonly digest: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A public address of an app. Nothing listens there: the edge is reached over loopback. */
export interface IpRecord {
  readonly ip: string;
  readonly region: string;
  readonly shared: boolean;
  readonly serviceName: string;
  readonly createdAt: number;
}

/** An app as stored. */
export interface AppRecord {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  readonly orgSlug: string;
  readonly network: string;
  readonly createdAt: number;
  secrets: Record<string, SecretRecord>;
  /** 0 until a secret is first set; rises with each change. */
  secretsVersion: number;
  ips: IpRecord[];
  /** Each of these is absent in records older than itself. */
  volumes?: VolumeRecord[];
  certificates?: CertificateRecord[];
  secretKeys?: SecretKeyRecord[];
}

/**
 * The parts of the Machines API documents that this provider reads or writes. Everything else in a machine's config
 * is carried along untouched, since an update replaces the whole config.
 */

/** A machine's config. Unknown keys are kept: what was read is sent back whole. */
export interface MachineConfig {
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly services?: readonly MachineService[];
  readonly checks?: Readonly<Record<string, MachineCheck>>;
  readonly [key: string]: unknown;
}

/** One service of a machine: what the proxy routes to it. */
export interface MachineService {
  readonly protocol: 'tcp' | 'udp';
  readonly internal_port: number;
  readonly checks?: readonly MachineCheck[];
  readonly [key: string]: unknown;
}

/** A health check. Durations are Go strings such as `1500ms`. */
export interface MachineCheck {
  readonly type: 'tcp' | 'http';
  readonly interval?: string | number;
  readonly timeout?: string | number;
  readonly grace_period?: string | number;
  readonly method?: string;
  readonly path?: string;
  readonly port?: number;
}

/** What a health check said last. */
export interface CheckStatus {
  readonly name: string;
  readonly status: 'passing' | 'warning' | 'critical';
  readonly output?: string;
  readonly updated_at?: string;
}

/** One entry of a machine's history; the API lists the newest first. */
export interface MachineEvent {
  readonly id?: string;
  readonly type: string;
  readonly status?: string;
  readonly source?: string;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly request?: {
    readonly exit_event?: {
      readonly exit_code?: number;
      readonly oom_killed?: boolean;
      readonly requested_stop?: boolean;
    };
    readonly restart_count?: number;
  };
}

/** A machine as the API shows it. */
export interface Machine {
  readonly id: string;
  readonly name?: string;
  readonly state: string;
  readonly region: string;
  /** Changes with every update; sent back as `current_version` to compare and set. */
  readonly instance_id: string;
  /** Only a part of it, while its host cannot be reached (`incomplete_config`): what it runs, its size, its metadata. */
  readonly config: MachineConfig;
  /** Whether the host that it sits on answers the platform. */
  readonly host_status?: 'ok' | 'unknown' | 'unreachable';
  readonly image_ref?: {
    readonly registry?: string;
    readonly repository?: string;
    readonly tag?: string;
    readonly digest?: string;
  };
  readonly events?: readonly MachineEvent[];
  readonly checks?: readonly CheckStatus[];
  readonly cordoned?: boolean;
  readonly created_at?: string;
}

/** A lease on one machine. */
export interface Lease {
  readonly nonce: string;
  /** Seconds since the Unix epoch. */
  readonly expires_at?: number;
  readonly owner?: string;
  readonly description?: string;
}

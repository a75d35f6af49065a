/**
 * What the edge knows of the apps behind it, and all it may ask of them. Implemented by `cloud/fly`; the edge never
 * reads a machine's state by another way.
 */
export interface EdgeDirectory {
  app(name: string): EdgeApp | null;
  apps(): readonly EdgeApp[];
  /** Asks for a stopped or suspended machine to be started; resolves when its process runs and its port answers. */
  startMachine(app: string, machineId: string): Promise<void>;
  /** Stops or suspends an idle machine. */
  stopMachine(app: string, machineId: string, how: 'stop' | 'suspend'): Promise<void>;
  /** Calls back after any change of any app or machine; returns the way to unsubscribe. */
  onChange(listener: () => void): () => void;
}

/** One app with at least one service. */
export interface EdgeApp {
  readonly name: string;
  /** Custom host names besides `<name>.localhost` and `<name>.fly.dev`; `*.` stands for one label. */
  readonly hosts: readonly string[];
  /** Counts only in this region for `minMachinesRunning`. */
  readonly primaryRegion: string | null;
  readonly minMachinesRunning: number;
  readonly autostart: boolean;
  readonly autostop: 'off' | 'stop' | 'suspend';
  readonly concurrency: {
    readonly type: 'requests' | 'connections';
    readonly softLimit: number;
    readonly hardLimit: number | null;
  };
  readonly machines: readonly EdgeMachine[];
  /** Its services speak something else than HTTP: connections are passed on as they are. Default false. */
  readonly isTcp?: boolean;
}

/** One machine of an app, as far as routing cares. */
export interface EdgeMachine {
  readonly id: string;
  readonly region: string;
  /** Loopback port of its service; 0 while no process runs. */
  readonly port: number;
  readonly state: 'started' | 'stopped' | 'suspended' | 'starting' | 'stopping' | 'other';
  /** Started, not cordoned, registered, and no check critical: new requests may go there. */
  readonly routable: boolean;
  /** Stopped or suspended, not cordoned: may be woken. */
  readonly wakeable: boolean;
  /** When it started, or was adopted by the present service; milliseconds since the Unix epoch. */
  readonly startedAt: number | null;
}

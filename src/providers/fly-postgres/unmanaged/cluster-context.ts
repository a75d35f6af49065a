import type { Clock } from '../../../util/clock.ts';
import type { FlyClient } from '../../fly/client/fly-client.ts';
import type { FlyTiming } from '../../fly/client/fly-timing.ts';
import type { MachinesApi } from '../../fly/client/machines-api.ts';
import type { VolumesApi } from '../../fly/volumes/volumes-api.ts';
import type { SnapshotsApi } from './snapshots-api.ts';

/** What the parts that work on unmanaged clusters share. */
export interface ClusterContext {
  readonly client: FlyClient;
  readonly machines: MachinesApi;
  readonly volumes: VolumesApi;
  readonly snapshots: SnapshotsApi;
  readonly clock: Clock;
  readonly timing: FlyTiming;
  /**
   * Where this process reaches a private name of the platform (`shop-db.flycast`): host and port, or null where only the
   * platform's own network leads there.
   */
  readonly reach: (host: string) => Promise<string | null>;
  /** The logins that this process has seen, by app and name: reading one takes a command in a machine that may sleep. */
  readonly logins: Map<string, Promise<Login>>;
}

/** A login with its password. Secret. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

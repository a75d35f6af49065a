import { createHash } from 'node:crypto';
import type { MachineFaults } from '../../machines/faults.ts';
import { FlyApiError } from '../api-error.ts';
import type { MachineRecord } from '../records.ts';
import type { VolumeRecord } from '../volumes/volume-record.ts';

/** Enough for losing one to leave another; the real number is not published. */
const HOSTS_PER_REGION = 2;

/** The API's words for whether a host answers. */
export type HostStatus = 'ok' | 'unreachable';

/** The simulated hosts: labels, of which a fault can make some unreachable. */
export class Hosts {
  readonly #faults: MachineFaults;
  /** Machines that are to be destroyed as soon as their host is back. */
  readonly #doomed = new Set<string>();

  constructor(faults: MachineFaults) {
    this.#faults = faults;
  }

  /** Whether the host of a machine answers. */
  statusOf(machine: MachineRecord): HostStatus {
    return this.#status({ app: machine.app, id: machine.id, host: hostOf(machine) });
  }

  /** Whether the host of a volume answers. */
  statusOfVolume(app: string, { id, host }: Pick<VolumeRecord, 'id' | 'host'>): HostStatus {
    return this.#status({ app, id, host });
  }

  /** The hosts of a region on which something new of an app can be placed. */
  reachableIn(region: string, app: string): string[] {
    return hostsOf(region).filter((host) => this.#status({ app, id: null, host }) === 'ok');
  }

  /** Throws the API's 503 when whatever is asked of the machine cannot reach it. */
  require(machine: MachineRecord): void {
    if (this.statusOf(machine) === 'ok') return;
    throw new FlyApiError(503, `unavailable: the host of machine ${machine.id} is unreachable`);
  }

  /** Remembers that a machine is to be destroyed when its host is back. */
  destroyLater(machine: MachineRecord): void {
    this.#doomed.add(machine.id);
  }

  /** Of `machines` those that were to be destroyed and can be now; each is named once. */
  takeDoomed(machines: readonly MachineRecord[]): MachineRecord[] {
    const back = machines.filter(
      (machine) => this.#doomed.has(machine.id) && this.statusOf(machine) === 'ok',
    );
    for (const machine of back) this.#doomed.delete(machine.id);
    return back;
  }

  #status(target: { readonly app: string; readonly id: string | null; readonly host: string }): HostStatus {
    return this.#faults.isHostUnreachable?.(target) === true ? 'unreachable' : 'ok';
  }
}

/** The simulated hosts of a region, such as `iad-1`: what sits on one is lost and found together. */
export function hostsOf(region: string): string[] {
  return Array.from({ length: HOSTS_PER_REGION }, (_, index) => `${region}-${index + 1}`);
}

/** The host that a machine sits on; the region's first for one that is older than hosts. */
export function hostOf(machine: Pick<MachineRecord, 'host' | 'region'>): string {
  return machine.host ?? `${machine.region}-1`;
}

/** Of `hosts` the one with the fewest things on it, the first of equals; null when there are none. */
export function leastLoaded(hosts: readonly string[], load: readonly string[]): string | null {
  const count = (host: string): number => load.filter((each) => each === host).length;
  const [first] = hosts.toSorted((a, b) => count(a) - count(b));
  return first ?? null;
}

/** The four hexadecimal digits by which a volume tells its host, as on Fly. */
export function zoneOf(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 4);
}

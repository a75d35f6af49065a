import { badRequest, failedPrecondition, FlyApiError } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { hostOf, leastLoaded } from './hosts.ts';
import type { MachineConfig } from '../machines/machine-config.ts';
import type { AppRecord, MachineRecord } from '../records.ts';
import { DEFAULT_REGION, REGIONS } from './regions.ts';
import type { VolumeRecord } from '../volumes/volume-record.ts';

/** Where a new machine goes. */
export interface Placement {
  readonly region: string;
  readonly host: string;
}

/**
 * Chooses region and host of a new machine: where its volume is, else the emptiest reachable host of the region. Throws
 * 400 for an unknown region, 412 for a volume that cannot be had, 422 `insufficient_capacity` for a region without room.
 */
export function placeMachine(
  context: FlyContext,
  app: AppRecord,
  asked: { readonly region: string; readonly config: MachineConfig },
): Placement {
  const volume = volumeOf(context, app, asked.config);
  const region = asked.region || (volume?.region ?? DEFAULT_REGION);
  requireRegion(region);
  if (volume !== null) {
    requireFree(context, app, volume, { region });
    const isFull = context.faults.isOutOfCapacity?.(region, 'create') === true;
    if (isFull || context.hosts.statusOfVolume(app.name, volume) !== 'ok') throw noRoomAtVolume(volume);
    return { region, host: volume.host };
  }
  requireRoom(context.faults.isOutOfCapacity?.(region, 'create') !== true, region);
  const load = context.state.machinesOf(app.name).filter((machine) => machine.state !== 'destroyed');
  const host = leastLoaded(context.hosts.reachableIn(region, app.name), load.map(hostOf));
  requireRoom(host !== null, region);
  return { region, host };
}

/** Throws unless the new config mounts the volume that the machine already has, or none as before. */
export function requireSameVolume(machine: MachineRecord, config: MachineConfig): void {
  const before = machine.config.mounts?.[0]?.volume ?? null;
  const after = config.mounts?.[0]?.volume ?? null;
  if (before !== after)
    throw badRequest(
      `invalid config.mounts: the volume of machine ${machine.id} is ${before ?? 'none'} and cannot be changed`,
    );
}

/** Throws the API's 400 for a region that there is not. */
export function requireRegion(region: string): void {
  if (!REGIONS.some(({ code }) => code === region)) throw badRequest(`region ${region} not found`);
}

function volumeOf(context: FlyContext, app: AppRecord, config: MachineConfig): VolumeRecord | null {
  const mount = config.mounts?.[0];
  if (mount === undefined) return null;
  const volume = context.volumes.of(app).find((each) => each.id === mount.volume);
  if (volume === undefined)
    throw badRequest(`invalid config.mounts.0.volume: volume ${mount.volume} not found`);
  return volume;
}

function requireFree(
  { volumes }: FlyContext,
  app: AppRecord,
  volume: VolumeRecord,
  asked: { readonly region: string },
): void {
  if (volume.region !== asked.region)
    throw badRequest(
      `invalid config.mounts.0.volume: volume ${volume.id} is in region ${volume.region}, the machine in ${asked.region}`,
    );
  const holder = volumes.attachedTo(app, volume.id);
  if (holder !== null)
    throw failedPrecondition(`volume ${volume.id} is already claimed by machine ${holder.id}`);
}

/** Throws the API's 422 `insufficient_capacity` when the regions named have no room. */
export function requireRoom(hasRoom: boolean, regions: string): asserts hasRoom {
  if (hasRoom) return;
  throw new FlyApiError(
    422,
    `insufficient resources available to fulfill request: no capacity in ${regions}`,
    'insufficient_capacity',
  );
}

/** A machine goes where its volume is: what the rest of the region has does not help. */
function noRoomAtVolume(volume: VolumeRecord): FlyApiError {
  return new FlyApiError(
    412,
    `insufficient resources to create new machine with existing volume '${volume.id}'`,
    'volume_placement_capacity',
  );
}

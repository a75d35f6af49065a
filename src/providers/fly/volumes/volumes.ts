import type { ObservedVolume, PlatformWork } from '../../app-platform.ts';
import type { ResolvedFlyApp, ResolvedVolume } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { assert } from '../../../util/assert.ts';
import type { Json } from '../../../util/json.ts';
import { isOutcomeUnknown } from '../client/fly-api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { volumeMistake } from './volume-mistake.ts';
import type { Volume, VolumeInput } from './volumes-api.ts';
import type { MachineConfig } from '../client/wire-types.ts';

/*
 * One volume for each machine of an app that has a `volume`:
 *
 *   before the first change   prepareVolumes       sizes and retention as written, or a mistake and nothing changed
 *   a new machine             volumeForNewMachine  one that no machine has, else a new one; journaled by the machine's key
 *   its config                mountsOf             where the machine sees it
 *   a removed machine         nameKeptVolume       the volume stays, and is named with the command that destroys it
 *
 * A volume lies on one host of one region and cannot follow its machine; Fly lets it grow and never shrink
 * (fly.io/docs/volumes/overview). None is ever destroyed here.
 */

/** One machine that is to be made. */
export interface VolumeNeed {
  readonly app: ResolvedFlyApp;
  readonly platformName: string;
  readonly region: string;
  /** Names the machine in the journal of this deployment: the same key gets the same volume on every try. */
  readonly key: string;
}

/** Which volume was chosen for which machine; journaled, so that a resumed deployment does not choose anew. */
interface Reservation {
  readonly key: string;
  readonly volume: string;
}

/** Tries at one creation; between them an unattached volume is looked for, which a lost answer may have left. */
const CREATE_TRIES_MAX = 3;

/**
 * The id of the volume that a new machine in a region gets, or null for an app without a `volume`. Takes one of that
 * name that no machine has and nobody else was promised, else creates one. May be called for several machines at once.
 */
export async function volumeForNewMachine(
  fly: FlyContext,
  need: VolumeNeed,
  work: PlatformWork,
): Promise<string | null> {
  const { volume } = need.app;
  if (volume === null) return null;
  return fly.volumes.turns.run(async () => {
    const reserved = reservations(work, need.platformName);
    const own = reserved.find((reservation) => reservation.key === need.key);
    if (own !== undefined) return own.volume;
    const made = async (): Promise<Json> => ({
      key: need.key,
      volume: await choose(fly, need, volume, new Set(reserved.map((one) => one.volume)), work),
    });
    const key = reservationKey(need.platformName, reserved.length);
    return ((await work.once(key, made)) as unknown as Reservation).volume;
  });
}

/** How a machine's config names its volume; empty for an app without one. Pure. */
export function mountsOf(
  app: ResolvedFlyApp,
  volumeId: string | null,
): readonly { readonly volume: string; readonly path: string; readonly name: string }[] {
  if (app.volume === null) return [];
  assert(volumeId !== null, `${app.name} has a volume, so its machines need the id of one`);
  return [{ volume: volumeId, path: app.volume.path, name: app.volume.name }];
}

/** The id of the volume that a machine of this config has, or null. */
export function volumeIdOf(config: MachineConfig): string | null {
  const [mount] = (config['mounts'] as readonly { volume?: string }[] | null | undefined) ?? [];
  return mount?.volume ?? null;
}

/**
 * Makes sizes and retention of the volumes that are there as written. Called before the first change of a deployment;
 * throws PROVIDER_CONFLICT, with nothing changed, where a volume would have to shrink or to move.
 */
export async function prepareVolumes(
  fly: FlyContext,
  app: ResolvedFlyApp,
  platformName: string,
  work: PlatformWork,
): Promise<void> {
  const wanted = app.volume;
  if (wanted === null) return;
  const there = await volumesNamed(fly, platformName, wanted.name, work.signal);
  const mistake = volumeMistake(app, there);
  if (mistake !== null) throw new ToolError('PROVIDER_CONFLICT', mistake.message, { hint: mistake.hint });
  for (const volume of there) {
    const ref = { app: platformName, id: volume.id };
    if (volume.size_gb < wanted.sizeGb) {
      const { needsRestart } = await fly.volumes.extend(ref, wanted.sizeGb, work.signal);
      const restart = needsRestart ? '; its machine sees it after its restart' : '';
      work.log(`volume ${volume.id}: extended from ${volume.size_gb} GB to ${wanted.sizeGb} GB${restart}`);
    }
    const days = wanted.snapshotRetentionDays;
    if (days !== null && volume.snapshot_retention !== days) {
      await fly.volumes.setRetention(ref, days, work.signal);
      work.log(`volume ${volume.id}: snapshots are kept ${days} days`);
    }
  }
}

/** Says that the volume of a removed machine stays, and how it is destroyed. Nothing for a machine without one. */
export async function nameKeptVolume(
  fly: FlyContext,
  platformName: string,
  removed: MachineConfig,
  work: PlatformWork,
): Promise<void> {
  const id = volumeIdOf(removed);
  if (id === null) return;
  const there = (await fly.volumes.list(platformName, work.signal)) ?? [];
  const volume = there.find((candidate) => candidate.id === id);
  if (volume !== undefined) work.log(keptWords(platformName, volume));
}

/** A volume that no machine has any more, in words: what it is, and the command that destroys it. Pure. */
export function keptWords(platformName: string, volume: Volume): string {
  return `volume ${volume.id} (${volume.name}, ${volume.size_gb} GB in ${volume.region}) stays with its data; destroy it by hand: fly volumes destroy ${volume.id} -a ${platformName}`;
}

/** A volume of the API in the words of every platform. Pure. */
export function observedVolume(volume: Volume): ObservedVolume {
  const { id, name, region } = volume;
  const machine = isUnattached(volume) ? null : (volume.attached_machine_id ?? null);
  return { id, name, region, sizeGb: volume.size_gb, machine };
}

/** Whether no machine has it. */
export function isUnattached(volume: Volume): boolean {
  return (volume.attached_machine_id ?? '') === '';
}

function reservationKey(platformName: string, number: number): string {
  return `volume/${platformName}/${number}`;
}

/** What was promised so far, in order. Ends: every entry was written by a machine of this deployment. */
function reservations(work: PlatformWork, platformName: string): readonly Reservation[] {
  const found: Reservation[] = [];
  for (;;) {
    const entry = work.recorded(reservationKey(platformName, found.length));
    if (entry === undefined) return found;
    found.push(entry as unknown as Reservation);
  }
}

async function choose(
  fly: FlyContext,
  need: VolumeNeed,
  volume: ResolvedVolume,
  taken: ReadonlySet<string>,
  work: PlatformWork,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const free = (await volumesNamed(fly, need.platformName, volume.name, work.signal)).find(
      (candidate) => candidate.region === need.region && isUnattached(candidate) && !taken.has(candidate.id),
    );
    if (free !== undefined) {
      work.log(`${need.region}: volume ${free.id} (${free.name}, ${free.size_gb} GB) is taken up again`);
      return free.id;
    }
    try {
      const made = await fly.volumes.create(need.platformName, inputFor(need, volume), work.signal);
      work.log(`${need.region}: volume ${made.id} (${made.name}, ${made.size_gb} GB) created`);
      return made.id;
    } catch (error) {
      if (!isOutcomeUnknown(error) || attempt >= CREATE_TRIES_MAX) throw error;
      await fly.clock.sleep(fly.timing.lostAnswerMs, work.signal);
    }
  }
}

function inputFor({ app, region }: VolumeNeed, volume: ResolvedVolume): VolumeInput {
  const { cpuKind, cpus, memoryMb } = app.vm;
  return {
    name: volume.name,
    region,
    size_gb: volume.sizeGb,
    ...(volume.snapshotRetentionDays === null ? {} : { snapshot_retention: volume.snapshotRetentionDays }),
    compute: { cpu_kind: cpuKind, cpus, memory_mb: memoryMb },
  };
}

async function volumesNamed(
  fly: FlyContext,
  platformName: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly Volume[]> {
  return ((await fly.volumes.list(platformName, signal)) ?? []).filter((volume) => volume.name === name);
}

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../util/clock.ts';
import { freezeTree } from '../../machines/process-freeze.ts';
import { directorySize } from '../../postgres/copy/directory-size.ts';
import { notFound } from '../api-error.ts';
import type { FlyState } from '../fly-state.ts';
import { newResourceId } from '../ids.ts';
import type { AppRecord, MachineRecord } from '../records.ts';
import { copyLiveVolume } from './live-volume-copy.ts';
import { copyVolume } from './volume-copy.ts';
import type { SnapshotRecord, VolumeRecord } from './volume-record.ts';

/** Deleted volumes of an app that are remembered, with their snapshots. */
const DESTROYED_MAX = 50;

/** What a new volume is made of; the region and the host are chosen by then. */
export type NewVolume = Pick<
  VolumeRecord,
  'name' | 'region' | 'host' | 'sizeGb' | 'encrypted' | 'snapshotRetentionDays' | 'hasAutoBackup'
>;

/** What a new volume begins with. */
export interface VolumeContents {
  readonly dir: string;
  /** The machine that has the volume whose directory it is; null for a snapshot, or a volume that no machine has. */
  readonly machine: MachineRecord | null;
}

/**
 * The volumes of all apps: records in the state, contents as plain directories. A directory is there before its record
 * says so and goes after, so that a kill in between leaves no volume without its contents; what it does leave without
 * a record is removed at the next start.
 */
export class Volumes {
  readonly #state: FlyState;
  readonly #clock: Clock;
  readonly #dir: string;

  constructor(options: { readonly state: FlyState; readonly clock: Clock; readonly dir: string }) {
    this.#state = options.state;
    this.#clock = options.clock;
    this.#dir = options.dir;
    this.#removeUnrecorded();
  }

  /** The volumes of an app that are there, oldest first. */
  of(app: AppRecord): VolumeRecord[] {
    return this.all(app).filter((volume) => !volume.isDestroyed);
  }

  /** The deleted ones too. */
  all(app: AppRecord): VolumeRecord[] {
    return app.volumes ?? [];
  }

  /** Throws the API's 404. */
  find(app: AppRecord, id: string): VolumeRecord {
    const volume = this.of(app).find((each) => each.id === id);
    if (volume === undefined) throw notFound(`volume ${id} not found`);
    return volume;
  }

  /** Where its files are on this computer. */
  dataDir(id: string): string {
    return join(this.#dir, id, 'data');
  }

  /** The machine whose config mounts it, or null. A destroyed machine mounts nothing. */
  attachedTo(app: AppRecord, id: string): MachineRecord | null {
    const isMounting = (machine: MachineRecord): boolean =>
      machine.state !== 'destroyed' && (machine.config.mounts ?? []).some((mount) => mount.volume === id);
    return this.#state.machinesOf(app.name).find(isMounting) ?? null;
  }

  /** Bytes of its files. */
  usedBytes(id: string): Promise<number> {
    return directorySize(this.dataDir(id));
  }

  /** Makes a volume, empty or with the contents of another or of a snapshot. */
  async create(app: AppRecord, asked: NewVolume, contents: VolumeContents | null): Promise<VolumeRecord> {
    const now = this.#clock.now();
    const id = newResourceId('vol');
    mkdirSync(join(this.#dir, id), { recursive: true, mode: 0o700 });
    // Root of a machine is root here or whoever runs the cloud; others may look in, as on a real volume.
    if (contents === null) mkdirSync(this.dataDir(id), { mode: 0o755 });
    else await this.#copyOrNothing(contents, this.dataDir(id), join(this.#dir, id));
    const volume = { ...asked, id, createdAt: now, updatedAt: now, isDestroyed: false, snapshots: [] };
    app.volumes = [...this.all(app), volume];
    this.#state.saveApp(app);
    return volume;
  }

  /** Notes what has been changed in a volume's record. */
  save(app: AppRecord, volume: VolumeRecord): void {
    volume.updatedAt = this.#clock.now();
    this.#state.saveApp(app);
  }

  /** Deletes its files for good. Snapshots stay. */
  async destroy(app: AppRecord, volume: VolumeRecord): Promise<void> {
    volume.isDestroyed = true;
    this.save(app, volume);
    await rm(this.dataDir(volume.id), { recursive: true, force: true });
    const destroyed = this.all(app).filter((each) => each.isDestroyed);
    for (const surplus of destroyed.slice(0, Math.max(0, destroyed.length - DESTROYED_MAX))) {
      app.volumes = this.all(app).filter((each) => each !== surplus);
      this.#state.saveApp(app);
      await rm(join(this.#dir, surplus.id), { recursive: true, force: true });
    }
  }

  /** Copies its files as they are at one instant, as a disk has them that lost power: what its machine had not written is not there. */
  async snapshot(app: AppRecord, volume: VolumeRecord): Promise<SnapshotRecord> {
    const id = newResourceId('vs');
    const dir = this.#snapshotDir(volume.id, id);
    mkdirSync(join(dir, '..'), { recursive: true, mode: 0o700 });
    const contents = { dir: this.dataDir(volume.id), machine: this.attachedTo(app, volume.id) };
    await this.#copyOrNothing(contents, dir, dir);
    const snapshot: SnapshotRecord = {
      id,
      createdAt: this.#clock.now(),
      sizeBytes: await directorySize(dir),
      volumeSizeGb: volume.sizeGb,
      retentionDays: volume.snapshotRetentionDays,
    };
    volume.snapshots = [snapshot, ...volume.snapshots];
    this.save(app, volume);
    return snapshot;
  }

  /** A snapshot of the app's volumes, deleted ones included, with its directory; null when there is none. */
  findSnapshot(app: AppRecord, id: string): { snapshot: SnapshotRecord; dir: string } | null {
    for (const volume of this.all(app)) {
      const snapshot = volume.snapshots.find((each) => each.id === id);
      if (snapshot !== undefined) return { snapshot, dir: this.#snapshotDir(volume.id, id) };
    }
    return null;
  }

  /** Deletes every file of an app's volumes and snapshots; the record goes with the app. */
  async removeAllOf(app: AppRecord): Promise<void> {
    const ids = this.all(app).map((volume) => volume.id);
    await Promise.all(ids.map((id) => rm(join(this.#dir, id), { recursive: true, force: true })));
  }

  /** A copy that fails, most likely on a full disk, gives back the room it has taken. */
  async #copyOrNothing(contents: VolumeContents, to: string, made: string): Promise<void> {
    try {
      await copyFrozen(contents, to);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      throw error;
    }
  }

  #removeUnrecorded(): void {
    if (!existsSync(this.#dir)) return;
    const known = new Set(this.#state.apps().flatMap((app) => this.all(app).map(({ id }) => id)));
    for (const id of readdirSync(this.#dir))
      if (!known.has(id)) rmSync(join(this.#dir, id), { recursive: true, force: true });
  }

  #snapshotDir(volumeId: string, id: string): string {
    return join(this.#dir, volumeId, 'snapshots', id);
  }
}

/** The machine's processes stand still for a moment; those of a container cannot be seen from here. */
async function copyFrozen({ dir, machine }: VolumeContents, to: string): Promise<void> {
  const { process = null, state } = machine ?? {};
  if (process === null || process.container !== undefined || state === 'suspended') await copyVolume(dir, to);
  else await copyLiveVolume(dir, to, () => freezeTree(process.pid));
}

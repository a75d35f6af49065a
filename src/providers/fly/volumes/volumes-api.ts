import { SerialQueue } from '../../../util/serial-queue.ts';
import type { FlyClient, FlyRequest } from '../client/fly-client.ts';
import { appPath, nullIfMissing } from '../client/machines-api.ts';

/** A volume as the API shows it (OpenAPI, `Volume`). */
export interface Volume {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly size_gb: number;
  readonly state: string;
  /** Empty or absent while no machine has it. */
  readonly attached_machine_id?: string | null;
  readonly snapshot_retention?: number;
  /** Of its files. */
  readonly bytes_used?: number;
}

/** What a new volume is made of. */
export interface VolumeInput {
  readonly name: string;
  readonly region: string;
  readonly size_gb: number;
  readonly snapshot_retention?: number;
  /** What its machine will be, so that it is put on a host with room for it. */
  readonly compute?: { readonly cpu_kind: string; readonly cpus: number; readonly memory_mb: number };
}

/** The volume half of the Machines API, typed. There is no call here that destroys one: that is done by hand. */
export interface VolumesApi {
  /** All that are not being destroyed. Null when there is no such app. */
  list(app: string, signal?: AbortSignal): Promise<Volume[] | null>;
  create(app: string, input: VolumeInput, signal?: AbortSignal): Promise<Volume>;
  /** Only ever larger. `needsRestart`: its machine sees the new size when it is next started. */
  extend(
    ref: VolumeRef,
    sizeGb: number,
    signal?: AbortSignal,
  ): Promise<{ volume: Volume; needsRestart: boolean }>;
  setRetention(ref: VolumeRef, days: number, signal?: AbortSignal): Promise<void>;
  /** Lets machines that are made at the same time choose their volumes one after the other. */
  readonly turns: SerialQueue;
}

/** Names one volume. */
export interface VolumeRef {
  readonly app: string;
  readonly id: string;
}

/** Makes the typed calls over a client of `https://api.machines.dev` or the same API elsewhere. */
export function createVolumesApi(client: FlyClient): VolumesApi {
  const about = (ref: VolumeRef): Pick<FlyRequest, 'path' | 'resource' | 'subject'> => ({
    path: `${appPath(ref.app)}/volumes/${encodeURIComponent(ref.id)}`,
    resource: `volume ${ref.id} of app ${ref.app}`,
    subject: ref.id,
  });
  const all = (app: string): Pick<FlyRequest, 'path' | 'resource' | 'subject'> => ({
    path: `${appPath(app)}/volumes`,
    resource: `the volumes of app ${app}`,
    subject: app,
  });
  return {
    turns: new SerialQueue(),
    async list(app, signal) {
      const answer = await nullIfMissing(client.send({ ...all(app), method: 'GET', signal }));
      const volumes = answer as Volume[] | null;
      return volumes?.filter((volume) => !volume.state.includes('destroy')) ?? null;
    },
    async create(app, input, signal) {
      return (await client.send({ ...all(app), method: 'POST', body: input, signal })) as Volume;
    },
    async extend(ref, sizeGb, signal) {
      const { path, ...rest } = about(ref);
      const body = { size_gb: sizeGb };
      const request = { ...rest, path: `${path}/extend`, method: 'PUT', body, isRepeatable: true } as const;
      const answer = (await client.send({ ...request, signal })) as {
        volume: Volume;
        needs_restart?: boolean;
      };
      return { volume: answer.volume, needsRestart: answer.needs_restart === true };
    },
    async setRetention(ref, days, signal) {
      const body = { snapshot_retention: days };
      await client.send({ ...about(ref), method: 'PUT', body, isRepeatable: true, signal });
    },
  };
}

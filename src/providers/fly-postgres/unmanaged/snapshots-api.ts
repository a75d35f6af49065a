import type { FlyClient, FlyRequest } from '../../fly/client/fly-client.ts';
import { appPath, nullIfMissing } from '../../fly/client/machines-api.ts';
import type { Volume, VolumeRef } from '../../fly/volumes/volumes-api.ts';

/** A snapshot as the API shows it (OpenAPI, `VolumeSnapshot`). It has no name; only its id tells it from others. */
export interface Snapshot {
  readonly id: string;
  readonly created_at: string;
  readonly status?: string;
  readonly retention_days?: number;
}

/** What a volume is made from. */
export interface VolumeSource {
  readonly name: string;
  readonly region: string;
  readonly size_gb: number;
  readonly snapshot_retention: number;
  /** Of any volume of the organization. */
  readonly snapshot_id?: string;
  /** A volume of any app of the organization, as it is at this moment. */
  readonly source_volume_id?: string;
}

/** Snapshots of volumes, and volumes made of them. There is no call that removes a snapshot: it goes when its time is up. */
export interface SnapshotsApi {
  /** Newest first. Those of a volume that is gone are not seen any more. */
  list(ref: VolumeRef, signal?: AbortSignal): Promise<readonly Snapshot[]>;
  /** Asks for one; the answer does not say which it is. */
  create(ref: VolumeRef, signal?: AbortSignal): Promise<void>;
  /** A volume with contents. */
  createVolume(app: string, source: VolumeSource, signal?: AbortSignal): Promise<Volume>;
  /** One that is gone is no error. */
  destroyVolume(ref: VolumeRef, signal?: AbortSignal): Promise<void>;
}

/** Makes the typed calls. Paths and bodies: OpenAPI "Machines API 1.0". */
export function createSnapshotsApi(client: FlyClient): SnapshotsApi {
  const about = (ref: VolumeRef): Pick<FlyRequest, 'path' | 'resource' | 'subject'> => ({
    path: `${appPath(ref.app)}/volumes/${encodeURIComponent(ref.id)}`,
    resource: `volume ${ref.id} of app ${ref.app}`,
    subject: ref.id,
  });
  const snapshots = (ref: VolumeRef): Pick<FlyRequest, 'path' | 'resource' | 'subject'> => ({
    path: `${about(ref).path}/snapshots`,
    resource: `the snapshots of volume ${ref.id} of app ${ref.app}`,
    subject: ref.id,
  });
  return {
    async list(ref, signal) {
      const answer = await nullIfMissing(client.send({ ...snapshots(ref), method: 'GET', signal }));
      const found = (answer ?? []) as readonly Snapshot[];
      return found.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
    },
    async create(ref, signal) {
      await client.send({ ...snapshots(ref), method: 'POST', signal });
    },
    async createVolume(app, source, signal) {
      const path = `${appPath(app)}/volumes`;
      const request = { path, resource: `the volumes of app ${app}`, subject: app, body: source } as const;
      return (await client.send({ ...request, method: 'POST', signal })) as Volume;
    },
    async destroyVolume(ref, signal) {
      const request = { ...about(ref), method: 'DELETE', isRepeatable: true } as const;
      await nullIfMissing(client.send({ ...request, signal }));
    },
  };
}

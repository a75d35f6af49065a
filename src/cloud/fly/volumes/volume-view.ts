import type { HostStatus } from '../apps/hosts.ts';
import { zoneOf } from '../apps/hosts.ts';
import { isoTime } from '../machines/machine-view.ts';
import type { SnapshotRecord, VolumeRecord } from './volume-record.ts';

const GIGABYTE = 1024 ** 3;
const BLOCK_SIZE = 4096;

/** What is looked up about a volume at the moment it is shown. */
export interface VolumeFacts {
  readonly attachedMachineId: string | null;
  readonly hostStatus: HostStatus;
  readonly usedBytes: number;
}

/** A volume as the API answers it. Its size is what was asked for: nothing keeps the files below it. */
export function volumeView(volume: VolumeRecord, facts: VolumeFacts): Record<string, unknown> {
  const totalBytes = volume.sizeGb * GIGABYTE;
  const freeBlocks = Math.max(0, Math.floor((totalBytes - facts.usedBytes) / BLOCK_SIZE));
  return {
    id: volume.id,
    name: volume.name,
    state: volume.isDestroyed ? 'destroyed' : 'created',
    size_gb: volume.sizeGb,
    region: volume.region,
    zone: zoneOf(volume.host),
    encrypted: volume.encrypted,
    attached_machine_id: facts.attachedMachineId,
    attached_alloc_id: null,
    created_at: isoTime(volume.createdAt),
    blocks: totalBytes / BLOCK_SIZE,
    block_size: BLOCK_SIZE,
    blocks_free: freeBlocks,
    blocks_avail: freeBlocks,
    bytes_used: facts.usedBytes,
    bytes_total: totalBytes,
    fstype: 'ext4',
    snapshot_retention: volume.snapshotRetentionDays,
    auto_backup_enabled: volume.hasAutoBackup,
    host_status: facts.hostStatus,
    type: 'local',
  };
}

/** A snapshot as the API answers it. */
export function snapshotView(snapshot: SnapshotRecord): Record<string, unknown> {
  return {
    id: snapshot.id,
    size: snapshot.sizeBytes,
    volume_size: snapshot.volumeSizeGb * GIGABYTE,
    digest: snapshot.id,
    created_at: isoTime(snapshot.createdAt),
    status: 'created',
    retention_days: snapshot.retentionDays,
  };
}

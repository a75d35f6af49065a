/** A copy of a volume at one moment. */
export interface SnapshotRecord {
  readonly id: string;
  readonly createdAt: number;
  /** Bytes of files in it. */
  readonly sizeBytes: number;
  /** What the volume's size was, in gigabytes. */
  readonly volumeSizeGb: number;
  readonly retentionDays: number;
}

/** A volume as stored with its app. Which machine it is attached to is said by that machine's config alone. */
export interface VolumeRecord {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** The simulated host its directory lies on: a machine with it goes there. */
  readonly host: string;
  readonly createdAt: number;
  readonly encrypted: boolean;
  updatedAt: number;
  sizeGb: number;
  snapshotRetentionDays: number;
  hasAutoBackup: boolean;
  /** Its directory is gone; the record is kept for lists that include what was deleted. */
  isDestroyed: boolean;
  /** Newest first. Outlive the volume. */
  snapshots: SnapshotRecord[];
}

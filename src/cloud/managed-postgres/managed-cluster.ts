/** How far a cluster is; the words of Fly's API. */
type ManagedClusterStatus = 'creating' | 'initializing' | 'ready' | 'deleting' | 'deleted' | 'failed';

/** Fly's plans by their slugs. */
export type ManagedPlan = 'basic' | 'starter' | 'launch' | 'scale' | 'Performance';

/** A Managed Postgres cluster as it was ordered, and what became of it. */
export interface ManagedCluster {
  readonly id: string;
  readonly name: string;
  readonly orgSlug: string;
  readonly plan: ManagedPlan;
  readonly region: string;
  readonly diskSizeGb: number;
  /** As ordered. What runs is the version of the local binaries, which is newer. */
  readonly pgMajorVersion: '16' | '17';
  readonly postgisEnabled: boolean;
  readonly status: ManagedClusterStatus;
  /** Why it failed; null otherwise. */
  readonly problem: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly deletedAt: number | null;
  readonly attachments: readonly ManagedAttachment[];
  /** From what its data come; absent: it began empty. */
  readonly origin?: ManagedOrigin;
  /** The oldest first; absent: none. */
  readonly backups?: readonly ManagedBackup[];
}

/** The data that a cluster begins with. */
export interface ManagedOrigin {
  /** The id of the server that has them: of a cluster, or of a backup. */
  readonly server: string;
  /** The data as they were then, milliseconds since the Unix epoch; null: as they are. */
  readonly at: number | null;
}

/** Fly's words for how much is copied; locally each is a whole copy. */
export type ManagedBackupType = 'full' | 'incr' | 'diff';

/** A copy of a cluster's data. */
export interface ManagedBackup {
  /** A label as pgBackRest gives them: `20261122-013000F`. */
  readonly id: string;
  readonly type: ManagedBackupType;
  readonly status: 'running' | 'completed' | 'failed';
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly sizeBytes: number;
}

/** The id of the server that holds a backup; it never runs. */
export function backupServer(cluster: string, backup: string): string {
  return `${cluster}-${backup.toLowerCase()}`;
}

/** An app a cluster is attached to. */
export interface ManagedAttachment {
  readonly app: string;
  /** Milliseconds since the Unix epoch. */
  readonly attachedAt: number;
}

/** What a plan gives each node (fly.io/docs/mpg, 2025-12). Only shown; locally nothing is limited. */
export const MANAGED_PLANS: Readonly<
  Record<
    ManagedPlan,
    { readonly cpuKind: 'shared' | 'performance'; readonly cpus: number; readonly memoryMb: number }
  >
> = {
  basic: { cpuKind: 'shared', cpus: 2, memoryMb: 1024 },
  starter: { cpuKind: 'shared', cpus: 2, memoryMb: 2048 },
  launch: { cpuKind: 'performance', cpus: 2, memoryMb: 8192 },
  scale: { cpuKind: 'performance', cpus: 4, memoryMb: 32_768 },
  Performance: { cpuKind: 'performance', cpus: 8, memoryMb: 65_536 },
};

/** What every new cluster has, as `fly mpg attach` expects. */
export const FIRST_USER = 'fly-user';
/** See {@link FIRST_USER}. */
export const FIRST_DATABASE = 'fly-db';

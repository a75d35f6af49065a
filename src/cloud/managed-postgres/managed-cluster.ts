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

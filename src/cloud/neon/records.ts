import type { PostgresMoment } from '../postgres/postgres-service.ts';

/** A role of a branch; its password is with the cluster. */
export interface NeonRole {
  readonly name: string;
  /** Cannot log in and has no password. */
  readonly isNoLogin: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A database of a branch. */
export interface NeonDatabase {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One line of a backup schedule, as the API has it. */
export interface NeonScheduleItem {
  readonly frequency: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  readonly hour?: number | undefined;
  readonly day?: number | undefined;
  readonly month?: number | undefined;
  readonly retention_seconds?: number | undefined;
}

/** A project. All times of records are milliseconds since the Unix epoch. */
export interface NeonProject {
  readonly id: string;
  readonly name: string;
  /** Slug of the organization. */
  readonly org: string;
  readonly regionId: string;
  /** As ordered. What runs is the version of the local binaries, which may be newer. */
  readonly pgVersion: number;
  readonly storesPasswords: boolean;
  readonly historyRetentionSeconds: number;
  /** Kept and shown; only `suspend_timeout_seconds` of the second has an effect here. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly endpointDefaults: Readonly<Record<string, unknown>>;
  readonly defaultBranchId: string;
  /** The branch it was made with: never deleted. */
  readonly rootBranchId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

/** How a branch was deleted, and until when it can be had back. */
interface NeonDeletion {
  readonly at: number;
  readonly until: number;
  readonly method: 'user' | 'ttl';
}

/** A branch: a name for the data of one cluster. */
export interface NeonBranch {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Of the local Postgres that holds its data; another one after a restore. */
  readonly clusterId: string;
  /** Null for a root. */
  readonly parentId: string | null;
  readonly parentLsn: string | null;
  readonly parentTimestamp: number | null;
  readonly state: 'init' | 'ready' | 'resetting' | 'archived';
  readonly pendingState: 'ready' | null;
  readonly stateChangedAt: number;
  readonly creationSource: string;
  readonly initSource: 'parent-data' | 'schema-only';
  readonly isProtected: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number | null;
  readonly ttlSeconds: number | null;
  readonly lastResetAt: number | null;
  /** Id of the snapshot it was made of. */
  readonly restoredFrom: string | null;
  /** Id of the branch it stands in for, or will. */
  readonly restoredAs: string | null;
  readonly restoreStatus: 'restored' | 'finalized' | null;
  readonly annotation: Readonly<Record<string, string>>;
  readonly roles: readonly NeonRole[];
  readonly databases: readonly NeonDatabase[];
  readonly schedule: readonly NeonScheduleItem[];
  /** Scheduled snapshots are taken for times after this. */
  readonly scheduleSince: number;
  readonly deletion: NeonDeletion | null;
}

/** A compute: the address under which a branch is reached. */
export interface NeonEndpoint {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly type: 'read_write' | 'read_only';
  readonly name: string | null;
  /** Loopback ports: straight to the server, and through the transaction pooler. */
  readonly port: number;
  readonly pooledPort: number;
  readonly minCu: number;
  readonly maxCu: number;
  /** 0: the default; -1: never; else seconds. */
  readonly suspendTimeoutSeconds: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly isDisabled: boolean;
  /** Suspended by hand and not used since. Without this the state is that of the branch's server. */
  readonly isSuspended: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastActiveAt: number | null;
  readonly startedAt: number | null;
  readonly suspendedAt: number | null;
}

/** What an operation does once it is its turn; enough to do it again after a crash. */
export type NeonTask =
  | { readonly kind: 'create-cluster'; readonly branchId: string }
  | {
      readonly kind: 'copy';
      readonly clusterId: string;
      readonly from: string;
      /** A moment of the past of `from`; null: as it is now. */
      readonly at: PostgresMoment | null;
      readonly isSchemaOnly: boolean;
      /** The branch or snapshot that the copy is for. */
      readonly owner: string;
      readonly hasNewPasswords: boolean;
    }
  | {
      readonly kind: 'switch';
      readonly branchId: string;
      readonly clusterId: string;
      readonly sourceId: string;
      readonly backup: { readonly id: string; readonly name: string } | null;
      readonly isReset: boolean;
    }
  | {
      readonly kind: 'finalize';
      readonly branchId: string;
      readonly oldName: string;
    }
  | { readonly kind: 'start'; readonly endpointId: string }
  | { readonly kind: 'suspend'; readonly endpointId: string }
  | { readonly kind: 'suspend-branch'; readonly branchId: string }
  | { readonly kind: 'configure'; readonly branchId: string }
  | { readonly kind: 'destroy'; readonly clusterId: string }
  | { readonly kind: 'nothing' };

/** A point in a branch's past: a time, or a position in its log. */
export type CopyPoint = { readonly time: number } | { readonly lsn: string };

/** An operation of the API. */
export interface NeonOperation {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string | null;
  readonly endpointId: string | null;
  readonly action: NeonAction;
  readonly status: 'scheduling' | 'running' | 'finished' | 'failed' | 'cancelled' | 'skipped';
  readonly error: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly task: NeonTask;
  /** Operations of one request run one after the other; when one fails the rest is cancelled. */
  readonly chain: string;
}

/** The actions that occur here, of those the API knows. */
export type NeonAction =
  | 'create_branch'
  | 'create_timeline'
  | 'start_compute'
  | 'suspend_compute'
  | 'apply_config'
  | 'delete_timeline'
  | 'apply_schema_from_branch';

/** A snapshot: a copy of a branch that is not reached until it is restored. */
export interface NeonSnapshot {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly clusterId: string;
  readonly sourceBranchId: string;
  readonly lsn: string | null;
  readonly timestamp: number | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly isManual: boolean;
  readonly isReady: boolean;
  readonly roles: readonly NeonRole[];
  readonly databases: readonly NeonDatabase[];
}

/** A key for the API; the key itself is not kept. */
export interface NeonApiKey {
  readonly id: number;
  readonly name: string;
  /** SHA-256, in hexadecimal digits. */
  readonly digest: string;
  /** Null: personal, of all organizations. */
  readonly org: string | null;
  readonly projectId: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

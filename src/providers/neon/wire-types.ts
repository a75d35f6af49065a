/** What the provider reads of Neon's answers. Shapes: Neon's API v2, schemas `Project`, `Branch`, `Endpoint`, `Operation`. */

/** A project, as listed; times are ISO 8601. */
export interface NeonProject {
  readonly id: string;
  readonly name: string;
  readonly region_id: string;
  readonly pg_version: number;
  /** How far back branches can be restored to any moment. */
  readonly history_retention_seconds?: number;
  readonly org_id?: string;
  /** Only of a project that is asked for by its id. */
  readonly owner?: { readonly branches_limit?: number };
}

/** A branch: data, with at most one compute that writes. */
export interface NeonBranch {
  readonly id: string;
  readonly name: string;
  readonly parent_id?: string;
  /** Of the parent's data that it began with. */
  readonly parent_timestamp?: string;
  /** `init`, `resetting`, `ready` or `archived`. */
  readonly current_state: string;
  readonly pending_state?: string;
  readonly default: boolean;
  readonly protected: boolean;
  readonly logical_size?: number;
  readonly created_at: string;
  readonly expires_at?: string;
}

/** A compute. */
export interface NeonEndpoint {
  readonly id: string;
  readonly branch_id: string;
  readonly type: 'read_write' | 'read_only';
  /** `init`, `active` or `idle`. */
  readonly current_state: string;
  readonly pending_state?: string;
  readonly autoscaling_limit_min_cu: number;
  readonly autoscaling_limit_max_cu: number;
  /** 0: Neon's default; -1: never. */
  readonly suspend_timeout_seconds: number;
}

/** A piece of work that Neon does after its answer. */
export interface NeonOperation {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly error?: string;
  readonly branch_id?: string;
}

/** A login. */
export interface NeonRole {
  readonly name: string;
}

/** A database on a branch. */
export interface NeonDatabase {
  readonly name: string;
  readonly owner_name: string;
}

/** What is asked of a compute. */
export interface ComputeSettings {
  readonly autoscaling_limit_min_cu?: number;
  readonly autoscaling_limit_max_cu?: number;
  readonly suspend_timeout_seconds?: number;
}

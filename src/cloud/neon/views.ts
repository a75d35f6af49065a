import type { NeonContext } from './neon-context.ts';
import type {
  NeonBranch,
  NeonDatabase,
  NeonEndpoint,
  NeonOperation,
  NeonRole,
  NeonSnapshot,
} from './records.ts';

/** As the API writes times. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** With microseconds, as operations have them. */
export function preciseTimestamp(ms: number): string {
  const micros = Math.round((ms - Math.floor(ms)) * 1000) % 1000;
  return new Date(Math.floor(ms)).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

/** Only those fields that are there. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

function time(ms: number | null): string | null {
  return ms === null ? null : timestamp(ms);
}

/** What locally nothing counts, and the API must show. */
const COUNTERS = {
  cpu_used_sec: 0,
  compute_time_seconds: 0,
  active_time_seconds: 0,
  written_data_bytes: 0,
  data_transfer_bytes: 0,
};

/** A branch (OpenAPI, `Branch`). */
export function branchView({ state }: NeonContext, branch: NeonBranch): object {
  const isDefault = state.find('projects', branch.projectId)?.defaultBranchId === branch.id;
  const { deletion } = branch;
  return {
    id: branch.id,
    project_id: branch.projectId,
    ...present({
      parent_id: branch.parentId,
      parent_lsn: branch.parentLsn,
      parent_timestamp: time(branch.parentTimestamp),
      pending_state: branch.pendingState,
      expires_at: time(branch.expiresAt),
      ttl_interval_seconds: branch.ttlSeconds,
      last_reset_at: time(branch.lastResetAt),
      restored_from: branch.restoredFrom,
      restored_as: branch.restoredAs,
      restore_status: branch.restoreStatus,
      recovery:
        deletion === null
          ? null
          : {
              deleted_at: timestamp(deletion.at),
              recoverable_until: timestamp(deletion.until),
              deletion_method: deletion.method,
            },
    }),
    name: branch.name,
    current_state: branch.state,
    state_changed_at: timestamp(branch.stateChangedAt),
    creation_source: branch.creationSource,
    init_source: branch.initSource,
    primary: isDefault,
    default: isDefault,
    protected: branch.isProtected,
    ...COUNTERS,
    created_at: timestamp(branch.createdAt),
    updated_at: timestamp(branch.updatedAt),
  };
}

/** A compute (OpenAPI, `Endpoint`). */
export function endpointView({ state, clusters, ports }: NeonContext, endpoint: NeonEndpoint): object {
  const branch = state.find('branches', endpoint.branchId);
  const project = state.find('projects', endpoint.projectId);
  const server = branch === null ? null : clusters.find(branch.clusterId);
  const host = `127.0.0.1:${endpoint.port}`;
  const isAwake = server?.state === 'running' && !endpoint.isSuspended && !endpoint.isDisabled;
  const lastActive = ports.connections(endpoint.id) > 0 ? endpoint.updatedAt : endpoint.lastActiveAt;
  return {
    id: endpoint.id,
    host,
    proxy_host: '127.0.0.1',
    project_id: endpoint.projectId,
    branch_id: endpoint.branchId,
    region_id: project?.regionId ?? 'aws-us-east-1',
    type: endpoint.type,
    current_state: branch?.state === 'init' ? 'init' : isAwake ? 'active' : 'idle',
    ...present({
      name: endpoint.name,
      pending_state: server?.state === 'starting' ? 'active' : server?.state === 'stopping' ? 'idle' : null,
      last_active: time(lastActive),
      started_at: time(endpoint.startedAt),
      suspended_at: time(endpoint.suspendedAt),
    }),
    autoscaling_limit_min_cu: endpoint.minCu,
    autoscaling_limit_max_cu: endpoint.maxCu,
    settings: endpoint.settings,
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: endpoint.isDisabled,
    passwordless_access: true,
    creation_source: 'console',
    created_at: timestamp(endpoint.createdAt),
    updated_at: timestamp(endpoint.updatedAt),
    suspend_timeout_seconds: endpoint.suspendTimeoutSeconds,
    provisioner: 'k8s-neonvm',
  };
}

/** An operation (OpenAPI, `Operation`). */
export function operationView(operation: NeonOperation): object {
  return {
    id: operation.id,
    project_id: operation.projectId,
    ...present({ branch_id: operation.branchId, endpoint_id: operation.endpointId, error: operation.error }),
    action: operation.action,
    status: operation.status,
    failures_count: operation.status === 'failed' ? 1 : 0,
    created_at: preciseTimestamp(operation.createdAt),
    updated_at: preciseTimestamp(operation.updatedAt),
    total_duration_ms: Math.round(operation.updatedAt - operation.createdAt),
  };
}

/** A role (OpenAPI, `Role`); with its password only right after it was made. */
export function roleView(branchId: string, role: NeonRole, password: string | null = null): object {
  return {
    branch_id: branchId,
    name: role.name,
    ...present({ password }),
    protected: false,
    authentication_method: role.isNoLogin ? 'no_login' : 'password',
    created_at: timestamp(role.createdAt),
    updated_at: timestamp(role.updatedAt),
  };
}

/** A database (OpenAPI, `Database`). */
export function databaseView(branchId: string, database: NeonDatabase): object {
  return {
    id: database.id,
    branch_id: branchId,
    name: database.name,
    owner_name: database.owner,
    created_at: timestamp(database.createdAt),
    updated_at: timestamp(database.updatedAt),
  };
}

/** A snapshot (OpenAPI, `Snapshot`). */
export function snapshotView(snapshot: NeonSnapshot): object {
  return {
    id: snapshot.id,
    name: snapshot.name,
    source_branch_id: snapshot.sourceBranchId,
    ...present({
      lsn: snapshot.lsn,
      timestamp: time(snapshot.timestamp),
      expires_at: time(snapshot.expiresAt),
    }),
    created_at: timestamp(snapshot.createdAt),
    manual: snapshot.isManual,
  };
}

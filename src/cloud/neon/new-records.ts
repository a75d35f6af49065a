import type { NeonContext } from './neon-context.ts';
import { newClusterId, newNeonId } from './neon-ids.ts';
import type { NeonBranch, NeonEndpoint, NeonProject } from './records.ts';

/** A branch that is about to be made; what is not said is as for a plain one. */
export function newBranch(
  order: Pick<NeonBranch, 'projectId' | 'name' | 'roles' | 'databases'> & Partial<NeonBranch>,
  now: number,
): NeonBranch {
  return {
    id: newNeonId('br'),
    clusterId: newClusterId(),
    parentId: null,
    parentLsn: null,
    parentTimestamp: null,
    state: 'init',
    pendingState: 'ready',
    stateChangedAt: now,
    creationSource: 'console',
    initSource: 'parent-data',
    isProtected: false,
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
    ttlSeconds: null,
    lastResetAt: null,
    restoredFrom: null,
    restoredAs: null,
    restoreStatus: null,
    annotation: {},
    schedule: [],
    scheduleSince: now,
    deletion: null,
    ...order,
  };
}

/** What a request says of a compute. */
export interface EndpointOrder {
  readonly type: 'read_write' | 'read_only';
  readonly name?: string | undefined;
  readonly autoscaling_limit_min_cu?: number | undefined;
  readonly autoscaling_limit_max_cu?: number | undefined;
  readonly suspend_timeout_seconds?: number | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly disabled?: boolean | undefined;
}

/** A compute that listens already; to be saved, or its ports closed again. */
export async function newEndpoint(
  { ports, clock }: NeonContext,
  project: NeonProject,
  branchId: string,
  order: EndpointOrder,
): Promise<NeonEndpoint> {
  const id = newNeonId('ep');
  const defaults = project.endpointDefaults;
  const number = (name: keyof EndpointOrder, fallback: number): number => {
    const [said, usual] = [order[name], defaults[name]];
    return typeof said === 'number' ? said : typeof usual === 'number' ? usual : fallback;
  };
  const minCu = number('autoscaling_limit_min_cu', 0.25);
  const now = clock.now();
  return {
    id,
    projectId: project.id,
    branchId,
    type: order.type,
    name: order.name ?? null,
    ...(await ports.open(id, null)),
    minCu,
    maxCu: Math.max(minCu, number('autoscaling_limit_max_cu', 2)),
    suspendTimeoutSeconds: number('suspend_timeout_seconds', 0),
    settings: order.settings ?? {},
    isDisabled: order.disabled ?? false,
    isSuspended: false,
    createdAt: now,
    updatedAt: now,
    lastActiveAt: null,
    startedAt: null,
    suspendedAt: null,
  };
}

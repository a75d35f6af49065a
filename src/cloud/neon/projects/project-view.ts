import { NEON_USER_ID } from '../routes/account-routes.ts';
import type { NeonContext } from '../neon-context.ts';
import type { NeonProject } from '../records.ts';
import { timestamp } from '../views.ts';

/** MiB and bytes; as on a plan that has no limit worth naming, and locally the disk is one. */
const SIZE_LIMIT_MIB = 16 * 1024 * 1024;

/** A project by itself (OpenAPI, `Project`). */
export function projectView(context: NeonContext, project: NeonProject): object {
  const month = startOfMonth(context.clock.now());
  return {
    ...common(context, project),
    consumption_period_start: timestamp(month),
    consumption_period_end: timestamp(startOfMonth(month + 32 * 86_400_000)),
    active_time_seconds: 0,
    compute_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    data_storage_bytes_hour: 0,
    owner: {
      email: 'local@glidepath.invalid',
      name: project.org,
      branches_limit: context.limits.branches ?? -1,
      subscription_type: 'scale_v3',
    },
  };
}

/** A project in a list (OpenAPI, `ProjectListItem`). */
export function projectListItem(context: NeonContext, project: NeonProject): object {
  const { deletedAt } = project;
  const until = (deletedAt ?? 0) + context.limits.recoverableSeconds * 1000;
  return {
    ...common(context, project),
    active_time: 0,
    ...(deletedAt === null ? {} : { deleted_at: timestamp(deletedAt), recoverable_until: timestamp(until) }),
  };
}

function common({ organizations, state }: NeonContext, project: NeonProject): object {
  const active = state
    .all('endpoints')
    .filter((one) => one.projectId === project.id)
    .flatMap((one) => (one.lastActiveAt === null ? [] : [one.lastActiveAt]));
  return {
    id: project.id,
    platform_id: project.regionId.startsWith('azure') ? 'azure' : 'aws',
    region_id: project.regionId,
    name: project.name,
    provisioner: 'k8s-neonvm',
    default_endpoint_settings: {
      autoscaling_limit_min_cu: 0.25,
      autoscaling_limit_max_cu: 2,
      suspend_timeout_seconds: 0,
      ...project.endpointDefaults,
    },
    settings: project.settings,
    pg_version: project.pgVersion,
    proxy_host: '127.0.0.1',
    branch_logical_size_limit: SIZE_LIMIT_MIB,
    branch_logical_size_limit_bytes: SIZE_LIMIT_MIB * 1024 * 1024,
    store_passwords: project.storesPasswords,
    cpu_used_sec: 0,
    creation_source: 'console',
    created_at: timestamp(project.createdAt),
    updated_at: timestamp(project.updatedAt),
    owner_id: project.org === 'personal' ? NEON_USER_ID : project.org,
    org_id: organizations.named(project.org).slug,
    history_retention_seconds: project.historyRetentionSeconds,
    ...(active.length === 0 ? {} : { compute_last_active_at: timestamp(Math.max(...active)) }),
  };
}

function startOfMonth(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

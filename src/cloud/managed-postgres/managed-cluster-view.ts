import { MANAGED_PLANS } from './managed-cluster.ts';
import type { ManagedAttachment, ManagedBackup, ManagedCluster } from './managed-cluster.ts';

const HOST = '127.0.0.1';

/** As lists show a cluster (OpenAPI, `PostgresClusterSummary`). */
export function clusterSummary(cluster: ManagedCluster): object {
  const { id, name, plan, region, status } = cluster;
  return {
    id,
    name,
    plan,
    region,
    status,
    created_at: timestamp(cluster.createdAt),
    attached_apps: cluster.attachments.map(({ app }) => ({ name: app })),
    ...(cluster.deletedAt === null ? {} : { deleted_at: timestamp(cluster.deletedAt) }),
  };
}

/** As it is shown by itself (OpenAPI, `PostgresCluster`). `port`: where it is reached; only shown when it is ready. */
export function clusterDetails(cluster: ManagedCluster, port: number | null): object {
  const { cpuKind, cpus, memoryMb } = MANAGED_PLANS[cluster.plan];
  const endpoint = { host: HOST, port };
  return {
    id: cluster.id,
    name: cluster.name,
    organization: { name: cluster.orgSlug, slug: cluster.orgSlug },
    plan: cluster.plan,
    region: cluster.region,
    status: cluster.status,
    cpu_kind: cpuKind,
    cpus,
    memory_mb: memoryMb,
    disk_size_gb: cluster.diskSizeGb,
    pg_major_version: cluster.pgMajorVersion,
    postgis_enabled: cluster.postgisEnabled,
    replicas: 1,
    created_at: timestamp(cluster.createdAt),
    attached_apps: cluster.attachments.map(({ app }) => ({ name: app })),
    // The same server twice: locally there is no pooler.
    ...(cluster.status === 'ready' && port !== null
      ? { endpoints: { primary: { direct: endpoint, pooler: endpoint } } }
      : {}),
  };
}

/** An attachment (OpenAPI, `PostgresAttachment`). */
export function attachmentView(cluster: ManagedCluster, attachment: ManagedAttachment): object {
  return {
    app_name: attachment.app,
    attached_at: timestamp(attachment.attachedAt),
    postgres_cluster_id: cluster.id,
  };
}

/** A backup (OpenAPI, `PostgresBackup`). */
export function backupView({ id, type, status, startedAt, finishedAt, sizeBytes }: ManagedBackup): object {
  return {
    id,
    type,
    status,
    started_at: timestamp(startedAt),
    ...(finishedAt === null ? {} : { finished_at: timestamp(finishedAt), size_bytes: sizeBytes }),
  };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

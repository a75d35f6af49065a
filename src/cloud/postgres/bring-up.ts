import type { ClusterContext } from './cluster-context.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { ClusterServer } from './cluster-server.ts';
import { bootstrapCluster } from './cluster-sql.ts';
import { copyTemplate } from './cluster-template.ts';
import { finishFirstStart } from './first-start.ts';

/**
 * Starts the server of a cluster, and does what is left to do on one that runs for the first time; what was done is written
 * down by `update`, so that it may be cut short anywhere and begun again.
 */
export async function bringUp(
  server: ClusterServer,
  record: ClusterRecord,
  { context, update }: BringUpOptions,
): Promise<void> {
  let password = record.adminPassword;
  if (password === null) {
    // A copy that was cut short is thrown away by the next one.
    const template = await context.template();
    await copyTemplate(template, server.dataDir, context.copyMethod);
    password = template.adminPassword;
    await update({ adminPassword: password });
  }
  await server.start(null);
  if (!record.isBootstrapped) {
    await server.asAdmin({ password }, (client) => bootstrapCluster(client, record));
    await update({ isBootstrapped: true });
  }
  if (!record.isRecovered) {
    await finishFirstStart(server, context.settings);
    await update({ isRecovered: true });
  }
}

interface BringUpOptions {
  readonly context: ClusterContext;
  readonly update: (change: Partial<ClusterRecord>) => Promise<void>;
}

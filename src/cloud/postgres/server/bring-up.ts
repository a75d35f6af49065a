import type { ClusterContext } from '../cluster/cluster-context.ts';
import { emptyHistory } from '../cluster/cluster-record.ts';
import type { ClusterRecord } from '../cluster/cluster-record.ts';
import type { ClusterServer } from '../cluster/cluster-server.ts';
import { bootstrapCluster } from '../cluster/cluster-sql.ts';
import { copyTemplate } from '../cluster/cluster-template.ts';
import { prepareArchive, retentionOf, templateBackup } from '../branch/first-history.ts';
import { finishFirstStart } from './first-start.ts';

/** A cluster whose server is to be started. */
export interface BringUp {
  readonly server: ClusterServer;
  /** As it is now: changed by `update`, on disk first. */
  readonly record: () => ClusterRecord;
  readonly update: (change: Partial<ClusterRecord>) => Promise<void>;
  readonly context: ClusterContext;
}

/**
 * Starts the server of a cluster, and does what is left to do on one that runs for the first time; what was done is written
 * down, so that it may be cut short anywhere and begun again.
 */
export async function bringUp({ server, record, update, context }: BringUp): Promise<void> {
  if (record().adminPassword === null) {
    // A copy that was cut short is thrown away by the next one.
    const template = await context.template();
    await copyTemplate(template, server.dataDir, context.copyMethod);
    await update({ adminPassword: template.adminPassword });
  }
  const keepsHistory = retentionOf(record(), context) > 0;
  // What is not archived from now on is missing in all that was before.
  if (!keepsHistory && record().history.backups.length > 0) await update({ history: emptyHistory() });
  const archiveDir = keepsHistory ? await prepareArchive(record(), context) : null;
  await server.start({ archiveDir, replays: !record().isRecovered });
  const password = record().adminPassword ?? '';
  if (!record().isBootstrapped) {
    await server.asAdmin({ password }, (client) => bootstrapCluster(client, record()));
    const { history } = record();
    const backups = keepsHistory ? [await templateBackup(context)] : [];
    await update({ isBootstrapped: true, history: { ...history, backups } });
  }
  // One that is still being made is started for that only, and stopped again.
  if (!record().isRecovered && !record().isUnfinished) {
    await finishFirstStart(server, context.settings);
    await update({ isRecovered: true });
  }
}

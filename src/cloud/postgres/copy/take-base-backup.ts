import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { BaseBackup } from '../cluster/cluster-record.ts';
import { archiveInUse } from '../branch/first-history.ts';
import { removeUnfinishedCopies } from './copy-tree.ts';
import { copyOnline } from './online-copy.ts';
import { giveToPostgres } from '../server/postgres-launcher.ts';
import { REMOVAL } from '../cluster/remove-cluster-dir.ts';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';

/** Where base backups are, below the service's directory. */
export const BACKUPS_DIR = 'backups';

/**
 * Copies what a running cluster holds, as a point from which its later states can be rebuilt, and writes it down. Nothing
 * happens when the server that runs does not archive its log (its retention was set after it had been started).
 */
export async function takeBaseBackup(
  cluster: PostgresCluster,
  context: ClusterContext,
  signal: AbortSignal,
): Promise<void> {
  const name = randomBytes(6).toString('hex');
  const path = join(BACKUPS_DIR, name);
  const unfinished = join(context.stateDir, BACKUPS_DIR, `.${name}`);
  await mkdir(join(context.stateDir, BACKUPS_DIR), { recursive: true, mode: 0o711 });
  try {
    const copy = await cluster.withAdmin(undefined, async (client) => {
      const archiveDir = await archiveInUse(client, cluster.record, context);
      if (archiveDir === null) return null;
      const { copyMethod: method } = context;
      const options = { client, from: cluster.dataDir, to: unfinished, method, archiveDir, signal };
      return copyOnline(options, () => Promise.resolve());
    });
    if (copy === null) return;
    await giveToPostgres(context.launcher, unfinished);
    await rename(unfinished, join(context.stateDir, path));
    const { first: fromSegment, lsn } = copy;
    const backup: BaseBackup = { path, fromSegment, lsn, at: context.clock.now() };
    const { history } = cluster.record;
    await cluster.update({ history: { ...history, backups: [...history.backups, backup] } });
  } finally {
    await rm(unfinished, REMOVAL);
    await removeUnfinishedCopies(unfinished);
  }
}

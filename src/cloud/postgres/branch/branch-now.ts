import { join } from 'node:path';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { ClusterHistory, ClusterOrigin } from '../cluster/cluster-record.ts';
import { archiveInUse, prepareArchive } from './first-history.ts';
import { prepareFirstStart } from '../server/first-start.ts';
import { copyLog } from '../copy/copy-log.ts';
import type { LogCopy } from '../copy/copy-log.ts';
import { copyOnline } from '../copy/online-copy.ts';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';
import { archivesUntil, segmentsIn } from './wal-archive.ts';

/** Two clusters, and what is copied from one to the other. */
export interface BranchCopy {
  readonly source: PostgresCluster;
  /** Has a record and no data yet. */
  readonly made: PostgresCluster;
  readonly context: ClusterContext;
  readonly signal: AbortSignal;
}

/** Copies the data of a running cluster as they are; its past becomes that of the copy. */
export async function branchNow({
  source,
  made,
  context,
  signal,
}: BranchCopy): Promise<Omit<ClusterOrigin, 'dir'>> {
  const [from, to] = [source.dataDir, made.dataDir];
  let { history } = made.record;
  const { lsn } = await source.withAdmin(undefined, async (client) => {
    const archive = await archiveInUse(client, source.record, context);
    const options = { client, from, to, method: context.copyMethod, archiveDir: archive, signal };
    return copyOnline(options, async ({ first, last }) => {
      const log = { pgWal: join(from, 'pg_wal'), archiveDir: archive, last };
      await copyLog({ ...log, to: join(to, 'pg_wal'), first });
      if (archive !== null)
        history = await inherit({ source, made, context, signal }, { ...log, archiveDir: archive });
    });
  });
  await prepareFirstStart(to, {});
  const { adminPassword, databases, logins } = source.record;
  await made.update({ adminPassword, databases, logins, history });
  return { lsn, at: context.clock.now() };
}

/**
 * What was before the end of the copy is in the archives of the source, but for what it has yet to archive: that goes to the
 * archive of the copy. A server that replays log at its start does not archive it.
 */
async function inherit(
  { source, made, context }: BranchCopy,
  log: Pick<LogCopy, 'pgWal' | 'last'> & { readonly archiveDir: string },
): Promise<ClusterHistory> {
  const { history } = source.record;
  const [own] = made.record.history.archives;
  if (own === undefined || history.backups.length === 0) return made.record.history;
  const archived = await segmentsIn(log.archiveDir);
  const live = await segmentsIn(log.pgWal);
  let first = log.last + 1;
  while (!archived.has(first - 1) && live.has(first - 1)) first -= 1;
  await copyLog({ ...log, to: await prepareArchive(made.record, context), first });
  return { backups: history.backups, archives: archivesUntil(history, first, own) };
}

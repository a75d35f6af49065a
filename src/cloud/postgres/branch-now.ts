import { join } from 'node:path';
import type { ClusterContext } from './cluster-context.ts';
import type { ClusterHistory, ClusterOrigin } from './cluster-record.ts';
import { prepareArchive } from './first-history.ts';
import { prepareFirstStart } from './first-start.ts';
import { copyLog, copyOnline } from './online-copy.ts';
import type { PostgresCluster } from './postgres-cluster.ts';
import { archiveDir, archivesUntil, ownArchive, segmentsIn } from './wal-archive.ts';

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
  const { lsn } = await source.withAdmin(undefined, (client) =>
    copyOnline({ client, from, to, method: context.copyMethod, signal }, async (copy) => {
      await copyLog(join(from, 'pg_wal'), join(to, 'pg_wal'), copy);
      history = await inherit({ source, made, context, signal }, copy.last);
    }),
  );
  await prepareFirstStart(to, {});
  const { adminPassword, databases, logins } = source.record;
  await made.update({ adminPassword, databases, logins, history });
  return { lsn, at: context.clock.now() };
}

/**
 * What was before the end of the copy is in the archives of the source, but for what it has yet to archive: that goes to the
 * archive of the copy. A server that replays log at its start does not archive it.
 */
async function inherit({ source, made, context }: BranchCopy, last: number): Promise<ClusterHistory> {
  const { history } = source.record;
  const [own] = made.record.history.archives;
  if (own === undefined || history.backups.length === 0) return made.record.history;
  const archived = await segmentsIn(archiveDir(context.stateDir, ownArchive(source.record)));
  const pgWal = join(source.dataDir, 'pg_wal');
  const live = await segmentsIn(pgWal);
  let first = last + 1;
  while (!archived.has(first - 1) && live.has(first - 1)) first -= 1;
  await copyLog(pgWal, await prepareArchive(made.record, context), { first, last });
  return { backups: history.backups, archives: archivesUntil(history, first, own) };
}

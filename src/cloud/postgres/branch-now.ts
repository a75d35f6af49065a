import { join } from 'node:path';
import type { ClusterContext } from './cluster-context.ts';
import { emptyHistory } from './cluster-record.ts';
import type { ClusterHistory, ClusterOrigin } from './cluster-record.ts';
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
  let history = emptyHistory();
  const { lsn } = await source.withAdmin(undefined, (client) =>
    copyOnline({ client, from, to, method: context.copyMethod, signal }, async (copy) => {
      const first = await firstNotArchived(source, copy.fromSegment, context.stateDir);
      await copyLog(join(from, 'pg_wal'), join(to, 'pg_wal'), { first, last: copy.lastSegment });
      history = inherited(source.record.history, history, first);
    }),
  );
  await prepareFirstStart(to, {});
  const { adminPassword, databases, logins } = source.record;
  await made.update({ adminPassword, databases, logins, history });
  return { lsn, at: context.clock.now() };
}

/** The segments up to `needed` that the source has yet to archive go with the copy, which archives them in its stead. */
async function firstNotArchived(source: PostgresCluster, needed: number, stateDir: string): Promise<number> {
  const archived = await segmentsIn(archiveDir(stateDir, ownArchive(source.record)));
  const live = await segmentsIn(join(source.dataDir, 'pg_wal'));
  let first = needed;
  while (!archived.has(first - 1) && live.has(first - 1)) first -= 1;
  return first;
}

function inherited(source: ClusterHistory, own: ClusterHistory, first: number): ClusterHistory {
  const [archive] = own.archives;
  // Nothing to inherit: it is not archived at all.
  if (archive === undefined || source.backups.length === 0) return own;
  return { backups: source.backups, archives: archivesUntil(source, first, archive) };
}

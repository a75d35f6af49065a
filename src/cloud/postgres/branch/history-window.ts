import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { BaseBackup, ClusterRecord } from '../cluster/cluster-record.ts';
import { retentionOf } from './first-history.ts';
import type { PostgresMoment, PostgresWindow } from '../postgres-service.ts';
import { bytesUpTo } from './wal-segments.ts';

/** To which times a cluster can be restored; from and to are the same where it cannot. */
export function windowOf(record: ClusterRecord, context: ClusterContext): PostgresWindow {
  const to = context.clock.now();
  const [oldest] = record.history.backups;
  if (oldest === undefined) return { from: to, to };
  return { from: Math.min(to, Math.max(oldest.at, to - retentionOf(record, context))), to };
}

/** The backup from which a moment is rebuilt with the least log; null when there is none before it. */
export function backupBefore(record: ClusterRecord, at: PostgresMoment): BaseBackup | null {
  const isBefore = ({ at: time, lsn }: BaseBackup): boolean =>
    typeof at === 'number' ? time <= at : bytesUpTo(lsn) <= bytesUpTo(at.lsn);
  return record.history.backups.findLast(isBefore) ?? null;
}

import { basename } from 'node:path';
import { branchNow } from './branch-now.ts';
import { branchOfPast } from './branch-of-past.ts';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import { emptyHistory } from '../cluster/cluster-record.ts';
import type { ClusterRecord } from '../cluster/cluster-record.ts';
import { PostgresCluster } from '../cluster/postgres-cluster.ts';
import type { PostgresMoment } from '../postgres-service.ts';
import { stripRows } from '../copy/strip-rows.ts';
import { takeBaseBackup } from '../copy/take-base-backup.ts';

/** What to make. */
export interface BranchOptions {
  /** Where; must not exist. */
  readonly dir: string;
  readonly id: string;
  /** Null: now. It must be inside of the source's window. */
  readonly at: PostgresMoment | null;
  readonly schemaOnly: boolean;
  /** Ends it early, with nothing left. */
  readonly signal: AbortSignal;
}

/**
 * Makes a cluster with the data of another one. It is whole, stopped, and unfinished: nobody can connect until it is opened
 * or takes another's place. Throws `STORE_DISK_FULL` and {@link OutsideWindowError}, with nothing left.
 */
export async function makeBranch(
  source: PostgresCluster,
  options: BranchOptions,
  context: ClusterContext,
): Promise<PostgresCluster> {
  const { at, signal } = options;
  const made = await PostgresCluster.make(options.dir, newRecord(source.record, options, context), context);
  const interrupt = (): void => void made.interrupt().catch(() => undefined);
  signal.addEventListener('abort', interrupt);
  try {
    const copying = { source, made, context, signal };
    const origin = at === null ? await branchNow(copying) : await branchOfPast(copying, at);
    await made.update({ origin: { dir: basename(source.dir), ...origin } });
    if (options.schemaOnly) await keepOnlySchema(made, context, signal);
    return made;
  } catch (error) {
    await made.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function newRecord(
  source: ClusterRecord,
  options: BranchOptions,
  context: ClusterContext,
): Omit<ClusterRecord, 'port'> {
  return {
    version: 2,
    id: options.id,
    databases: source.databases,
    logins: source.logins,
    adminPassword: source.adminPassword,
    isBootstrapped: true,
    createdAt: context.clock.now(),
    isUnfinished: true,
    isRecovered: false,
    ...(source.retentionMs === undefined ? {} : { retentionMs: source.retentionMs }),
    origin: null,
    history: emptyHistory(),
    supersedes: null,
  };
}

/** The history goes too: the rows are in it. */
async function keepOnlySchema(
  made: PostgresCluster,
  context: ClusterContext,
  signal: AbortSignal,
): Promise<void> {
  await stripRows(made);
  await made.suspend();
  await made.update({ history: emptyHistory() });
  await takeBaseBackup(made, context, signal);
  await made.suspend();
}

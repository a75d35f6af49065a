import { join } from 'node:path';
import { basename } from 'node:path';
import type { ClusterContext } from './cluster-context.ts';
import { newArchiveName } from './cluster-record.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { prepareFirstStart } from './first-start.ts';
import { copyLog, copyOnline } from './online-copy.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import { stripRows } from './strip-rows.ts';

/** What to make. */
export interface BranchOptions {
  /** Where; must not exist. */
  readonly dir: string;
  readonly id: string;
  readonly schemaOnly: boolean;
  /** Ends it early, with nothing left. */
  readonly signal: AbortSignal;
}

/**
 * Makes a cluster with the data of another one as they are now. It is whole, stopped, and unfinished: nobody can connect
 * until it is opened or takes another's place. Throws `STORE_DISK_FULL`, with nothing left.
 */
export async function makeBranch(
  source: PostgresCluster,
  options: BranchOptions,
  context: ClusterContext,
): Promise<PostgresCluster> {
  const made = await PostgresCluster.make(options.dir, newRecord(source.record, options, context), context);
  try {
    await copyData(source, made, { context, signal: options.signal });
    if (options.schemaOnly) {
      await stripRows(made);
      await made.suspend();
    }
    return made;
  } catch (error) {
    await made.destroy();
    throw error;
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
    origin: null,
    history: { backups: [], archives: [{ name: newArchiveName(), until: null }] },
    supersedes: null,
  };
}

async function copyData(
  source: PostgresCluster,
  made: PostgresCluster,
  on: { readonly context: ClusterContext; readonly signal: AbortSignal },
): Promise<void> {
  const { context, signal } = on;
  const copy = { from: source.dataDir, to: made.dataDir, method: context.copyMethod, signal };
  const { lsn } = await source.withAdmin(undefined, (client) =>
    copyOnline({ client, ...copy }, ({ fromSegment, lastSegment }) =>
      copyLog(join(copy.from, 'pg_wal'), join(copy.to, 'pg_wal'), { first: fromSegment, last: lastSegment }),
    ),
  );
  await prepareFirstStart(made.dataDir, {});
  const origin = { dir: basename(source.dir), lsn, at: context.clock.now() };
  const { databases, logins } = source.record;
  await made.update({ adminPassword: source.record.adminPassword, databases, logins, origin });
}

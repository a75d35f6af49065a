import { lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from 'pg';
import { assert } from '../../../util/assert.ts';
import type { BranchCopy } from './branch-now.ts';
import { asDiskFull, roomFor } from '../copy/copy-room.ts';
import { copyTree } from '../copy/copy-tree.ts';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { BaseBackup, ClusterOrigin } from '../cluster/cluster-record.ts';
import { prepareArchive } from './first-history.ts';
import { prepareFirstStart } from '../server/first-start.ts';
import { backupBefore, windowOf } from './history-window.ts';
import { OutsideWindowError } from './outside-window-error.ts';
import { copyLog } from '../copy/copy-log.ts';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';
import type { PostgresMoment } from '../postgres-service.ts';
import { archivesUntil, collectLog } from './wal-archive.ts';
import { bytesUpTo, isTimelineHistory, lastSegmentBefore, segmentOf } from './wal-segments.ts';

/**
 * Rebuilds what a cluster held at a moment of its past: the last backup before it, and the log from there on, replayed by a
 * server that then begins a timeline of its own. Leaves that server stopped. Throws {@link OutsideWindowError}.
 */
export async function branchOfPast(
  copying: BranchCopy,
  at: PostgresMoment,
): Promise<Omit<ClusterOrigin, 'dir'>> {
  const { source, made, context } = copying;
  const backup = findBackup(source, at, context);
  const pgWal = join(made.dataDir, 'pg_wal');
  const { firstLive, target } = await source.withAdmin(undefined, async (client) => {
    const end = await endLog(client, at, copying);
    await copyBackup(backup, copying);
    const first = await collectLog({
      stateDir: context.stateDir,
      history: source.record.history,
      liveDir: join(source.dataDir, 'pg_wal'),
      to: pgWal,
      first: backup.fromSegment,
      last: end.last,
    });
    return { firstLive: first, target: end.target };
  });
  // A server that replays log at its start does not archive it.
  const archive = await prepareArchive(made.record, context);
  await copyLog({ pgWal, archiveDir: null, to: archive, first: firstLive, last: Number.POSITIVE_INFINITY });
  await prepareReplay(made.dataDir, target);
  const { adminPassword } = source.record;
  await made.update({ adminPassword });
  await made.start();
  const { lsn, time } = await readTimelineStart(made);
  await keepWhatIsThere(made, source);
  await dropLinkedLog(made);
  await made.suspend();
  // The replay is over; the next start is the first one of every day.
  await prepareFirstStart(made.dataDir, {});
  const { history } = source.record;
  const [own] = made.record.history.archives;
  assert(own !== undefined, 'a cluster has an archive of its own');
  const backups = history.backups.filter((one) => bytesUpTo(one.lsn) <= bytesUpTo(lsn));
  const archives = archivesUntil(history, Math.min(firstLive, segmentOf(lsn)), own);
  await made.update({ history: { backups, archives } });
  return { lsn, at: typeof at === 'number' ? at : (time ?? context.clock.now()) };
}

function findBackup(source: PostgresCluster, at: PostgresMoment, context: ClusterContext): BaseBackup {
  const window = windowOf(source.record, context);
  const backup = backupBefore(source.record, at);
  const isInside = typeof at !== 'number' || (at >= window.from && at <= window.to);
  if (backup === null || !isInside) throw new OutsideWindowError(source.record.id, at, window);
  return backup;
}

/**
 * Ends the log of the source with a commit after the moment, at which the replay stops. A moment that the clock of the
 * source has yet to reach, because it was set back, is the present: what is in the log now, all of it.
 */
async function endLog(
  client: Client,
  at: PostgresMoment,
  { source, context }: BranchCopy,
): Promise<{ readonly last: number; readonly target: PostgresMoment }> {
  // A commit in the very millisecond that was asked for could be taken for one before it.
  if (typeof at === 'number' && context.clock.now() <= at) await context.clock.sleep(2);
  const { rows } = await client.query<{ now: number; lsn: string }>(
    `select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
            pg_current_wal_insert_lsn()::text as lsn`,
  );
  const { now, lsn } = rows[0] ?? { now: 0, lsn: '0/0' };
  if (typeof at !== 'number' && bytesUpTo(at.lsn) > bytesUpTo(lsn))
    throw new OutsideWindowError(source.record.id, at, windowOf(source.record, context));
  await client.query('select pg_current_xact_id()');
  const switched = await client.query<{ lsn: string }>('select pg_switch_wal()::text as lsn');
  const last = lastSegmentBefore(switched.rows[0]?.lsn ?? '0/0');
  return { last, target: typeof at === 'number' && now <= at ? { lsn } : at };
}

async function copyBackup(backup: BaseBackup, { made, context, signal }: BranchCopy): Promise<void> {
  const { copyMethod: method, stateDir } = context;
  const [from, to, room] = [join(stateDir, backup.path), made.dataDir, dirname(made.dataDir)];
  try {
    // The template, which is a backup as well, has log of its own.
    const leaveOut = (path: string): boolean =>
      dirname(path) === 'pg_wal' && path !== 'pg_wal/archive_status';
    await copyTree({ from, to, method, leaveOut, ensureRoom: roomFor(room, signal) });
    await mkdir(join(to, 'pg_wal', 'summaries'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asDiskFull(error, room);
  }
}

/** As a standby, which reads `pg_wal` itself, where a recovery with a command would start a shell for each megabyte. */
async function prepareReplay(dataDir: string, at: PostgresMoment): Promise<void> {
  const target =
    typeof at === 'number'
      ? { recovery_target_time: new Date(at).toISOString().replace('T', ' ').replace('Z', '+00') }
      : // What begins there belongs to what comes after: a replay to a time ends before such a record, and names its place.
        { recovery_target_lsn: at.lsn, recovery_target_inclusive: 'off' };
  await prepareFirstStart(dataDir, {
    ...target,
    recovery_target_action: 'promote',
    recovery_target_timeline: 'latest',
    hot_standby: 'off',
    // Old segments are the archive's files under a second name, and must not be written to.
    wal_recycle: 'off',
  });
  await writeFile(join(dataDir, 'standby.signal'), '', { mode: 0o600 });
}

/** Where the log of a promoted server left that of its source, and when the last transaction before had ended. */
async function readTimelineStart(
  made: PostgresCluster,
): Promise<{ readonly lsn: string; readonly time: number | null }> {
  const dir = join(made.dataDir, 'pg_wal');
  const histories = (await readdir(dir)).filter((name) => name.endsWith('.history')).sort();
  const text = await readFile(join(dir, histories.at(-1) ?? ''), 'utf8');
  const lsn = /^\d+\t([0-9A-F]+\/[0-9A-F]+)/.exec(text.trim().split('\n').at(-1) ?? '')?.[1];
  assert(lsn !== undefined, 'a promoted server has written where its timeline began');
  const found = await made.withAdmin(undefined, (client) =>
    client.query<{ time: Date | null }>('select pg_last_xact_replay_timestamp() as time'),
  );
  return { lsn, time: found.rows[0]?.time?.getTime() ?? null };
}

/**
 * Removes segments that are files of an archive under a second name. The server has read them, and would in time use them
 * for new log: that must not happen to the archive, so until it is stopped it is told not to (`wal_recycle`).
 */
async function dropLinkedLog(made: PostgresCluster): Promise<void> {
  // From here on a start needs nothing of what was before.
  await made.withAdmin(undefined, (client) => client.query('checkpoint'));
  const dir = join(made.dataDir, 'pg_wal');
  for (const name of (await readdir(dir)).filter((entry) => !isTimelineHistory(entry))) {
    const found = await lstat(join(dir, name)).catch(() => null);
    if (found !== null && found.isFile() && found.nlink > 1) await rm(join(dir, name), { force: true });
  }
}

/** Of the source's logins and databases of today, those that were there; with the passwords of today, so that URLs stay. */
async function keepWhatIsThere(made: PostgresCluster, source: PostgresCluster): Promise<void> {
  await made.withAdmin(undefined, async (client) => {
    const names = async (sql: string): Promise<Set<string>> =>
      new Set((await client.query<{ name: string }>(sql)).rows.map(({ name }) => name));
    const roles = await names('select rolname as name from pg_roles');
    const databases = await names('select datname as name from pg_database');
    const logins = source.record.logins.filter(({ name }) => roles.has(name));
    for (const { name, password } of logins)
      await client.query(
        `alter role ${client.escapeIdentifier(name)} password ${client.escapeLiteral(password)}`,
      );
    await made.update({ logins, databases: source.record.databases.filter((name) => databases.has(name)) });
  });
}

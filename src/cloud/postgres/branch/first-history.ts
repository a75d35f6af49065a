import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Client } from 'pg';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { BaseBackup, ClusterRecord } from '../cluster/cluster-record.ts';
import { readControlFile } from '../server/control-file.ts';
import { giveToPostgres } from '../server/postgres-launcher.ts';
import { archiveDir, ownArchive } from './wal-archive.ts';
import { segmentOf } from './wal-segments.ts';

/** How far back a cluster can be restored, in milliseconds; 0: not at all. */
export function retentionOf(record: ClusterRecord, context: ClusterContext): number {
  return record.retentionMs ?? context.retentionMs;
}

/** Makes the directory in which a server will archive its log. */
export async function prepareArchive(record: ClusterRecord, context: ClusterContext): Promise<string> {
  const dir = archiveDir(context.stateDir, ownArchive(record));
  // Others may pass, because the user that runs Postgres may be another one.
  await mkdir(join(context.stateDir, 'wal'), { recursive: true, mode: 0o711 });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await giveToPostgres(context.launcher, dir);
  return dir;
}

/**
 * Where the running server archives its log; null when it does not, because its retention was set after it had been
 * started.
 */
export async function archiveInUse(
  client: Client,
  record: ClusterRecord,
  context: ClusterContext,
): Promise<string | null> {
  const { rows } = await client.query<{ dir: string | null }>(
    "select current_setting('basic_archive.archive_directory', true) as dir",
  );
  const own = archiveDir(context.stateDir, ownArchive(record));
  return rows[0]?.dir === own ? own : null;
}

/** The template as the first backup of a cluster that was just made from it: nothing has to be copied. */
export async function templateBackup(context: ClusterContext): Promise<BaseBackup> {
  const { dataDir } = await context.template();
  const { redo, checkpoint } = await readControlFile(dataDir);
  return {
    path: relative(context.stateDir, dataDir),
    fromSegment: segmentOf(redo),
    lsn: checkpoint,
    at: context.clock.now(),
  };
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterContext } from '../cluster/cluster-context.ts';
import type { ClusterRecord } from '../cluster/cluster-record.ts';
import { directorySize } from '../copy/directory-size.ts';
import { retentionOf } from './first-history.ts';
import { Holds } from '../cluster/holds.ts';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';
import { BACKUPS_DIR, takeBaseBackup } from '../copy/take-base-backup.ts';
import { REMOVAL } from '../cluster/remove-cluster-dir.ts';
import { archiveDir, ownArchive, segmentsIn } from './wal-archive.ts';
import { SEGMENT_BYTES, segmentOfFile } from './wal-segments.ts';

/** How often it looks. A cluster that is written to at 50 MB/s has 1.5 GB of log by then, half a minute of replay. */
const LOOK_MS = 30_000;
/** Less log than this is replayed within a second or two: no backup is worth it. */
const LOG_BYTES_MIN = 64 * 1024 * 1024;

/**
 * Keeps what clusters are restored from: a new backup when there is as much log since the last one as there are data, and
 * nothing that is older than the cluster's window and on which no other cluster's window rests.
 */
export class HistoryKeeper {
  readonly #context: ClusterContext;
  readonly #clusters: () => readonly PostgresCluster[];
  readonly #makings = new Holds();
  readonly #stopping: AbortSignal;

  constructor(context: ClusterContext, clusters: () => readonly PostgresCluster[], stopping: AbortSignal) {
    this.#context = context;
    this.#clusters = clusters;
    this.#stopping = stopping;
  }

  /** Looks now and then until it is told to stop. */
  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      await this.#context.clock.sleep(LOOK_MS, this.#stopping).catch(() => undefined);
      // One that fails, for want of room, is tried at the next look.
      if (!this.#stopping.aborted) await this.look().catch(() => undefined);
    }
  }

  /** One look at all clusters. */
  async look(): Promise<void> {
    for (const cluster of this.#clusters()) {
      if (this.#stopping.aborted) return;
      await this.#prune(cluster);
      if (cluster.state === 'running' && (await this.#isBackupDue(cluster)))
        await this.protect(() => takeBaseBackup(cluster, this.#context, this.#stopping)).catch(
          () => undefined,
        );
    }
    await this.collect();
  }

  /** Nothing is removed while `work` goes on. */
  async protect<T>(work: () => Promise<T>): Promise<T> {
    const release = this.#makings.take();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Removes backups and archived log that no cluster needs; nothing while somebody is {@link protect}ed. */
  async collect(): Promise<void> {
    const { stateDir } = this.#context;
    const backups = await readdir(join(stateDir, BACKUPS_DIR)).catch(() => []);
    const archives = await readdir(join(stateDir, 'wal')).catch(() => []);
    // Looked at in one turn, and after the directories: what is begun from now on is in none of these lists.
    if (this.#makings.any) return;
    const records = this.#clusters().map(({ record }) => record);
    const kept = new Set(records.flatMap(({ history }) => history.backups.map(({ path }) => path)));
    const needs = neededSegments(records);
    const unneeded = backups.map((name) => join(BACKUPS_DIR, name)).filter((path) => !kept.has(path));
    await Promise.all(unneeded.map((path) => rm(join(stateDir, path), REMOVAL)));
    for (const name of archives) await removeBelow(archiveDir(stateDir, name), needs.get(name) ?? null);
  }

  async #prune(cluster: PostgresCluster): Promise<void> {
    const { record } = cluster;
    const oldest = this.#context.clock.now() - retentionOf(record, this.#context);
    const { backups } = record.history;
    const needed = backups.findLastIndex(({ at }) => at <= oldest);
    if (needed > 0) await cluster.update({ history: { ...record.history, backups: backups.slice(needed) } });
  }

  async #isBackupDue(cluster: PostgresCluster): Promise<boolean> {
    const { record } = cluster;
    if (retentionOf(record, this.#context) === 0) return false;
    const newest = record.history.backups.at(-1);
    if (newest === undefined) return true;
    const archived = await segmentsIn(archiveDir(this.#context.stateDir, ownArchive(record)));
    const since = [...archived].filter((segment) => segment >= newest.fromSegment).length * SEGMENT_BYTES;
    return since > LOG_BYTES_MIN && since > (await directorySize(join(cluster.dataDir, 'base')));
  }
}

/** For each archive the first segment that some cluster needs of it. */
function neededSegments(records: readonly ClusterRecord[]): Map<string, number> {
  const needs = new Map<string, number>();
  for (const { history } of records) {
    const from = history.backups[0]?.fromSegment ?? Number.POSITIVE_INFINITY;
    for (const { name, until } of history.archives) {
      const first = until !== null && until <= from ? Number.POSITIVE_INFINITY : from;
      // Its own one stays, empty or not: the server writes to it.
      if (first !== Number.POSITIVE_INFINITY || until === null)
        needs.set(name, Math.min(first, needs.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return needs;
}

/** Removes the segments below one number; null: the directory. */
async function removeBelow(dir: string, first: number | null): Promise<void> {
  if (first === null) return rm(dir, { recursive: true, force: true });
  const names = await readdir(dir);
  const old = names.filter((name) => {
    const segment = segmentOfFile(name.replace(/\.partial$/u, ''));
    return segment !== null && segment < first;
  });
  await Promise.all(old.map((name) => rm(join(dir, name), { force: true })));
}

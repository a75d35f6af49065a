import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { assert } from '../../../util/assert.ts';
import type { CopyMethod } from './copy-method.ts';
import { asDiskFull, roomFor } from './copy-room.ts';
import { copyTree } from './copy-tree.ts';
import { isLeftOutOfCopy } from './left-out-of-copy.ts';
import { lastSegmentBefore, segmentOf } from '../branch/wal-segments.ts';

/** What to copy, and how. */
export interface OnlineCopyOptions {
  /** Of the running server, as superuser. Its session has to end afterwards. */
  readonly client: Client;
  /** The running server's data directory. */
  readonly from: string;
  /** Must not exist. */
  readonly to: string;
  readonly method: CopyMethod;
  /** Where the server archives its log; null: nowhere. */
  readonly archiveDir: string | null;
  /** Ends the copy early, with its reason. */
  readonly signal: AbortSignal;
}

/** Of what moment a copy is. */
export interface OnlineCopy {
  /** The place in the log whose state a server on the copy comes up with. */
  readonly lsn: string;
  /** The segments that such a server reads first and last, by number; both are complete. */
  readonly first: number;
  readonly last: number;
}

/**
 * Copies the data directory of a server that goes on serving. The files of the copy are of different moments; the log
 * that was written meanwhile comes with them, and the first start brings all of them to the moment the copy ended. Leaves
 * the segments of the log to {@link copyLog}. Throws `STORE_DISK_FULL`, before anything is written where it can.
 */
export async function copyOnline(
  options: OnlineCopyOptions,
  withLog: (copy: OnlineCopy) => Promise<void>,
): Promise<OnlineCopy> {
  const { client, from, to, method, archiveDir, signal } = options;
  try {
    if (archiveDir === null) await keepLog(client);
    const started = await client.query<{ lsn: string }>(
      "select pg_backup_start('glidepath', fast => true)::text as lsn",
    );
    const room = roomFor(join(to, '..'), signal);
    await copyTree({ from, to, method, leaveOut: isLeftOutOfCopy, ensureRoom: room });
    await copyWhole(join(from, 'global/pg_control'), join(to, 'global/pg_control'));
    const stopped = await client.query<{ lsn: string; labelfile: string }>(
      'select lsn::text, labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    const [start] = started.rows;
    const [end] = stopped.rows;
    assert(start !== undefined && end !== undefined, 'a backup begins and ends somewhere');
    await writeFile(join(to, 'backup_label'), end.labelfile, { mode: 0o600 });
    const copy = { lsn: end.lsn, first: segmentOf(start.lsn), last: lastSegmentBefore(end.lsn) };
    await withLog(copy);
    return copy;
  } catch (error) {
    throw asDiskFull(error, join(to, '..'));
  }
}

/** Nothing of the log goes away until this session ends. Made durable by Postgres, which takes as long as some commits. */
async function keepLog(client: Client): Promise<void> {
  const slot = `glidepath_${randomBytes(6).toString('hex')}`;
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot]);
}

async function copyWhole(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from), { mode: 0o600 });
}

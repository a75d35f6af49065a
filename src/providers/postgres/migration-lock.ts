import type { Client } from 'pg';
import type { Clock } from '../../util/clock.ts';
import { endSessions } from './end-sessions.ts';
import { readSession, sessionColumns, type PostgresSession } from './postgres-session.ts';

/** `glid`, `mig1`: the advisory lock that migrations of one database share. Tools have others of their own. */
const LOCK_KEY = [0x676c_6964, 0x6d69_6731] as const;

/** A process that was killed is noticed by its server at once; one whose machine is gone, a little later. */
const WAIT_MS = 2_000;
const POLL_MS = 100;

const HOLDER = `
  select ${sessionColumns('a')},
    (extract(epoch from clock_timestamp() - a.backend_start) * 1000)::float8 as "connectedMs"
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = $1::bigint::oid and l.objid = $2::bigint::oid
    and l.database = (select oid from pg_database where datname = current_database())`;

/** Who holds the lock, and since when at most, in milliseconds. */
export interface LockHolder {
  readonly session: PostgresSession;
  readonly connectedMs: number;
}

/**
 * Takes the lock for the rest of the session; null: it is ours. Else who holds it, also after a short wait. One that
 * has our own name is of this very step, whose process died: it is ended.
 */
export async function takeMigrationLock(
  client: Client,
  clock: Clock,
  applicationName: string,
): Promise<LockHolder | null> {
  const deadline = clock.now() + WAIT_MS;
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(
      'select pg_try_advisory_lock($1, $2) as taken',
      [...LOCK_KEY],
    );
    if (rows[0]?.['taken'] === true) return null;
    const [row] = (await client.query<Record<string, unknown>>(HOLDER, [...LOCK_KEY])).rows;
    if (row !== undefined) {
      const session = readSession(row);
      if (session.application === applicationName) await endSessions(client, clock, [session.pid]);
      else if (clock.now() >= deadline) return { session, connectedMs: Number(row['connectedMs']) };
    }
    await clock.sleep(POLL_MS);
  }
}

/** The sessions that a process of this very step left when it died. */
export async function sessionsNamed(
  client: Client,
  applicationNames: readonly string[],
): Promise<readonly number[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select pid from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name = any($1)`,
    [applicationNames],
  );
  return rows.map((row) => Number(row['pid']));
}

import type { Client } from 'pg';
import { readSession, sessionColumns, type PostgresSession } from './postgres-session.ts';

/** A session that waits for a lock. */
export interface LockWait {
  readonly pid: number;
  /** `AccessExclusiveLock on member`; what is waited for. */
  readonly lock: string;
  /** Who has to let go first. */
  readonly blockers: readonly PostgresSession[];
  /** How many sessions wait behind it, because it waits. */
  readonly behind: number;
}

/** Locks that stop writers at least: only what changes tables asks for them. */
export const STRONG_LOCKS: readonly string[] = [
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];

const WAITS = `
  select w.pid, l.mode || coalesce(' on ' || l.relation::regclass::text, '') as lock,
    (select count(*)::int from pg_stat_activity q
     where q.wait_event_type = 'Lock' and q.datname = current_database() and q.pid <> w.pid
       and w.pid = any(pg_blocking_pids(q.pid))) as behind,
    pg_blocking_pids(w.pid) as blockers
  from pg_stat_activity w left join pg_locks l on l.pid = w.pid and not l.granted
  where w.pid = any($1::int[]) and w.wait_event_type = 'Lock'`;

/**
 * Who of these sessions waits for a lock, and for whom. Asks the lock manager only when somebody waits, for asking it
 * costs everybody a moment.
 */
export async function lockWaits(client: Client, pids: readonly number[]): Promise<readonly LockWait[]> {
  if (pids.length === 0) return [];
  const waiting = await client.query(
    `select 1 from pg_stat_activity where pid = any($1::int[]) and wait_event_type = 'Lock' limit 1`,
    [pids],
  );
  if (waiting.rowCount === 0) return [];
  const { rows } = await client.query<Record<string, unknown>>(WAITS, [pids]);
  const blocking = rows.flatMap((row) => row['blockers'] as number[]);
  const sessions = await sessionsOf(client, blocking);
  return rows.map((row) => ({
    pid: Number(row['pid']),
    lock: typeof row['lock'] === 'string' ? row['lock'] : 'a lock',
    blockers: sessions.filter((session) => (row['blockers'] as number[]).includes(session.pid)),
    behind: Number(row['behind']),
  }));
}

/** Who waits for what a session has and does not wait for itself. */
export interface HeldUp {
  /** How many wait, directly or behind one that does. */
  readonly sessions: number;
  /** `AccessExclusiveLock on member`: the strongest that one of them waits for and the session has. */
  readonly lock: string;
  /** The session that has it. */
  readonly pid: number;
}

/** Of the locks that these sessions have, the tables that others wait for: who waits for a row waits for no table. */
const HELD = `
  select h.mode || ' on ' || h.relation::regclass::text as lock, h.pid as holder, q.pid
  from pg_stat_activity q
  join pg_locks w on w.pid = q.pid and not w.granted and w.locktype = 'relation'
  join pg_locks h on h.locktype = 'relation' and h.relation = w.relation and h.database = w.database
    and h.granted and h.pid = any($1::int[]) and h.mode = any($2::text[])
  where q.wait_event_type = 'Lock' and q.datname = current_database() and q.pid <> all($1::int[])
    and q.backend_type = 'client backend' and pg_blocking_pids(q.pid) && $1::int[]
  order by array_position($2::text[], h.mode) desc, 1`;

/** How many sessions wait for tables that these sessions have locked; null: nobody does. Asks only when somebody waits. */
export async function heldUpBy(client: Client, pids: readonly number[]): Promise<HeldUp | null> {
  if (pids.length === 0) return null;
  const waiting = await client.query(
    `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and pid <> all($1::int[]) limit 1`,
    [pids],
  );
  if (waiting.rowCount === 0) return null;
  const { rows } = await client.query<Record<string, unknown>>(HELD, [pids, STRONG_LOCKS]);
  const [first] = rows;
  if (first === undefined) return null;
  return {
    sessions: new Set(rows.map((row) => row['pid'])).size,
    lock: String(first['lock']),
    pid: Number(first['holder']),
  };
}

/**
 * Ends a session that still holds tables which others wait for; what it did in its transaction is rolled back. Says whether
 * it was. Cancelling its statement would not do: after that, some clients go on and commit the rest.
 */
export async function endHolder(client: Client, pid: number): Promise<boolean> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select pg_terminate_backend(pid) as done from pg_stat_activity where pid = $1
     and exists (select 1 from pg_locks l where l.pid = $1 and l.locktype = 'relation' and l.granted and l.mode = any($2::text[]))`,
    [pid, STRONG_LOCKS],
  );
  return rows[0]?.['done'] === true;
}

/** These sessions, as far as they are still there. */
export async function sessionsOf(
  client: Client,
  pids: readonly number[],
): Promise<readonly PostgresSession[]> {
  if (pids.length === 0) return [];
  const { rows } = await client.query<Record<string, unknown>>(
    `select ${sessionColumns('a')} from pg_stat_activity a where a.pid = any($1::int[]) order by a.xact_start, a.pid`,
    [pids],
  );
  return rows.map(readSession);
}

/** Asks a session to give up its statement, if it still waits for a lock. Says whether it was asked. */
export async function cancelWait(client: Client, pid: number): Promise<boolean> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select pg_cancel_backend(pid) as done from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
    [pid],
  );
  return rows[0]?.['done'] === true;
}

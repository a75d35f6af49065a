import type { Client } from 'pg';
import type { Clock } from '../../util/clock.ts';

/** A statement that is asked to stop undoes what it did first; a rewrite of a large table drops its files. */
const CANCEL_MS = 2_000;
/** A session that is told to go looks up between rows. */
const TERMINATE_MS = 5_000;
const POLL_MS = 50;

/**
 * Ends sessions, so that no lock of theirs stays behind: what runs is cancelled, and who is still there is cut off.
 * Returns those that would not go.
 */
export async function endSessions(
  client: Client,
  clock: Clock,
  pids: readonly number[],
): Promise<readonly number[]> {
  const ask = async (left: readonly number[], how: 'pg_cancel_backend' | 'pg_terminate_backend') =>
    client.query(
      `select ${how}(pid) from pg_stat_activity where pid = any($1::int[]) and pid <> pg_backend_pid()`,
      [left],
    );
  let left = await thoseLeft(client, pids);
  if (left.length === 0) return [];
  if (await isAnyAtWork(client, left)) {
    await ask(left, 'pg_cancel_backend');
    left = await waitForEnd(client, clock, left, CANCEL_MS);
    if (left.length === 0) return [];
  }
  await ask(left, 'pg_terminate_backend');
  return waitForEnd(client, clock, left, TERMINATE_MS);
}

async function waitForEnd(
  client: Client,
  clock: Clock,
  pids: readonly number[],
  withinMs: number,
): Promise<readonly number[]> {
  const deadline = clock.now() + withinMs;
  for (;;) {
    const left = await thoseLeft(client, pids);
    if (left.length === 0 || clock.now() >= deadline) return left;
    await clock.sleep(POLL_MS);
  }
}

async function isAnyAtWork(client: Client, pids: readonly number[]): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from pg_stat_activity where pid = any($1::int[]) and state = 'active' limit 1`,
    [pids],
  );
  return (rowCount ?? 0) > 0;
}

async function thoseLeft(client: Client, pids: readonly number[]): Promise<readonly number[]> {
  if (pids.length === 0) return [];
  const { rows } = await client.query<Record<string, unknown>>(
    'select pid from pg_stat_activity where pid = any($1::int[])',
    [pids],
  );
  return rows.map((row) => Number(row['pid']));
}

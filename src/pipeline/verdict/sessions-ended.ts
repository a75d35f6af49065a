import type { Client } from 'pg';
import type { Clock } from '../../util/clock.ts';

/** A session that was closed is gone at once; one of an app that stays up is not waited for. */
const WAIT_MS = 5_000;
const POLL_MS = 20;

/** Its own apart, and those that look on. What a session wrote is counted when it ends. */
const OTHERS = `select count(*)::int as others from pg_catalog.pg_stat_activity a
  where a.datname = current_database() and a.usename = session_user and a.pid <> pg_backend_pid()
    and a.application_name <> current_setting('application_name')`;

/** Waits until the sessions of a migration are over, so that the server has counted all that they wrote. */
export async function sessionsEnded(client: Client, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.now() + WAIT_MS;
  for (;;) {
    const { rows } = await client.query<{ others: number }>(OTHERS);
    if ((rows[0]?.others ?? 0) === 0 || clock.now() >= until) return;
    await clock.sleep(POLL_MS, signal);
  }
}

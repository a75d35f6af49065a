import type { Client } from 'pg';
import { sessionsOf } from '../../providers/postgres/lock-waits.ts';
import { findObstacles, type Obstacle } from '../../providers/postgres/obstacles.ts';
import { sessionWords } from '../../providers/postgres/postgres-session.ts';
import { obstacleError } from './flight-error.ts';
import { FLIGHT_POLL_MS, FLIGHT_TIMING, type FlightOptions } from './flight.ts';

/**
 * Waits until no dump and no long transaction holds a table that the migration may change. Throws MIGRATION_BLOCKED
 * when one still does after a while: behind a migration that waits for it, everybody else would wait, too.
 */
export async function waitForObstacles(
  options: FlightOptions,
  client: Client,
  deadline: number,
): Promise<void> {
  const { clock, log, signal, tables, database } = options;
  const timing = { ...FLIGHT_TIMING, ...options.timing };
  const until = Math.min(clock.now() + timing.obstacleMs, deadline);
  const told = new Set<number>();
  for (;;) {
    const obstacles = await findObstacles(client, tables, timing.longTransactionMs);
    if (obstacles.length === 0) return;
    for (const obstacle of obstacles) {
      if (!told.has(obstacle.session.pid)) log(`waits for ${obstacleWords(obstacle)}`);
      told.add(obstacle.session.pid);
    }
    if (clock.now() >= until) throw obstacleError(database, obstacles.map(obstacleWords), obstacles);
    await clock.sleep(FLIGHT_POLL_MS, signal);
  }
}

/** Waits until these sessions have gone or ended their transactions, for a while. */
export async function waitForBlockers(
  options: FlightOptions,
  client: Client,
  pids: readonly number[],
  deadline: number,
): Promise<void> {
  const { clock, signal } = options;
  const { blockerMs } = { ...FLIGHT_TIMING, ...options.timing };
  const until = Math.min(clock.now() + blockerMs, deadline);
  while (clock.now() < until) {
    const left = await sessionsOf(client, pids);
    if (left.every((session) => session.transactionMs === 0)) return;
    await clock.sleep(FLIGHT_POLL_MS, signal);
  }
}

function obstacleWords({ kind, session, tables }: Obstacle): string {
  const what = kind === 'dump' ? 'a dump' : 'a long transaction';
  return `${what} that holds ${tables.join(', ')}: ${sessionWords(session)}`;
}

import type { Client } from 'pg';
import { dropIndex, invalidIndexes } from '../../providers/postgres/invalid-indexes.ts';
import { invalidIndexError } from './flight-error.ts';
import type { FlightOptions } from './flight.ts';
import type { StatementLog } from './statement-log.ts';

/** How long a drop waits for transactions that use the table: no longer than a flight waits for a lock. */
const DROP_MS = 30_000;

/**
 * Drops the indexes that a failed attempt began and did not finish. Returns the names of those that are still there.
 * `before` are the indexes from before the first attempt.
 */
export async function dropHalfBuilt(
  { log }: Pick<FlightOptions, 'log'>,
  client: Client,
  before: ReadonlySet<number>,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const index of await invalidIndexes(client)) {
    if (before.has(index.id)) continue;
    if (await dropIndex(client, index, DROP_MS))
      log(`dropped ${index.sqlName}, which was not built to its end`);
    else left.push(index.sqlName);
  }
  return left;
}

/**
 * Throws MIGRATION_FAILED when a migration that succeeded leaves an invalid index: one that it made, or one that it met
 * by IF NOT EXISTS and took for the one it wanted. Others are mentioned in the log.
 */
export async function refuseInvalidIndexes(
  { database, log }: Pick<FlightOptions, 'database' | 'log'>,
  client: Client,
  before: ReadonlySet<number>,
  statements: StatementLog | null,
): Promise<void> {
  const invalid = await invalidIndexes(client);
  const isOurs = ({ id, name }: { readonly id: number; readonly name: string }): boolean =>
    !before.has(id) || statements?.guardedIndexes.has(name) === true;
  const ours = invalid.filter(isOurs);
  if (ours.length > 0)
    throw invalidIndexError(
      database,
      ours.map(({ sqlName }) => sqlName),
    );
  for (const { sqlName } of invalid)
    log(
      `! index ${sqlName} is invalid: writes pay for it and no query uses it; to build it: reindex index concurrently ${sqlName};`,
    );
}

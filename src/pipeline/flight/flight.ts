import type { Client } from 'pg';
import type { Clock } from '../../util/clock.ts';

/** What a flight is made with: a migration that shares its tables with everybody who uses them. */
export interface FlightOptions {
  /** The name of the database in the config. */
  readonly database: string;
  readonly attempts: number;
  /** How long a statement waits for a lock at the first attempt. */
  readonly lockTimeoutMs: number;
  /** How long others may wait for a table that it has locked, before it is stopped. */
  readonly blocksAtMostMs: number;
  /** Of all attempts, and of what is waited for before and between them. */
  readonly timeoutMs: number;
  /** The tables that the migration is known to change; null: any. */
  readonly tables: readonly string[] | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** A session of ours on the database, past any pooler; null where it cannot be reached from here. */
  readonly client: Client | null;
  readonly timing?: Partial<FlightTiming>;
}

/** What is waited for, and how long. */
export interface FlightTiming {
  /** A transaction that is open for longer counts as one that will go on. */
  readonly longTransactionMs: number;
  /** How long a dump or a long transaction is waited for before the first attempt. */
  readonly obstacleMs: number;
  /** How long the one who blocked an attempt is waited for before the next. */
  readonly blockerMs: number;
}

/** A first attempt waits for two seconds: who has had a table for half a minute will hardly be done by then. */
export const FLIGHT_TIMING: FlightTiming = {
  longTransactionMs: 30_000,
  obstacleMs: 60_000,
  blockerMs: 15_000,
};

/** Between two looks at whether somebody has gone. */
export const FLIGHT_POLL_MS = 250;

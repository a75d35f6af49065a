import type { Client } from 'pg';
import type { StatementLog } from './statement-log.ts';

/** How one attempt is to be made. */
export interface AttemptRequest {
  /** From 1. */
  readonly number: number;
  /** How long one of its statements may wait for a lock. */
  readonly lockTimeoutMs: number;
  /** Until it is ended. */
  readonly timeoutMs: number;
  /** Whether the server can be asked to look after clients that are gone. */
  readonly checksClients: boolean;
}

/** An attempt under way. */
export interface Attempt {
  readonly end: Promise<AttemptEnd>;
  /** What it has said to the server so far; null where nobody sees that. */
  readonly log: StatementLog | null;
  /** The sessions on the server that are its own. */
  pids(client: Client): Promise<readonly number[]>;
}

/** How an attempt ended. */
export interface AttemptEnd {
  readonly isDone: boolean;
  /** How it ended, in a sentence without its full stop: `The migration failed with exit code 1: npm run migrate`. */
  readonly message: string;
  readonly isTimedOut: boolean;
  /** The last lines that it printed. */
  readonly output: readonly string[];
  /** Null where nobody saw what it said to the server. */
  readonly log: StatementLog | null;
}

/** Makes attempts of one migration, wherever it runs. */
export interface Craft {
  /** Whether each statement is seen. */
  readonly seesStatements: boolean;
  /** Attempts that an earlier process saw fail for a lock. */
  readonly attemptsBefore: number;
  begin(request: AttemptRequest): Attempt;
  /** An attempt failed for a lock and is made again. */
  onBlocked(attempt: number): Promise<void>;
}

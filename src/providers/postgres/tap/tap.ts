import type { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Clock } from '../../../util/clock.ts';
import type { LockTimeouts } from './own-lock-timeout.ts';

/** Between two statements: `open` inside a transaction, `failed` inside one that can only be rolled back. */
export type TransactionState = 'idle' | 'open' | 'failed';

/** What a server said besides its answer; one of severity DEBUG was asked for by the tap and is kept from the client. */
export interface TapNotice {
  readonly severity: string;
  readonly sqlState: string;
  readonly message: string;
}

/** Why a statement failed. */
export interface TapStatementError {
  /** Five characters: `42P01`. */
  readonly sqlState: string;
  readonly message: string;
  /** In characters of the statement, from 1; null where the server names none. */
  readonly position: number | null;
}

/** A statement that has been sent and not answered yet. */
export interface RunningStatement {
  /** From 1, in the order in which statements were sent, over all sessions. */
  readonly number: number;
  /** From 1. */
  readonly session: number;
  readonly backendPid: number;
  /** As sent, cut after eight million bytes. May hold data: not for a record or an event. */
  readonly sql: string;
  /** How many values came apart from it; the values are never looked at. */
  readonly parameters: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** A statement that has run, while all that it locked may still be locked. */
export interface HeldStatement extends RunningStatement {
  readonly endedAt: number;
  readonly error: TapStatementError | null;
  /** What the server calls what it did: `ALTER TABLE`, `INSERT`. Null when it failed. */
  readonly tag: string | null;
  readonly rows: number | null;
  readonly notices: readonly TapNotice[];
  /** Its locks are held until now: it ran in a transaction, the client's own or one that was put around it. */
  readonly hasLocks: boolean;
  /** Whether its locks go as soon as it is let on, because the client opened no transaction. */
  readonly isAutocommit: boolean;
}

/** A statement that is over. */
export interface TapStatement extends HeldStatement {
  /** After it. */
  readonly transaction: TransactionState;
  /** The same for all that its session sent at once: outside a transaction, they stand or fall together. */
  readonly batch: number;
}

/** What a tap listens for and with what. */
export interface TapOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`: the real server. Secret. */
  readonly target: string;
  /** Settings that every session starts with: `{ lock_timeout: '2s' }`. A client may set them again once it is in. */
  readonly settings?: Readonly<Record<string, string>>;
  /** For statements that are to wait for a lock longer or shorter than others, until the client sets lock_timeout itself. */
  readonly lockTimeouts?: LockTimeouts;
  readonly clock: Clock;
  /** A statement was sent. */
  readonly onStart?: (statement: RunningStatement) => void;
  /**
   * A statement has run, and its session waits until the promise resolves. Given, statements are carried out one at a
   * time, each in a transaction where it can run in one, so that its locks are still there.
   */
  readonly hold?: (statement: HeldStatement) => Promise<void>;
  /** A statement is over. */
  readonly onStatement?: (statement: TapStatement) => void;
  /** A session could not be opened: DATABASE_UNREACHABLE or DATABASE_REFUSED. The client is told, too. */
  readonly onError?: (error: ToolError) => void;
}

/** A loopback server that passes everything on to a real one, and sees every statement. */
export interface Tap {
  /** Like the target's, with a password that is good for this tap alone. A secret, too. */
  readonly url: string;
  /** How many clients are connected. */
  readonly sessions: number;
  /** Ends every session, cancels what runs, and stops listening. */
  close(): Promise<void>;
}

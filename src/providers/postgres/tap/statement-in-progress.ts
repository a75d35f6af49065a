import type { HeldStatement, RunningStatement, TapNotice, TapStatementError } from './tap.ts';

/** A statement between the moment that it is sent and the moment that the server has answered. */
export interface StatementInProgress {
  readonly running: RunningStatement;
  /** Where it begins in the query that it was sent with, in characters: the server counts from there. */
  readonly offset: number;
  readonly notices: TapNotice[];
  /** Resolves when it is answered, or never will be. */
  readonly settled: Promise<void>;
  settle(): void;
  end: StatementEnd | null;
}

/** How it ended. */
export interface StatementEnd {
  readonly at: number;
  readonly error: TapStatementError | null;
  readonly tag: string | null;
  readonly rows: number | null;
}

/** A statement that was just sent. */
export function startStatement(running: RunningStatement, offset = 0): StatementInProgress {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { running, offset, notices: [], settled: promise, settle: resolve, end: null };
}

/** What is told of a statement that has ended. */
export function heldStatement(
  { running, notices, end }: StatementInProgress & { end: StatementEnd },
  locks: { readonly hasLocks: boolean; readonly isAutocommit: boolean },
): HeldStatement {
  const { at, error, tag, rows } = end;
  return { ...running, endedAt: at, error, tag, rows, notices, ...locks };
}

/** Takes `INSERT 0 5` apart; tags without a number have no rows. */
export function readTag(text: string): { readonly tag: string; readonly rows: number | null } {
  const match = /^(.*?)(?: 0)? (\d+)$/.exec(text);
  return match === null ? { tag: text, rows: null } : { tag: match[1] ?? text, rows: Number(match[2]) };
}

/** Of an ErrorResponse. */
export function readError(fields: ReadonlyMap<string, string>): TapStatementError {
  const position = fields.get('P');
  return {
    sqlState: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? '',
    position: position === undefined ? null : Number(position),
  };
}

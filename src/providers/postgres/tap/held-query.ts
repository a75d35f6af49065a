import type { Frame } from './relay-frames.ts';
import type { StatementPiece } from './split-statements.ts';
import type { StatementInProgress } from './statement-in-progress.ts';
import type { TransactionState } from './tap.ts';
import { cString, fieldsMessage, message, readFields } from './wire-messages.ts';

/** What a held query needs of its session. */
export interface QueryControl {
  readonly transaction: () => TransactionState;
  readonly start: (sql: string) => StatementInProgress;
  /** Sends a query and waits until the server is ready again; the error is not shown to the client. */
  readonly ask: (sql: string, asked: AskedQuery) => Promise<Frame | null>;
  readonly forget: (statement: StatementInProgress) => void;
  readonly toClient: (bytes: Buffer) => Promise<void>;
  readonly hold: (statement: StatementInProgress, isAutocommit: boolean) => Promise<void>;
}

/** How a query is asked. */
export interface AskedQuery {
  /** Null for one that the client knows nothing of. */
  readonly statement: StatementInProgress | null;
  /** The state after it is that after the next query. */
  readonly isToldLater: boolean;
}

/** What nobody but the tap sees. */
const OURS: AskedQuery = { statement: null, isToldLater: false };

/** A statement that ends transactions by itself, or cannot be in one: only the server knows of some. */
const NOT_IN_TRANSACTION: ReadonlySet<string> = new Set(['25001', '2D000']);

const READY: Readonly<Record<TransactionState, string>> = { idle: 'I', open: 'T', failed: 'E' };

/**
 * Carries a simple query out statement by statement, each held once it has run. The server takes a query of several
 * statements for one transaction ("Multiple Statements in a Simple Query"), and so does this: what it opens around
 * them, or around a single one, is committed at the end and rolled back after an error.
 */
export async function heldQuery(pieces: readonly StatementPiece[], control: QueryControl): Promise<void> {
  let isAround = false;
  let hasFailed = false;
  for (const piece of pieces) {
    if (piece.kind === 'begin' && isAround) {
      // What was around the statements so far becomes the client's own transaction.
      isAround = false;
      await control.toClient(message('C', cString('BEGIN')));
      continue;
    }
    if (control.transaction() === 'idle' && wantsTransaction(piece, pieces.length)) {
      await control.ask('begin', OURS);
      isAround = true;
    }
    const outcome = await runPiece(piece, { isAround, isOnly: pieces.length === 1 }, control);
    isAround &&= control.transaction() !== 'idle';
    hasFailed = outcome === 'failed';
    if (hasFailed) break;
  }
  if (isAround) {
    const failure = await control.ask(hasFailed ? 'rollback' : 'commit', OURS);
    if (failure !== null) await control.toClient(fieldsMessage('E', readFields(failure.body)));
  }
  await control.toClient(message('Z', Buffer.from(READY[control.transaction()])));
}

function wantsTransaction({ kind }: StatementPiece, pieces: number): boolean {
  return kind === 'plain' || (kind === 'alone' && pieces > 1);
}

async function runPiece(
  piece: StatementPiece,
  { isAround, isOnly }: { isAround: boolean; isOnly: boolean },
  control: QueryControl,
): Promise<'done' | 'failed'> {
  const statement = control.start(piece.sql);
  const failure = await control.ask(piece.sql, { statement, isToldLater: isAround });
  if (failure === null) {
    await control.hold(statement, isAround);
    return 'done';
  }
  const fields = readFields(failure.body);
  if (isAround && isOnly && NOT_IN_TRANSACTION.has(fields.get('C') ?? '')) {
    control.forget(statement);
    await control.ask('rollback', OURS);
    return runPiece(piece, { isAround: false, isOnly }, control);
  }
  const position = Number(fields.get('P') ?? Number.NaN);
  if (!Number.isNaN(position)) fields.set('P', String(position + piece.offset));
  await control.toClient(fieldsMessage('E', fields));
  await control.hold(statement, isAround);
  return 'failed';
}

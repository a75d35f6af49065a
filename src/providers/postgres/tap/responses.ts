import { assert } from '../../../util/assert.ts';
import type { Frame } from './relay-frames.ts';
import { readError, readTag, type StatementInProgress } from './statement-in-progress.ts';
import type { TapStatementError, TransactionState } from './tap.ts';
import { readCString, readFields } from './wire-messages.ts';

/*
 * The server answers in the order in which it was asked:
 *
 *   Parse → 1    Bind → 2    Close → 3    Describe → (t) T|n    Execute → … C|I|s    Sync → Z    Query → … C|I … Z
 *
 * After an error (E) it leaves out everything up to the next Sync, and answers that with Z. N, S and A may come at any
 * moment.
 */

/** What a client, or the tap itself, waits for. */
export type Expected =
  | {
      readonly kind: 'parse' | 'bind' | 'describe' | 'close';
      /** The statement that is told of when this fails. */
      readonly onFailure: () => StatementInProgress | null;
    }
  /** Without a statement: it goes on with rows of one that ended for the tap already. */
  | { readonly kind: 'execute'; readonly statement: StatementInProgress | null }
  | ExpectedQuery
  | { readonly kind: 'sync' };

/** A simple query, or something that ends like one. */
export interface ExpectedQuery {
  readonly kind: 'query';
  current: StatementInProgress | null;
  /** Makes the statement after the present one; null after the last. */
  readonly next: () => StatementInProgress | null;
  /** Letters of answers that the client is to see. */
  readonly shown: 'all' | 'all-but-end' | 'none';
  /** Its statements are told of with those of the query after it, and with the state after that. */
  readonly isToldLater?: boolean;
  /** Called with an error, and when the server is ready again. */
  readonly onError?: (frame: Frame) => void;
  readonly onReady?: () => void;
}

/** What is done with what is heard. */
export interface ResponsesOptions {
  readonly now: () => number;
  /** A statement is over, and the state after it is known. */
  readonly onOver: (statement: StatementInProgress, transaction: TransactionState, batch: number) => void;
  /** The client has to send rows before there can be an answer. */
  readonly onRowsWanted: () => void;
  /** Whether a notice is one that the client wants. */
  readonly isShown: (severity: string) => boolean;
}

const STATES: Readonly<Record<string, TransactionState>> = { I: 'idle', T: 'open', E: 'failed' };
const AFTER_TAG: Readonly<Record<string, TransactionState>> = {
  BEGIN: 'open',
  COMMIT: 'idle',
  ROLLBACK: 'idle',
};
/** One letter for what each message is answered with. */
const ANSWERS = { '1': 'parse', '2': 'bind', '3': 'close', T: 'describe', n: 'describe' } as const;

/** Matches what a server says with what it was asked. */
export class Responses {
  readonly #options: ResponsesOptions;
  readonly #expected: Expected[] = [];
  #over: StatementInProgress[] = [];
  #transaction: TransactionState = 'idle';
  /** How often the server was ready for more. */
  #batches = 0;
  /** Messages of the extended protocol were sent, and their Sync was not. */
  #isInBatch = false;
  /** After an error: until a Sync is sent, nothing is answered. */
  #isSkipping = false;

  constructor(options: ResponsesOptions) {
    this.#options = options;
  }

  /** As the server said last. */
  get transaction(): TransactionState {
    return this.#transaction;
  }

  /** Whether nothing is waited for, and nothing stands open that a query of the tap's own would end. */
  get isQuiet(): boolean {
    return this.#expected.length === 0 && !this.#isInBatch;
  }

  /** Whether something is under way that a cancel request would end. */
  get isBusy(): boolean {
    return this.#expected.some((entry) => entry.kind === 'execute' || entry.kind === 'query');
  }

  /** False when the server will leave it out. */
  expect(entry: Expected): boolean {
    if (entry.kind === 'sync') this.#isSkipping = false;
    this.#isInBatch = entry.kind !== 'sync' && (entry.kind !== 'query' || this.#isInBatch);
    if (this.#isSkipping) return false;
    this.#expected.push(entry);
    return true;
  }

  /** Whether the message goes on to the client. */
  hear(frame: Frame): boolean {
    const head = this.#expected[0];
    switch (frame.type) {
      case 'N':
        return this.#notice(frame, head);
      case 'E':
        return this.#error(frame, head);
      case 'Z':
        return this.#ready(frame);
      case 'C':
      case 'I':
      case 's':
        this.#completed(frame, head);
        break;
      case 'G':
      case 'W':
        this.#options.onRowsWanted();
        break;
      case 'S':
      case 'A':
        return true;
      default:
        if (head?.kind === (ANSWERS as Readonly<Record<string, string>>)[frame.type]) this.#expected.shift();
    }
    return head?.kind !== 'query' || head.shown !== 'none';
  }

  /** A statement that is tried again in another way is not told of. */
  forget(statement: StatementInProgress): void {
    this.#over = this.#over.filter((other) => other !== statement);
  }

  /**
   * The connection is gone: nobody waits any longer. A client that leaves at the first error is quicker than the
   * server's next message, which would have ended the statement for good.
   */
  close(): void {
    const isInTransaction = this.#transaction !== 'idle';
    for (const statement of this.#over.splice(0)) {
      const hasFailed = statement.end?.error !== null && isInTransaction;
      this.#options.onOver(statement, hasFailed ? 'failed' : this.#transaction, this.#batches + 1);
    }
    for (const entry of this.#expected.splice(0)) {
      statementOf(entry)?.settle();
      if (entry.kind === 'query') entry.onReady?.();
    }
  }

  #notice({ body }: Frame, head: Expected | undefined): boolean {
    const fields = readFields(body);
    const severity = fields.get('V') ?? fields.get('S') ?? 'NOTICE';
    const notice = { severity, sqlState: fields.get('C') ?? '00000', message: fields.get('M') ?? '' };
    statementOf(head)?.notices.push(notice);
    return this.#options.isShown(severity);
  }

  #error(frame: Frame, head: Expected | undefined): boolean {
    const error = readError(readFields(frame.body));
    const statement = head !== undefined && 'onFailure' in head ? head.onFailure() : statementOf(head);
    if (statement !== null) this.#end(statement, { error: within(error, statement.offset) });
    if (head === undefined) return true;
    if (head.kind === 'sync') this.#failAtEnd(error);
    if (head.kind === 'query') {
      head.onError?.(frame);
      return head.shown === 'all';
    }
    while (this.#expected.length > 0 && this.#expected[0]?.kind !== 'sync')
      statementOf(this.#expected.shift())?.settle();
    this.#isSkipping = this.#expected.length === 0;
    return true;
  }

  #completed({ type, body }: Frame, head: Expected | undefined): void {
    const statement = statementOf(head);
    const tag = type === 'C' ? readTag(readCString(body, 0).text) : { tag: null, rows: null };
    if (statement !== null && type !== 'I') this.#end(statement, tag);
    statement?.settle();
    if (head?.kind === 'execute') {
      this.#expected.shift();
      // Several in one batch: the state is told at its end only.
      this.#transaction = AFTER_TAG[tag.tag ?? ''] ?? this.#transaction;
    } else if (head?.kind === 'query') head.current = head.next();
  }

  #ready({ body }: Frame): boolean {
    this.#transaction = STATES[body.toString('latin1')] ?? 'idle';
    this.#batches += 1;
    const found = this.#expected.findIndex((entry) => entry.kind === 'query' || entry.kind === 'sync');
    const passed = this.#expected.splice(0, found + 1);
    const last = passed.at(-1);
    // Where the transaction has ended, nothing comes after that would belong to it.
    const isToldLater = last?.kind === 'query' && last.isToldLater === true && this.#transaction !== 'idle';
    for (const statement of isToldLater ? [] : this.#over.splice(0))
      this.#options.onOver(statement, this.#transaction, this.#batches);
    for (const entry of passed) statementOf(entry)?.settle();
    if (last?.kind !== 'query') return true;
    last.onReady?.();
    return last.shown === 'all';
  }

  /** A constraint that is checked at the end of the transaction: the last statement is the one that did not hold. */
  #failAtEnd(error: TapStatementError): void {
    const last = this.#over.at(-1);
    if (last !== undefined && last.end !== null) last.end = { ...last.end, error };
  }

  #end(
    statement: StatementInProgress,
    how: { error?: TapStatementError; tag?: string | null; rows?: number | null },
  ): void {
    assert(statement.end === null, 'a statement ended twice');
    statement.end = {
      at: this.#options.now(),
      error: how.error ?? null,
      tag: how.tag ?? null,
      rows: how.rows ?? null,
    };
    this.#over.push(statement);
    statement.settle();
  }
}

/** With the place counted from the beginning of the statement. */
function within(error: TapStatementError, offset: number): TapStatementError {
  return error.position === null ? error : { ...error, position: error.position - offset };
}

function statementOf(entry: Expected | undefined): StatementInProgress | null {
  if (entry?.kind === 'query') return entry.current;
  return entry?.kind === 'execute' ? entry.statement : null;
}

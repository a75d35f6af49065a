import { lockModeOf } from '../../migrations/probe/lock-conflicts.ts';
import type { ObservedStatement, RelationLock } from '../../migrations/probe/observed-statement.ts';
import type { SplitStatements } from '../../providers/postgres/tap/split-statements.ts';

/** A session as a look at the server showed it. Times are the server's, in milliseconds since the Unix epoch. */
export interface SeenSession {
  readonly pid: number;
  /** What it runs, or ran last. */
  readonly query: string;
  readonly state: string;
  readonly started: number;
  readonly changed: number;
  readonly now: number;
  /** When its transaction began; null where none is open. */
  readonly transaction: number | null;
  readonly locks: readonly { readonly oid: number; readonly mode: string }[];
}

/** A statement, over all looks that showed it. */
interface Seen {
  readonly session: Pick<SeenSession, 'pid' | 'query' | 'started'>;
  readonly held: Map<string, RelationLock>;
  /** The transaction that it was in: when that began. */
  transaction: number | null;
  /** How the last look found it: at work; done, its transaction open; or the transaction over. */
  at: 'work' | 'open' | 'over';
  /** Whether it failed, and its transaction with it. */
  hasAborted: boolean;
  endedAt: number;
  /** When it was last looked at. */
  seenUntil: number;
}

/** What is read from a statement's text of the transaction that it runs in. */
type Ends = (statement: Seen) => boolean;

/** What was seen of statements, by session and time. */
export class SeenStatements {
  readonly #seen = new Map<string, Seen>();

  /** Takes in what a look showed of a session. */
  note(session: SeenSession): void {
    const { pid, query, started, state, transaction } = session;
    const key = `${pid} ${started}`;
    const known = this.#seen.get(key) ?? newlySeen({ pid, query, started });
    this.#seen.set(key, known);
    for (const { oid, mode } of session.locks) {
      const lock = lockModeOf(mode);
      if (lock !== null) known.held.set(`${oid} ${lock}`, { oid, mode: lock });
    }
    // Idle, it has ended when its state changed; at work, it goes on.
    known.endedAt = state === 'active' ? session.now : session.changed;
    if (transaction === null) known.at = 'over';
    else known.at = state === 'active' ? 'work' : 'open';
    known.hasAborted = state === 'idle in transaction (aborted)';
    known.transaction = transaction ?? known.transaction;
    known.seenUntil = session.now;
  }

  /** All of them, in the order in which they began, with the ends of their transactions. */
  observed(split: SplitStatements, rewritten: readonly number[]): readonly ObservedStatement[] {
    const bySession = Map.groupBy(this.#seen.values(), ({ session }) => session.pid);
    return [...bySession.values()]
      .flatMap((own) => withEnds(inOrder(own), endsIn(split)).map(observedIn(rewritten)))
      .toSorted((one, other) => one.startedAt - other.startedAt)
      .map((statement, index) => ({ ...statement, number: index + 1 }));
  }
}

function newlySeen(session: Seen['session']): Seen {
  const { started } = session;
  return {
    session,
    held: new Map(),
    transaction: null,
    at: 'over',
    hasAborted: false,
    endedAt: started,
    seenUntil: started,
  };
}

/** A session does one thing at a time: what it was at had ended when it began the next. */
function inOrder(own: readonly Seen[]): readonly Seen[] {
  const sorted = own.toSorted((one, other) => one.session.started - other.session.started);
  return sorted.map((each, index) => {
    const before = sorted[index + 1]?.session.started ?? Infinity;
    return {
      ...each,
      endedAt: Math.min(each.endedAt, before),
      seenUntil: Math.min(each.seenUntil, before),
    };
  });
}

/** Whether the first thing that a statement does to a transaction is to end it; several may have been sent as one. */
function endsIn(split: SplitStatements): Ends {
  return ({ session }) =>
    split(session.query)?.find(({ kind }) => kind === 'begin' || kind === 'end')?.kind === 'end';
}

/**
 * The statements of one session, each transaction with its end. An end that was looked at only when it was over was in
 * no transaction any more: it belongs to the one that was open before. One that was too quick to be seen at all is put
 * where the transaction was last seen open.
 */
function withEnds(own: readonly Seen[], ends: Ends): readonly Seen[] {
  const open = new Set(own.filter(({ at }) => at === 'open').map(({ transaction }) => transaction));
  return own.flatMap((each, index) => {
    const next = own[index + 1];
    const { transaction, at } = each;
    if (transaction === null || at === 'over' || next?.transaction === transaction) return [each];
    if (at === 'work' && ends(each)) return [each];
    const isEnd = next !== undefined && (next.hasAborted || ends(next));
    if (isEnd && next.transaction === null && (open.has(transaction) || transaction < each.session.started)) {
      next.transaction = transaction;
      return [each];
    }
    // What was seen at work alone may have been its whole transaction.
    if (!open.has(transaction)) return [each];
    // COMMIT AND CHAIN: the next transaction began with the end of this one.
    const isChain = isEnd && next.transaction === next.session.started;
    return [each, commitAt(isChain ? next.session.started : each.seenUntil, each)];
  });
}

function commitAt(started: number, { session: { pid }, transaction }: Seen): Seen {
  return { ...newlySeen({ pid, query: 'commit', started }), transaction };
}

function observedIn(rewritten: readonly number[]) {
  return (each: Seen, index: number, own: readonly Seen[]): ObservedStatement => {
    const { session, held, transaction, endedAt } = each;
    const isInTransaction = transaction !== null && own[index + 1]?.transaction === transaction;
    return {
      number: index + 1,
      session: session.pid,
      sql: session.query,
      startedAt: session.started,
      endedAt,
      releasedAt: endedAt,
      error: null,
      tag: null,
      rows: null,
      notices: [],
      isAutocommit: !isInTransaction,
      isInTransaction,
      held: [...held.values()],
      sampled: [],
      // Which of them it was is not seen: each that held the table for itself may be the one.
      rewritten,
    };
  };
}

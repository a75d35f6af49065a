import type { Client } from 'pg';
import { lockRank } from '../../migrations/probe/lock-conflicts.ts';
import type {
  KnownRelation,
  ObservedStatement,
  RelationLock,
} from '../../migrations/probe/observed-statement.ts';
import type { RunningStatement, TapOptions, TapStatement } from '../../providers/postgres/tap/tap.ts';
import type { Clock } from '../../util/clock.ts';
import { readFiles, readLocks, readRelations } from './probe-catalog.ts';

/** How often the locks of a statement are read while it runs: one that holds them for less is over at once. */
const SAMPLE_MS = 20;

/** What looks on, from a session of its own, while statements run. */
export interface StatementWatch {
  /** What there was before the first statement, by oid. */
  readonly relations: ReadonlyMap<number, KnownRelation>;
  readonly hooks: Required<Pick<TapOptions, 'onStart' | 'hold' | 'onStatement'>>;
  /** Everything that ran; called when nothing runs any more. */
  finish(): Promise<readonly ObservedStatement[]>;
}

interface Watched {
  readonly running: RunningStatement;
  readonly sampled: Map<string, RelationLock>;
  held: readonly RelationLock[] | null;
  /** Zero until it is let on. */
  releasedAt: number;
  isAutocommit: boolean;
  readonly rewritten: Set<number>;
  over: TapStatement | null;
}

/** Begins to look on. `client` is a session on the same database as the statements, for nothing else. */
export async function watchStatements(client: Client, clock: Clock): Promise<StatementWatch> {
  const { relations, files: before } = await readRelations(client);
  const statements = new Map<number, Watched>();
  const samplers: Promise<void>[] = [];
  const end = new AbortController();
  let files = before;
  /** Gives every table whose file has changed to the statements that could have done it; they are committed by now. */
  const findRewritten = async (last: Watched | null, tag: string | null): Promise<void> => {
    const now = await readFiles(client);
    for (const [oid, file] of now)
      if (files.has(oid) && files.get(oid) !== file) rewriter(statements, last, tag, oid)?.rewritten.add(oid);
    files = now;
  };
  return {
    relations,
    hooks: {
      onStart(running) {
        const watched = newlyWatched(running);
        statements.set(running.number, watched);
        samplers.push(sample(client, clock, watched, end.signal));
      },
      async hold(statement) {
        const watched = statements.get(statement.number);
        if (watched === undefined) return;
        watched.isAutocommit = statement.isAutocommit;
        watched.held = statement.hasLocks ? await readLocks(client, statement.backendPid) : null;
        await findRewritten(watched, statement.tag);
        watched.releasedAt = clock.now();
      },
      onStatement(over) {
        const watched = statements.get(over.number);
        if (watched !== undefined) watched.over = over;
      },
    },
    async finish() {
      for (const watched of statements.values()) watched.releasedAt ||= clock.now();
      end.abort(new Error('the probe is over'));
      await Promise.all(samplers);
      await findRewritten(null, null);
      return [...statements.values()].map(observed);
    },
  };
}

/** What changes the files of tables outside of a transaction, so that nothing is locked any more when it has run. */
const WITHOUT_TRANSACTION = /^(VACUUM|CLUSTER|REINDEX|CALL|DO)$/;

/** The one that ran just now, or else the last that had the table for itself. */
function rewriter(
  statements: ReadonlyMap<number, Watched>,
  last: Watched | null,
  tag: string | null,
  oid: number,
): Watched | undefined {
  if (last !== null && last.held === null && WITHOUT_TRANSACTION.test(tag ?? '')) return last;
  return [...statements.values()].findLast(
    ({ held }) =>
      held?.some((lock) => lock.oid === oid && lockRank(lock.mode) >= lockRank('Exclusive')) === true,
  );
}

/** Reads a statement's locks while it runs; what runs in a transaction is read once more when it is done. */
async function sample(client: Client, clock: Clock, watched: Watched, end: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(SAMPLE_MS, end);
      if (watched.releasedAt !== 0 || watched.over !== null) return;
      const locks = await readLocks(client, watched.running.backendPid);
      const since = clock.now();
      for (const lock of locks) {
        const key = `${lock.oid} ${lock.mode}`;
        if (!watched.sampled.has(key)) watched.sampled.set(key, { ...lock, since });
      }
    }
  } catch {
    // The probe is over, or the observer's session is gone, of which whoever waits for the end is told.
  }
}

function newlyWatched(running: RunningStatement): Watched {
  return {
    running,
    sampled: new Map(),
    held: null,
    releasedAt: 0,
    isAutocommit: false,
    rewritten: new Set(),
    over: null,
  };
}

function observed({
  running,
  over,
  sampled,
  held,
  releasedAt,
  isAutocommit,
  rewritten,
}: Watched): ObservedStatement {
  const lost = { sqlState: '08006', message: 'the connection ended before it was answered' };
  return {
    number: running.number,
    session: running.session,
    sql: running.sql,
    startedAt: running.startedAt,
    endedAt: over?.endedAt ?? releasedAt,
    releasedAt,
    error: over === null ? lost : over.error,
    tag: over?.tag ?? null,
    rows: over?.rows ?? null,
    notices: over?.notices.map(({ message }) => message) ?? [],
    isAutocommit,
    isInTransaction: over !== null && over.transaction !== 'idle',
    held,
    // What came of a statement in a transaction is known whole; while it ran there can have been no more.
    sampled: held === null ? [...sampled.values()] : [],
    rewritten: [...rewritten],
  };
}

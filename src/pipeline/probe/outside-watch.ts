import type { Client } from 'pg';
import { lockModeOf } from '../../migrations/probe/lock-conflicts.ts';
import type {
  KnownRelation,
  ObservedStatement,
  RelationLock,
} from '../../migrations/probe/observed-statement.ts';
import type { Clock } from '../../util/clock.ts';
import { readFiles, readRelations } from './probe-catalog.ts';

/** How often the server is asked; what holds its locks for less keeps nobody out for long. */
const SAMPLE_MS = 20;

/** Of every other session on this database, what it is at or was last, and what it holds. */
const SESSIONS = `
  select a.pid, a.query, a.state, extract(epoch from a.query_start)::float8 * 1000 as started,
         extract(epoch from a.state_change)::float8 * 1000 as changed, extract(epoch from clock_timestamp())::float8 * 1000 as now,
         extract(epoch from a.xact_start)::float8 * 1000 as transaction,
         coalesce(json_agg(json_build_object('oid', l.relation::int8, 'mode', l.mode))
           filter (where l.relation is not null), '[]') as locks
  from pg_catalog.pg_stat_activity a
  left join pg_catalog.pg_locks l on l.pid = a.pid and l.locktype = 'relation' and l.granted and l.database = a.datid
  where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
    and a.query_start is not null and a.query <> ''
  group by a.pid, a.query, a.state, a.query_start, a.state_change, a.xact_start`;

interface SeenSession {
  readonly pid: number;
  readonly query: string;
  readonly state: string;
  readonly started: number;
  readonly changed: number;
  readonly now: number;
  /** When its transaction began; null where none is open. */
  readonly transaction: number | null;
  readonly locks: readonly { readonly oid: number; readonly mode: string }[];
}

interface Seen {
  readonly number: number;
  readonly session: SeenSession;
  readonly held: Map<string, RelationLock>;
  endedAt: number;
  releasedAt: number;
  /** The transaction that it was in: when that began. */
  transaction: number | null;
  /** Whether the transaction stood open when it had run. */
  isOpen: boolean;
  /** When it was last looked at. */
  seenUntil: number;
}

/** Looks on where nothing can stand between the command and the server. */
export interface OutsideWatch {
  readonly relations: ReadonlyMap<number, KnownRelation>;
  /** What was seen, in the order in which it began. */
  finish(): Promise<readonly ObservedStatement[]>;
}

/** Begins to look on; `client` is a session on the branch, which nobody but the command uses besides. */
export async function watchFromOutside(client: Client, clock: Clock): Promise<OutsideWatch> {
  const { relations, files } = await readRelations(client);
  const seen = new Map<string, Seen>();
  const end = new AbortController();
  const look = async (): Promise<void> => {
    const { rows } = await client.query<SeenSession>(SESSIONS);
    for (const row of rows) note(seen, row);
  };
  const looking = lookOn(look, clock, end.signal);
  return {
    relations,
    async finish() {
      end.abort(new Error('the probe is over'));
      await looking;
      const now = await readFiles(client);
      const rewritten = [...now]
        .filter(([oid, file]) => files.has(oid) && files.get(oid) !== file)
        .map(([oid]) => oid);
      const all = withEnds([...seen.values()]);
      return all.map((each, index) => {
        const next = all.slice(index + 1).find(({ session }) => session.pid === each.session.pid);
        const goesOn = each.transaction !== null && next?.transaction === each.transaction;
        return observed(each, goesOn, rewritten);
      });
    },
  };
}

/** A transaction whose end was too quick to be seen lasted until it was last seen open, and was ended then. */
function withEnds(seen: readonly Seen[]): readonly Seen[] {
  const last = new Map(seen.map((each) => [each.session.pid, each]));
  const open = [...last.values()].filter(({ isOpen }) => isOpen);
  return [
    ...seen,
    ...open.map(({ session, seenUntil: at, transaction }, index): Seen => {
      const number = seen.length + index + 1;
      return newlySeen(number, {
        ...session,
        query: 'commit',
        state: 'idle',
        started: at,
        changed: at,
        now: at,
        transaction,
      });
    }),
  ];
}

async function lookOn(look: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look();
    await clock.sleep(SAMPLE_MS, signal).catch(() => undefined);
  }
}

function note(seen: Map<string, Seen>, session: SeenSession): void {
  const key = `${session.pid} ${session.started}`;
  const known = seen.get(key) ?? newlySeen(seen.size + 1, session);
  seen.set(key, known);
  for (const { oid, mode } of session.locks) {
    const lock = lockModeOf(mode);
    if (lock !== null) known.held.set(`${oid} ${lock}`, { oid, mode: lock });
  }
  // Idle, it has ended when its state changed; at work, it goes on.
  known.endedAt = session.state === 'active' ? session.now : session.changed;
  known.releasedAt = known.endedAt;
  known.isOpen = session.transaction !== null && session.state !== 'active';
  known.transaction = session.transaction ?? known.transaction;
  known.seenUntil = session.now;
}

function newlySeen(number: number, session: SeenSession): Seen {
  return {
    number,
    session,
    held: new Map(),
    endedAt: session.now,
    releasedAt: session.now,
    transaction: session.transaction,
    isOpen: false,
    seenUntil: session.now,
  };
}

function observed(
  { number, session, held, endedAt, releasedAt }: Seen,
  isInTransaction: boolean,
  rewritten: readonly number[],
): ObservedStatement {
  return {
    number,
    session: session.pid,
    sql: session.query,
    startedAt: session.started,
    endedAt,
    releasedAt,
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
}

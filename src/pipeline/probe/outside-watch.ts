import type { Client } from 'pg';
import type { KnownRelation, ObservedStatement } from '../../migrations/probe/observed-statement.ts';
import { loadSplitter } from '../../providers/postgres/tap/split-statements.ts';
import type { Clock } from '../../util/clock.ts';
import { readFiles, readRelations } from './probe-catalog.ts';
import { SeenStatements, type SeenSession } from './seen-statements.ts';

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

/** Looks on where nothing can stand between the command and the server. */
export interface OutsideWatch {
  readonly relations: ReadonlyMap<number, KnownRelation>;
  /** What was seen, in the order in which it began. */
  finish(): Promise<readonly ObservedStatement[]>;
}

/** Begins to look on; `client` is a session on the branch, which nobody but the command uses besides. */
export async function watchFromOutside(client: Client, clock: Clock): Promise<OutsideWatch> {
  const split = await loadSplitter();
  const { relations, files } = await readRelations(client);
  const seen = new SeenStatements();
  const end = new AbortController();
  const look = async (): Promise<void> => {
    const { rows } = await client.query<SeenSession>(SESSIONS);
    for (const row of rows) seen.note(row);
  };
  const looking = lookOn(look, clock, end.signal);
  // A session that is lost is told of at the end: until then nobody waits for it.
  looking.catch(() => undefined);
  return {
    relations,
    async finish() {
      end.abort(new Error('the probe is over'));
      await looking;
      const now = await readFiles(client);
      const rewritten = [...now]
        .filter(([oid, file]) => files.has(oid) && files.get(oid) !== file)
        .map(([oid]) => oid);
      return seen.observed(split, rewritten);
    },
  };
}

async function lookOn(look: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look();
    await clock.sleep(SAMPLE_MS, signal).catch(() => undefined);
  }
}

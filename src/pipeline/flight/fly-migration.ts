import { endSessions } from '../../providers/postgres/end-sessions.ts';
import { sessionsOf } from '../../providers/postgres/lock-waits.ts';
import { indexIds } from '../../providers/postgres/invalid-indexes.ts';
import { schemaMark } from '../../providers/postgres/schema-mark.ts';
import type { Attempt, AttemptEnd, Craft } from './attempt.ts';
import { blockedError, failedError } from './flight-error.ts';
import { holdError } from './hold-error.ts';
import type { FlightOptions } from './flight.ts';
import { dropHalfBuilt, refuseInvalidIndexes } from './half-built-indexes.ts';
import { judgeAttempt, type Judgement } from './judge-attempt.ts';
import { lockTimeoutOf, pauseAfter } from './pace.ts';
import { isAlone, type StatementLog } from './statement-log.ts';
import type { Locate } from './statement-place.ts';
import { waitForBlockers, waitForObstacles } from './wait-for-others.ts';
import { LOOK_MS, watchAttempt, type WatchReport } from './watch-attempt.ts';
import type { HoldLimit, Overheld } from './watch-held-up.ts';

/** What is left for an attempt at least: less is no attempt. */
const LEAST_MS = 500;
/** Of an attempt that succeeded. */
const NOT_JUDGED: Judgement = { isBlocked: false, isClean: true, isChanged: null, stays: [] };
const NOTHING_SEEN: WatchReport = {
  cancelled: new Set(),
  lastWait: null,
  waitedAt: null,
  heldUpMs: 0,
  overheld: null,
  pids: [],
};
/** Who was seen to wait so shortly before its time was over waited when it was: five looks, on a machine that is busy. */
const STILL_MS = 5 * LOOK_MS;

/** One attempt, with what was seen of it. */
interface Flown {
  readonly end: AttemptEnd;
  readonly report: WatchReport;
  readonly judgement: Judgement;
  /** Indexes that it began and that could not be dropped. */
  readonly halfBuilt: readonly string[];
}

/**
 * Runs a migration beside the traffic: an attempt gives up when it cannot have a lock, and lets those behind it go
 * first; then another is made, which waits for longer. Only what was wholly taken back is made again.
 *
 * Throws MIGRATION_BLOCKED with who holds the lock, or MIGRATION_FAILED with the statement and what stays of it, also where
 * it held up others for too long itself; `locate` says in which file a statement stands.
 */
export async function flyMigration(options: FlightOptions, craft: Craft, locate: Locate): Promise<void> {
  const { clock, client, random, log } = options;
  const startedAt = clock.now();
  const deadline = startedAt + options.timeoutMs;
  if (client !== null) await waitForObstacles(options, client, deadline);
  const indexes = client === null ? new Set<number>() : await indexIds(client);
  for (let number = craft.attemptsBefore + 1; ; number += 1) {
    const leftMs = Math.max(LEAST_MS, deadline - clock.now() - LEAST_MS);
    const lockTimeoutMs = Math.min(lockTimeoutOf(number, options.lockTimeoutMs, random), leftMs);
    const flown = await attempt(options, craft, { number, lockTimeoutMs, deadline, indexes });
    if (flown.report.heldUpMs > 0)
      log(`others waited ${flown.report.heldUpMs} ms in all for tables that the migration had locked`);
    const { overheld } = flown.report;
    // The next attempt would hold up others for just as long. A tool that ends well all the same has lost what it did.
    if (overheld !== null) throw await stopped(options, flown, overheld, locate);
    if (flown.end.isDone) {
      if (client !== null) await refuseInvalidIndexes(options, client, indexes, flown.end.log);
      return;
    }
    const { isBlocked, isClean } = flown.judgement;
    if (!isBlocked || !isClean) throw await failure(options, flown, locate);
    await craft.onBlocked(number);
    const pauseMs = pauseAfter(number, random);
    if (flown.end.isTimedOut || number >= options.attempts || clock.now() + pauseMs + LEAST_MS >= deadline)
      throw await blocked(options, flown, number, clock.now() - startedAt);
    log(
      `attempt ${number} of ${options.attempts} got no lock within ${lockTimeoutMs} ms and was rolled back; others go first for ${pauseMs} ms`,
    );
    await clock.sleep(pauseMs, options.signal);
    const blockers = flown.report.lastWait?.blockers ?? [];
    if (client !== null && blockers.length > 0)
      await waitForBlockers(
        options,
        client,
        blockers.map(({ pid }) => pid),
        deadline - LEAST_MS,
      );
  }
}

interface AttemptOptions {
  readonly number: number;
  readonly lockTimeoutMs: number;
  readonly deadline: number;
  /** Those from before the first attempt. */
  readonly indexes: ReadonlySet<number>;
}

async function attempt(
  options: FlightOptions,
  craft: Craft,
  { number, lockTimeoutMs, deadline, indexes }: AttemptOptions,
): Promise<Flown> {
  const { client, clock, log } = options;
  const before = client === null || craft.seesStatements ? null : await schemaMark(client);
  const timeoutMs = Math.max(LEAST_MS, deadline - clock.now());
  const checksClients = client !== null && (await canCheckClients(options));
  const made = craft.begin({ number, lockTimeoutMs, timeoutMs, checksClients });
  const watch =
    client === null
      ? null
      : watchAttempt({
          client,
          clock,
          log,
          pids: async (session) => made.pids(session),
          lockTimeoutMs: craft.seesStatements ? null : lockTimeoutMs,
          hold: made.log === null ? null : holdLimit(options, made.log),
        });
  try {
    const end = await made.end;
    const report = (await watch?.stop()) ?? NOTHING_SEEN;
    const flown = { end, report, judgement: NOT_JUDGED, halfBuilt: [] };
    if (end.isDone) return flown;
    await settle(options, made, report.pids);
    return await judged(options, flown, { before, indexes, deadline });
  } catch (error) {
    // A run that is stopped: a server may take a moment to notice that its client is gone.
    await settle(options, made, ((await watch?.stop()) ?? NOTHING_SEEN).pids);
    throw error;
  }
}

/** Only what is seen can be ended: of all else nobody knows what would stay. */
function holdLimit({ blocksAtMostMs }: FlightOptions, log: StatementLog): HoldLimit {
  return {
    atMostMs: blocksAtMostMs,
    statementsOf: (pid) => log.openOf(pid),
    obstacle(pid) {
      if (log.openOf(pid).some((sql) => isAlone({ sql })))
        return 'what it does cannot be rolled back by a transaction';
      return log.pending.length > 0 ? 'part of it ran outside a transaction and would stay' : null;
    },
  };
}

/** Drops the indexes that an attempt which failed did not finish, and judges what is left of it then. */
async function judged(
  options: FlightOptions,
  { end, report }: Flown,
  {
    before,
    indexes,
    deadline,
  }: Pick<AttemptOptions, 'indexes' | 'deadline'> & { readonly before: string | null },
): Promise<Flown> {
  const { client } = options;
  const halfBuilt = client === null ? null : await askedOf(dropHalfBuilt(options, client, indexes));
  const isChanged = client === null || before === null ? null : (await schemaMark(client)) !== before;
  const isTidy = halfBuilt === null ? null : halfBuilt.length === 0;
  const isWaiting = end.isTimedOut && report.waitedAt !== null && report.waitedAt >= deadline - STILL_MS;
  const judgement = judgeAttempt(end, report.cancelled, { isChanged, isTidy, isWaiting });
  return { end, report, judgement, halfBuilt: halfBuilt ?? [] };
}

/** Postgres before 14, and some systems, cannot look after clients that are gone. */
async function canCheckClients({ client }: FlightOptions): Promise<boolean> {
  try {
    await client?.query(`select set_config('client_connection_check_interval', '1s', false)`);
    return true;
  } catch {
    return false;
  }
}

/** Null when the connection is gone: how the migration ended counts for more. */
async function askedOf<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}

/** No lock of an attempt stays behind, whatever became of its process: nor that of a session opened after the last look. */
async function settle(
  { client, clock, log }: FlightOptions,
  made: Attempt,
  seen: readonly number[],
): Promise<void> {
  if (client === null) return;
  const last = (await askedOf(made.pids(client))) ?? [];
  const pids = [...new Set([...seen, ...last])];
  if (pids.length === 0) return;
  const left = (await askedOf(endSessions(client, clock, pids))) ?? [];
  if (left.length > 0) log(`! these sessions of the migration could not be terminated: ${left.join(', ')}`);
}

async function stopped(
  { database, blocksAtMostMs }: FlightOptions,
  { end, judgement }: Flown,
  overheld: Overheld,
  locate: Locate,
): Promise<Error> {
  const { output } = end;
  const facts = { database, overheld, blocksAtMostMs, statements: overheld.statements, judgement, output };
  return holdError(facts, locate);
}

async function blocked(
  { client, database }: FlightOptions,
  { end, report, judgement }: Flown,
  attempts: number,
  tookMs: number,
): Promise<Error> {
  const { lastWait } = report;
  const pids = lastWait?.blockers.map(({ pid }) => pid) ?? [];
  const still = client === null ? null : await askedOf(sessionsOf(client, pids));
  // Where nothing can be asked any more, those that were seen last are named.
  const holding = (still ?? lastWait?.blockers ?? []).filter((session) => session.transactionMs > 0);
  return blockedError({ database, attempts, tookMs, stays: judgement.stays }, lastWait, holding, end.output);
}

async function failure(
  { timeoutMs }: FlightOptions,
  { end, report, judgement, halfBuilt }: Flown,
  locate: Locate,
): Promise<Error> {
  const { running = null, failed = null } = end.log ?? {};
  const at = end.isTimedOut && running !== null ? { sql: running.sql, error: null } : failed;
  return failedError({
    end,
    judgement,
    timeoutMs,
    at: at === null ? null : await locate(at),
    lastWait: report.lastWait,
    invalidIndexes: halfBuilt,
  });
}

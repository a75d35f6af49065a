import { ToolError } from '../../diagnostics/tool-error.ts';
import type { LockWait } from '../../providers/postgres/lock-waits.ts';
import type { LockHolder } from '../../providers/postgres/migration-lock.ts';
import type { Obstacle } from '../../providers/postgres/obstacles.ts';
import { sessionWords, type PostgresSession } from '../../providers/postgres/postgres-session.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Judgement } from './judge-attempt.ts';
import type { StatementPlace } from './statement-place.ts';

/** Another migration of the same database is under way. */
export function lockedError(database: string, { session, connectedMs }: LockHolder): ToolError {
  const since = `since ${Math.round(connectedMs / 1000)} s`;
  const who = session.application === '' ? session.user : session.application;
  return new ToolError(
    'MIGRATION_LOCKED',
    `Another migration of ${database} is in progress: ${who}, pid ${session.pid}, ${since}.`,
    {
      hint: [
        'Wait until it ends, then deploy again. Its lock ends with its process, even if that is killed.',
        `If nothing is running there any more: ${terminateSql(session.pid)}`,
      ].join('\n'),
    },
  );
}

/** What stands in the way before the first attempt. */
export function obstacleError(
  database: string,
  words: readonly string[],
  obstacles: readonly Obstacle[],
): ToolError {
  return new ToolError(
    'MIGRATION_BLOCKED',
    `The migration of ${database} was not started: it would wait for ${words[0] ?? 'others'}.`,
    {
      hint: [
        'Nothing was changed. Deploy again when it is done.',
        ...obstacles.map(
          ({ kind, session }) =>
            `${kind === 'dump' ? 'To give up the dump' : 'To terminate the transaction, which loses its work'}: ${terminateSql(session.pid)}`,
        ),
      ].join('\n'),
      output: words.slice(1),
    },
  );
}

/** What a migration was that could not have its lock. */
export interface BlockedFacts {
  readonly database: string;
  readonly attempts: number;
  readonly tookMs: number;
  /** What is half done, and can be run again as it is. */
  readonly stays: readonly string[];
}

/** Every attempt met a lock. */
export function blockedError(
  { database, attempts, tookMs, stays }: BlockedFacts,
  lastWait: LockWait | null,
  blockers: readonly PostgresSession[],
  output: readonly string[],
): ToolError {
  const lock = lastWait?.lock ?? 'a lock';
  const by = blockers.length === 0 ? '' : ` It is held by ${blockers.map(sessionWords).join('; and by ')}.`;
  return new ToolError(
    'MIGRATION_BLOCKED',
    `The migration of ${database} could not get ${lock} in ${attempts} attempt${attempts === 1 ? '' : 's'} over ${Math.round(tookMs / 1000)} s.${by}`,
    {
      hint: [
        stays.length === 0
          ? 'All of it was rolled back, and no app was changed. Deploy again when the lock is free.'
          : 'No app was changed. Deploy again when the lock is free.',
        ...stays.map((line) => `Stays: ${line}`),
        ...blockers.map(({ pid }) => `To terminate its holder, which loses its work: ${terminateSql(pid)}`),
      ].join('\n'),
      output,
    },
  );
}

/** A migration ended well and left indexes that no query uses. */
export function invalidIndexError(database: string, indexes: readonly string[]): ToolError {
  const which = `${indexes.length === 1 ? 'index' : 'indexes'} ${indexes.join(', ')}`;
  return new ToolError(
    'MIGRATION_FAILED',
    `The migration of ${database} ended, but ${which} ${indexes.length === 1 ? 'is' : 'are'} invalid: not built to the end, and used by no query.`,
    {
      hint: [
        'No app was changed. A failed attempt leaves such an index behind, and IF NOT EXISTS accepts it. Build it, then deploy again:',
        ...indexes.map((name) => `reindex index concurrently ${name};`),
      ].join('\n'),
    },
  );
}

/** What a failed attempt comes to, for people. */
export interface FailureFacts {
  readonly end: AttemptEnd;
  readonly judgement: Judgement;
  /** Of all attempts together. */
  readonly timeoutMs: number;
  /** Where it stopped; null where nobody saw its statements. */
  readonly at: StatementPlace | null;
  readonly lastWait: LockWait | null;
  readonly invalidIndexes: readonly string[];
}

/** The migration failed for good. */
export function failedError(facts: FailureFacts): ToolError {
  const { end, judgement, at, lastWait, invalidIndexes } = facts;
  const error = end.log?.failed?.error ?? null;
  const said = error === null || end.isTimedOut ? '' : ` (${error.message}, SQLSTATE ${error.sqlState})`;
  const stopped = at === null ? '' : ` It ${end.isTimedOut ? 'was' : 'stopped'} at ${at.words}${said}.`;
  const waited =
    end.isTimedOut && lastWait !== null && lastWait.blockers.length > 0
      ? ` It waited for ${lastWait.lock}, held by ${lastWait.blockers.map(sessionWords).join('; and by ')}.`
      : '';
  const { stays } = judgement;
  return new ToolError('MIGRATION_FAILED', `${end.message}.${stopped}${waited}`, {
    hint: [
      nextOf(facts),
      ...(end.isTimedOut
        ? [`It had ${Math.round(facts.timeoutMs / 1000)} s. If it needs longer: migrate: { timeout: '…' }`]
        : []),
      ...stays.map((line) => `Stays: ${line}`),
      ...invalidIndexes.map((name) => `Not finished and unusable: drop index concurrently ${name};`),
    ].join('\n'),
    output: [...end.output, ...(at?.excerpt ?? [])],
  });
}

function nextOf({ judgement, end }: FailureFacts): string {
  if (judgement.stays.length > 0)
    return 'No app was changed. Part of it ran outside a transaction and stays: inspect it before you run anything again.';
  if (judgement.isBlocked && end.log === null)
    return 'No app was changed. It could not get a lock, and may have changed tables before that: if it can continue from there, deploy again.';
  if (judgement.isChanged === true)
    return 'No app was changed. The tables have changed: part of it stays. Inspect it before you run anything again.';
  return 'No app was changed. Fix the migration and deploy again.';
}

function terminateSql(pid: number): string {
  return `select pg_terminate_backend(${pid});`;
}

import { hideLiterals } from '../../providers/postgres/hide-literals.ts';
import type { AttemptEnd } from './attempt.ts';
import { isAlone } from './statement-log.ts';

/** lock_not_available and deadlock_detected: nothing is wrong with the statement, only the moment was. */
const LOCK_STATES: ReadonlySet<string> = new Set(['55P03', '40P01']);
/** query_canceled: for a lock only where the wait was ended from here. */
const CANCELLED = '57014';
/** The same in words, where nobody saw the answer of the server. */
const LOCK_WORDS = /canceling statement due to lock timeout|\b55P03\b|deadlock detected|\b40P01\b/i;

/** All that these leave is an invalid index. */
const BUILDS_INDEX = /\b(?:create\s+(?:unique\s+)?|re)index\b/i;
/** Half of it done, it can be run again: the index is there, and no longer used. */
const REPEATABLE = /\bdrop\s+index\s+concurrently\b/i;

/** What is known of the database after an attempt that failed. */
export interface Aftermath {
  /** Whether the tables are others than before, for attempts that nobody saw the statements of; null: nobody knows. */
  readonly isChanged: boolean | null;
  /** Whether no index that it began to build is left; null: nobody knows. */
  readonly isTidy: boolean | null;
  /** Whether its time was over while it waited for a lock. */
  readonly isWaiting: boolean;
}

/** What became of an attempt that failed. */
export interface Judgement {
  /** A lock could not be had. */
  readonly isBlocked: boolean;
  /** Whether everything of it was taken back, so that it can be made again. */
  readonly isClean: boolean;
  /** Whether anything of it stays; null: nobody knows. */
  readonly isChanged: boolean | null;
  /** Statements that stay all the same, for people. */
  readonly stays: readonly string[];
}

/** Judges an attempt that failed. `cancelled` are the sessions whose wait was ended from here. */
export function judgeAttempt(
  { log, output }: Pick<AttemptEnd, 'log' | 'output'>,
  cancelled: ReadonlySet<number>,
  { isChanged, isTidy, isWaiting }: Aftermath,
): Judgement {
  if (log === null) {
    const isBlocked = isWaiting || cancelled.size > 0 || output.some((line) => LOCK_WORDS.test(line));
    return { isBlocked, isClean: isChanged === false, isChanged, stays: [] };
  }
  const { failed, pending } = log;
  const state = failed?.error?.sqlState ?? '';
  const isBlocked =
    isWaiting || LOCK_STATES.has(state) || (state === CANCELLED && cancelled.has(failed?.backendPid ?? 0));
  const stays = pending.map(({ sql }) => hideLiterals(sql));
  const isHalfDone =
    failed !== null && isAlone(failed) && !(isTidy === true && BUILDS_INDEX.test(failed.sql));
  const isClean = stays.length === 0 && isTidy !== false && (!isHalfDone || REPEATABLE.test(failed.sql));
  if (isHalfDone) stays.push(`what is half done of: ${hideLiterals(failed.sql)}`);
  return { isBlocked, isClean, isChanged: stays.length > 0, stays };
}

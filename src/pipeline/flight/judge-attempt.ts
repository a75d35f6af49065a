import { hideLiterals } from '../../providers/postgres/hide-literals.ts';
import type { AttemptEnd } from './attempt.ts';
import { isAlone } from './statement-log.ts';

/** lock_not_available and deadlock_detected: nothing is wrong with the statement, only the moment was. */
const LOCK_STATES: ReadonlySet<string> = new Set(['55P03', '40P01']);
/** query_canceled: for a lock only where the wait was ended from here. */
const CANCELLED = '57014';
/** The same in words, where nobody saw the answer of the server. */
const LOCK_WORDS = /canceling statement due to lock timeout|\b55P03\b|deadlock detected|\b40P01\b/i;

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

/**
 * Judges an attempt that failed. `cancelled` are the sessions whose wait was ended from here. `isChanged` says whether
 * the tables are others than before, for attempts that nobody saw the statements of; null: nobody knows.
 */
export function judgeAttempt(
  { log, output }: Pick<AttemptEnd, 'log' | 'output'>,
  cancelled: ReadonlySet<number>,
  isChanged: boolean | null,
): Judgement {
  if (log === null) {
    const isBlocked = cancelled.size > 0 || output.some((line) => LOCK_WORDS.test(line));
    return { isBlocked, isClean: isChanged === false, isChanged, stays: [] };
  }
  const { failed, pending } = log;
  const state = failed?.error?.sqlState ?? '';
  const isBlocked =
    failed !== null && (LOCK_STATES.has(state) || (state === CANCELLED && cancelled.has(failed.backendPid)));
  const stays = pending.map(({ sql }) => hideLiterals(sql));
  const isHalfBuilt = failed !== null && isAlone(failed);
  if (isHalfBuilt) stays.push(`what is half done of: ${hideLiterals(failed.sql)}`);
  return { isBlocked, isClean: stays.length === 0, isChanged: stays.length > 0, stays };
}

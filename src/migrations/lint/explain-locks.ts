import type { LockedWork, LockMode, TableFacts } from './finding.ts';
import type { TableLock } from './locks/table-lock.ts';
import { isAtLeastLock } from './locks/table-lock.ts';
import type { SqlName } from './parse/names.ts';
import { sayName } from './parse/names.ts';

/** Who waits while a statement runs, for how long and why; null where nobody does. */
export function explainLocks(
  locks: readonly TableLock[],
  factsOf: (name: SqlName) => TableFacts | null,
): string | null {
  const sentences = locks.flatMap((lock) => explainLock(lock, factsOf(lock.table)) ?? []);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function explainLock({ table, lock, work }: TableLock, facts: TableFacts | null): string | null {
  const waiting = whoWaits(lock);
  if (waiting === null) return null;
  const name = sayName(table);
  if (work === 'none' || work === 'rows') {
    const held = lock === 'AccessExclusive' ? 'query' : 'write';
    return `${capital(waiting)} of ${name} wait: a moment, or as long as a ${held} that already runs on it.`;
  }
  return `${capital(waiting)} of ${name} wait while ${WORK_WORDS[work]}${estimate(work, facts)}.`;
}

/** Postgres docs, 13.3, table 13.2: which statements conflict with a lock; null: none that an app sends. */
function whoWaits(lock: LockMode): string | null {
  if (lock === 'AccessExclusive') return 'readers and writers';
  return isAtLeastLock(lock, 'Share') ? 'writers' : null;
}

const WORK_WORDS: Readonly<Record<Exclude<LockedWork, 'none' | 'rows'>, string>> = {
  scan: 'every row is looked at',
  'index-build': 'the index is built',
  rewrite: 'every row and every index is written anew',
};

// Measured on Postgres 18 with rows of 100 bytes and two indexes, on two busy cores, and rounded down: enough to tell
// seconds from minutes.
const ROWS_PER_SECOND: Readonly<Record<Exclude<LockedWork, 'none' | 'rows'>, number>> = {
  scan: 2_000_000,
  'index-build': 500_000,
  rewrite: 100_000,
};

function estimate(work: Exclude<LockedWork, 'none' | 'rows'>, facts: TableFacts | null): string {
  const rows = facts?.rows ?? null;
  if (rows === null) return '';
  const seconds = rows / ROWS_PER_SECOND[work];
  return `: ${sayDuration(seconds)} at ${Math.round(rows).toLocaleString('en-US')} rows`;
}

function sayDuration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 100) return `about ${Math.round(seconds)} s`;
  return seconds < 6_000 ? `about ${Math.round(seconds / 60)} min` : `about ${Math.round(seconds / 3_600)} h`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

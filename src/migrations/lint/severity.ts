import type { Severity, TableFacts } from './finding.ts';

/** Fewer rows than this are read or written anew in a few milliseconds: nobody notices the wait. */
const SMALL_ROWS = 10_000;
/** For rows that are long: as many bytes are read from disk in some 50 ms. */
const SMALL_BYTES = 10 * 2 ** 20;
/** From here on a scan takes seconds, and a new index or a rewrite many. */
const LARGE_ROWS = 1_000_000;
const LARGE_BYTES = 2 ** 30;
/** So often used that a wait of one second holds up a hundred queries. */
const HOT_ACCESSES_PER_SECOND = 100;

const ORDER: readonly Severity[] = ['advice', 'warning', 'error'];

/** One graver where the table is large or in constant use, one less where it is small; as it is where nothing is known. */
export function severityFor(base: Severity, facts: TableFacts | null): Severity {
  if (facts === null) return base;
  const shift = (isLarge(facts) || isHot(facts) ? 1 : 0) - (isSmall(facts) ? 1 : 0);
  return ORDER[Math.min(ORDER.length - 1, Math.max(0, ORDER.indexOf(base) + shift))] ?? base;
}

function isSmall({ rows, bytes }: TableFacts): boolean {
  return rows !== null && rows < SMALL_ROWS && (bytes === null || bytes < SMALL_BYTES);
}

function isLarge({ rows, bytes }: TableFacts): boolean {
  return (rows !== null && rows >= LARGE_ROWS) || (bytes !== null && bytes >= LARGE_BYTES);
}

function isHot({ accessesPerSecond }: TableFacts): boolean {
  return accessesPerSecond !== null && accessesPerSecond >= HOT_ACCESSES_PER_SECOND;
}

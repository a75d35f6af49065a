import type { Coverage } from './coverage.ts';

/** How much of something was reached. */
export interface Ratio {
  readonly covered: number;
  readonly total: number;
}

/** How much of all files ran. */
export interface CoverageTotals {
  readonly lines: Ratio;
  readonly branches: Ratio;
  readonly functions: Ratio;
}

/** Counts lines, branches and functions that ran. */
export function coverageTotals(coverage: Coverage): CoverageTotals {
  const files = [...coverage.values()];
  return {
    lines: ratioOf(files.flatMap(({ lines }) => [...lines.values()])),
    branches: ratioOf(files.flatMap(({ branches }) => [...branches.values()].map((taken) => taken ?? 0))),
    functions: ratioOf(files.flatMap(({ functions }) => [...functions.values()].map(({ hits }) => hits))),
  };
}

function ratioOf(hits: readonly number[]): Ratio {
  return { covered: hits.filter((count) => count > 0).length, total: hits.length };
}

/** Percent, of which nothing is rounded up: 99.99 is not 100. Null where there is nothing. */
export function percentOf({ covered, total }: Ratio): number | null {
  return total === 0 ? null : Math.floor((covered * 1000) / total) / 10;
}

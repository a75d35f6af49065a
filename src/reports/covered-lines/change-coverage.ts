import type { Ratio } from './coverage-totals.ts';
import type { Coverage } from './coverage.ts';

/** Lines that follow each other, both ends among them. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** Path, from the directory of the project → lines that a change added. */
export type AddedLines = ReadonlyMap<string, readonly LineRange[]>;

/** Lines of one file. */
export interface UncoveredLines extends LineRange {
  readonly path: string;
}

/** How much of what a change added ran. */
export interface ChangeCoverage {
  readonly lines: Ratio;
  /** What of it never ran, in the order of files and lines. */
  readonly uncovered: readonly UncoveredLines[];
  /** Changed files of a kind that others have coverage of, and that no report names: nothing loaded them. */
  readonly unmeasured: readonly string[];
}

/**
 * The change's own coverage: of the lines it added, those that can run. Lines between two that never ran, which cannot run
 * themselves, count to the same range. Pure.
 */
export function changeCoverage(coverage: Coverage, added: AddedLines): ChangeCoverage {
  const files = [...added].sort(([one], [other]) => (one < other ? -1 : 1));
  let [covered, total] = [0, 0];
  const uncovered: UncoveredLines[] = [];
  for (const [path, ranges] of files) {
    const lines = coverage.get(path)?.lines;
    if (lines === undefined) continue;
    const fresh = [...lines].filter(([line]) => ranges.some(({ from, to }) => line >= from && line <= to));
    total += fresh.length;
    covered += fresh.filter(([, hits]) => hits > 0).length;
    uncovered.push(...rangesOf(path, fresh, ranges));
  }
  const kinds = new Set([...coverage.keys()].map(kindOf));
  const unmeasured = files
    .map(([path]) => path)
    .filter((path) => !coverage.has(path) && kinds.has(kindOf(path)) && !isTest(path));
  return { lines: { covered, total }, uncovered, unmeasured };
}

function rangesOf(
  path: string,
  fresh: readonly (readonly [number, number])[],
  added: readonly LineRange[],
): UncoveredLines[] {
  const found: UncoveredLines[] = [];
  let isOpen = false;
  for (const [line, hits] of fresh.toSorted(([one], [other]) => one - other)) {
    const last = found.at(-1);
    if (hits > 0) isOpen = false;
    else if (isOpen && last !== undefined && added.some(({ from, to }) => from <= last.to && line <= to))
      found[found.length - 1] = { ...last, to: line };
    else {
      found.push({ path, from: line, to: line });
      isOpen = true;
    }
  }
  return found;
}

function kindOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0] ?? path;
}

function isTest(path: string): boolean {
  return /(^|\/)(tests?|spec|__tests__)\/|[._-](test|spec)\.[^/]+$|\.(config|d)\.\w+$/.test(path);
}

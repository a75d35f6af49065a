import type { TestResult } from '../tests/test-result.ts';
import { RUNS_OF_CHECK_MAX, shortTestId, type TestRun } from './test-history.ts';

/** A test that fails without a reason in the code. */
export interface FlakyTest {
  readonly check: string;
  readonly suite: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  /** How it ended this time. */
  readonly status: TestResult['status'];
  /** In how many runs it failed though it passed on the same code. */
  readonly times: number;
  /** Of how many runs that are known. */
  readonly runs: number;
  /** When it did so last, in epoch milliseconds. */
  readonly lastAt: number;
}

/**
 * The flaky ones among tests: those that failed and passed on the very same code, in two runs or in tries of one. A test
 * that fails since the code changed has nothing on the same code that passed, so it is not flaky. `history` holds this run
 * as well, oldest first. Pure.
 */
export function judgeFlaky(
  results: readonly TestResult[],
  history: readonly TestRun[],
): readonly FlakyTest[] {
  const byCheck = Map.groupBy(history, ({ check }) => check);
  const judged = new Map<string, Map<string, Flakes>>();
  const found = new Map<string, FlakyTest>();
  for (const result of results) {
    const { check } = result;
    const runs = (byCheck.get(check) ?? []).slice(-RUNS_OF_CHECK_MAX);
    const flakes = judged.get(check) ?? flakesOf(runs);
    judged.set(check, flakes);
    const id = shortTestId(result);
    const own = flakes.get(id);
    if (own === undefined) continue;
    const { suite, name, file, line, status } = result;
    const before = found.get(`${check}\0${id}`);
    // Of two that share a name, the one that failed is the one to look at.
    if (before?.status === 'failed') continue;
    found.set(`${check}\0${id}`, { check, suite, name, file, line, status, ...own, runs: runs.length });
  }
  return [...found.values()].sort((one, other) => other.times - one.times || other.lastAt - one.lastAt);
}

interface Flakes {
  readonly times: number;
  readonly lastAt: number;
}

/** How often each test of a check was flaky. */
function flakesOf(runs: readonly TestRun[]): Map<string, Flakes> {
  const flakes = new Map<string, Flakes>();
  const byCode = Map.groupBy(runs, ({ code }) => code);
  for (const run of runs) {
    const others = run.code === null ? [] : (byCode.get(run.code) ?? []).filter((other) => other !== run);
    const ids = new Set([
      ...run.recovered,
      ...run.failed.filter((id) => others.some((other) => hasPassed(other, id))),
    ]);
    for (const id of ids) {
      const before = flakes.get(id);
      flakes.set(id, { times: (before?.times ?? 0) + 1, lastAt: Math.max(run.at, before?.lastAt ?? 0) });
    }
  }
  return flakes;
}

/** On the same code the same tests run: where none failed, each of them passed. */
function hasPassed({ passed, failed }: TestRun, id: string): boolean {
  return passed === null ? failed.length === 0 : passed.includes(id);
}

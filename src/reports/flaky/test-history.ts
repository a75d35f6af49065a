import { createHash } from 'node:crypto';
import { testId, type TestName, type TestResult } from '../tests/test-result.ts';

/** One run of one check, as its tests went: a line of the history. */
export interface TestRun {
  /** When it ended, in epoch milliseconds. */
  readonly at: number;
  readonly check: string;
  /**
   * What it ran on: the key of the check, which changes with any input; where there is none, the commit. Null where
   * nothing tells whether two runs were of the same code.
   */
  readonly code: string | null;
  /** Tests that failed in the end, by their short id. */
  readonly failed: readonly string[];
  /** Tests that failed and passed when they were tried again. */
  readonly recovered: readonly string[];
  /** Tests that passed; null: all of those that ran did. */
  readonly passed: readonly string[] | null;
}

/** Runs of one check that are looked at: two or three weeks of a busy branch. */
export const RUNS_OF_CHECK_MAX = 40;
/** All that is kept: some dozen checks with their runs, and what failed in them. */
const HISTORY_BYTES_MAX = 4 * 1024 * 1024;
/** Letters by which a test is told from the others of its check: two of a million share one by a chance of 1 to 2. */
const ID_LENGTH = 10;
const FORMAT = 1;

/** A short name of a test, the same in every run. */
export function shortTestId(test: TestName): string {
  return createHash('sha256').update(testId(test)).digest('base64url').slice(0, ID_LENGTH);
}

/** What is kept of a run; null where no test ran in it. `earlier` are results of tries of the check that failed. */
export function testRun(
  about: Pick<TestRun, 'at' | 'check' | 'code'>,
  results: readonly TestResult[],
  earlier: readonly TestResult[] = [],
): TestRun | null {
  const ids = (status: TestResult['status'], list: readonly TestResult[]): Set<string> =>
    new Set(list.filter((result) => result.status === status).map(shortTestId));
  const failed = ids('failed', results);
  // A test that has a namesake passed only where none of the two failed.
  const passed = [...ids('passed', results)].filter((id) => !failed.has(id));
  if (failed.size === 0 && passed.length === 0) return null;
  const failedBefore = ids('failed', earlier);
  const retried = new Set(results.filter(({ failedAttempts }) => failedAttempts > 0).map(shortTestId));
  return {
    ...about,
    failed: [...failed],
    recovered: passed.filter((id) => failedBefore.has(id) || retried.has(id)),
    passed: failed.size === 0 ? null : passed,
  };
}

/** A run as a line of the history, which is only ever added to. */
export function historyLine(run: TestRun): string {
  const passed = run.passed === null ? null : run.passed.join('');
  return `${JSON.stringify({ v: FORMAT, ...run, passed })}\n`;
}

/** The runs of a history, oldest first. A line that was cut off, is spoilt or of another format is left aside. */
export function readHistory(text: string): readonly TestRun[] {
  return text.split('\n').flatMap((line) => {
    const run = line === '' ? null : runIn(line);
    return run === null ? [] : [run];
  });
}

/** The history without what nobody looks at any more; null where there is nothing to leave out. */
export function shortenedHistory(text: string): string | null {
  const runs = readHistory(text);
  const counts = new Map<string, number>();
  let bytes = 0;
  const kept: string[] = [];
  for (const run of runs.toReversed()) {
    const count = (counts.get(run.check) ?? 0) + 1;
    counts.set(run.check, count);
    const line = historyLine(run);
    if (count > RUNS_OF_CHECK_MAX || bytes + line.length > HISTORY_BYTES_MAX) continue;
    bytes += line.length;
    kept.push(line);
  }
  // A file that is twice as long as it must be is written anew; so it is not for each run.
  const isLong = runs.length > 2 * kept.length || text.length > 2 * HISTORY_BYTES_MAX;
  return isLong ? kept.toReversed().join('') : null;
}

function runIn(line: string): TestRun | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { v, at, check, code, failed, recovered, passed } = value as Record<string, unknown>;
  const isSound =
    v === FORMAT &&
    typeof at === 'number' &&
    typeof check === 'string' &&
    (code === null || typeof code === 'string') &&
    isIds(failed) &&
    isIds(recovered) &&
    (passed === null || typeof passed === 'string');
  if (!isSound) return null;
  return { at, check, code, failed, recovered, passed: passed === null ? null : idsIn(passed) };
}

function isIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

function idsIn(text: string): string[] {
  return text.match(new RegExp(`.{${ID_LENGTH}}`, 'g')) ?? [];
}

/** One test, as one run of a check tells of it. */
export interface TestResult {
  /** The check that ran it. */
  readonly check: string;
  /** The suites it is in, from the outside in, joined by ` › `; empty: none. */
  readonly suite: string;
  readonly name: string;
  /** From the directory of the project, with slashes. */
  readonly file: string | null;
  /** From 1: of the test, or of what failed in it. */
  readonly line: number | null;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** Why it failed or was skipped. */
  readonly message: string | null;
  /** The rest of what is known of a failure: the stack, and what was printed. */
  readonly output: string | null;
  /** How often it failed before it passed: its runner, or the check, tried it again. */
  readonly failedAttempts: number;
}

/** What stays the same of a test from run to run. */
export type TestName = Pick<TestResult, 'check' | 'suite' | 'name' | 'file'>;

/** By what a test is recognized in another run. */
export function testId({ check, suite, name, file }: TestName): string {
  return JSON.stringify([check, suite, name, file]);
}

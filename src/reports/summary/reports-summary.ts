import type { Severity } from '../../config/definition/ci-definition.ts';
import type { UncoveredLines } from '../covered-lines/change-coverage.ts';
import type { Ratio } from '../covered-lines/coverage-totals.ts';
import type { Finding } from '../finding.ts';
import type { FlakyTest } from '../flaky/judge-flaky.ts';
import type { TestResult } from '../tests/test-result.ts';

/** What the reports of the checks say together: `summary.json`, and what every view and the gate `quality()` read. */
export interface ReportsSummary {
  readonly format: 1;
  /** When it was put together, in epoch milliseconds. */
  readonly at: number;
  /** The commit, where nothing was uncommitted; null otherwise. */
  readonly commit: string | null;
  /** Checks whose reports are in it, with the key of their result, which is null where nothing is kept of it. */
  readonly checks: readonly SummarizedCheck[];
  /** From the root of the repository to the project: `apps/shop/`, or empty. Paths in here begin behind it. */
  readonly prefix: string;
  /** Null where no check reported tests; likewise the others. */
  readonly tests: TestsSummary | null;
  readonly coverage: CoverageSummary | null;
  readonly findings: FindingsSummary | null;
  readonly materials: MaterialsSummary | null;
  /** Reports that were not there or could not be read whole. */
  readonly warnings: readonly string[];
}

/** A check whose reports were read. */
export interface SummarizedCheck {
  readonly name: string;
  readonly key: string | null;
}

/** All tests of all checks. */
export interface TestsSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** The first of those that failed; `failed` says how many there are. */
  readonly failures: readonly TestResult[];
  /** Flaky ones among all of them. */
  readonly flaky: readonly FlakyTest[];
}

/** What ran of the code. */
export interface CoverageSummary {
  /** Percent; null where no line can run. */
  readonly percent: number | null;
  readonly lines: Ratio;
  readonly branches: Ratio;
  readonly functions: Ratio;
  /** Of the lines that the change added; null where it is not known what it added. */
  readonly change: ChangeSummary | null;
  /** Why there is no `change`. */
  readonly changeReason: string | null;
}

/** What ran of a change. */
export interface ChangeSummary {
  /** With what it is compared: `origin/main (900e104)`. */
  readonly since: string;
  /** Percent; null where none of its lines can run. */
  readonly percent: number | null;
  readonly lines: Ratio;
  readonly uncovered: readonly UncoveredLines[];
  /** Lines that never ran, where not all of them are in `uncovered`. */
  readonly uncoveredCount: number;
  readonly unmeasured: readonly string[];
}

/** What the checks found. */
export interface FindingsSummary {
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** The gravest first; not all where there are many. */
  readonly list: readonly Finding[];
}

/** What the bills of materials hold together. */
export interface MaterialsSummary {
  readonly components: number;
  /** Licences by how many components have them, the most frequent first. */
  readonly licences: readonly { readonly licence: string; readonly components: number }[];
}

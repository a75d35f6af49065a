import type { ChangeCoverage } from '../../reports/covered-lines/change-coverage.ts';
import type { Ratio } from '../../reports/covered-lines/coverage-totals.ts';
import type { Finding } from '../../reports/finding.ts';
import type { ReadReports } from '../reports/read-reports.ts';

/** What is known of an artifact when the gate quality() judges it. */
export interface QualityFacts {
  /** Every check of the project, in the order in which they ran. */
  readonly checks: readonly JudgedCheck[];
  /** Of all reports together; null: no check wrote one. */
  readonly coverage: Ratio | null;
  /** Of what was changed since the release that serves there now; null: nothing serves there, or nothing is known of coverage. */
  readonly change: ChangeCoverage | null;
  /** The release that serves there now. */
  readonly since: { readonly id: string; readonly commit: string } | null;
  /** Of checks, of the lock files and of the images. */
  readonly findings: readonly Finding[];
  /** Of all reports; `failed` in a sentence each. Null: no check reports tests. */
  readonly tests: { readonly total: number; readonly failed: readonly string[] } | null;
  /** Tests that failed before they passed: `cart › adds (2 times)`. */
  readonly flaky: readonly string[];
  readonly images: readonly JudgedImage[];
  /** Reports that are missing or could not be read, each in a sentence: what they would have said is not known. */
  readonly unread: ReadReports['unread'];
}

/** How a check ended for the gate. */
export interface JudgedCheck {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'ended' | 'not-run';
  /** `restored: same inputs as 3 minutes ago`. */
  readonly reason: string;
  readonly isFast: boolean;
  /** `The check lint failed with exit code 3.` */
  readonly problem: string | null;
  /** Of the cache. */
  readonly key: string | null;
  /** When the run ended that gave its result. */
  readonly at: number | null;
}

/** An image that was judged. */
export interface JudgedImage {
  readonly app: string;
  readonly digest: string;
  /** What the release says that its image is; null: this deployment makes the release. */
  readonly expected: string | null;
  /** Packages that were found in its layers; null: its layers are not looked into. */
  readonly packages: number | null;
}

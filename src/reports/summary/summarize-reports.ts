import type { Severity } from '../../config/definition/ci-definition.ts';
import { changeCoverage, type AddedLines } from '../covered-lines/change-coverage.ts';
import { coverageTotals, percentOf } from '../covered-lines/coverage-totals.ts';
import type { Coverage } from '../covered-lines/coverage.ts';
import type { Finding } from '../finding.ts';
import type { FlakyTest } from '../flaky/judge-flaky.ts';
import type { TestResult } from '../tests/test-result.ts';
import type {
  ChangeSummary,
  CoverageSummary,
  FindingsSummary,
  MaterialsSummary,
  ReportsSummary,
  SummarizedCheck,
  TestsSummary,
} from './reports-summary.ts';

/** What is told of each list; the merged files have all of it. */
const LISTED_MAX = 200;

/** What a change added, or why nobody knows. */
export type KnownChange =
  | { readonly kind: 'known'; readonly since: string; readonly added: AddedLines }
  | { readonly kind: 'unknown'; readonly reason: string };

/** All that was read, merged. */
export interface MergedReports {
  readonly at: number;
  readonly commit: string | null;
  readonly prefix: string;
  readonly checks: readonly SummarizedCheck[];
  /** Null where no check reports such a thing; likewise the others. */
  readonly tests: readonly TestResult[] | null;
  readonly flaky: readonly FlakyTest[];
  readonly coverage: Coverage | null;
  readonly change: KnownChange;
  readonly findings: readonly Finding[] | null;
  readonly materials: MaterialsSummary | null;
  readonly warnings: readonly string[];
}

/** Counts, judges and shortens what the reports say. Pure. */
export function summarizeReports(merged: MergedReports): ReportsSummary {
  const { at, commit, prefix, checks, tests, flaky, coverage, change, findings, materials, warnings } =
    merged;
  return {
    format: 1,
    at,
    commit,
    checks,
    prefix,
    tests: tests === null ? null : testsSummary(tests, flaky),
    coverage: coverage === null ? null : coverageSummary(coverage, change),
    findings: findings === null ? null : findingsSummary(findings),
    materials,
    warnings,
  };
}

function testsSummary(tests: readonly TestResult[], flaky: readonly FlakyTest[]): TestsSummary {
  const failures = tests.filter(({ status }) => status === 'failed');
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failures.length,
    skipped: tests.filter(({ status }) => status === 'skipped').length,
    durationMs: Math.round(tests.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    failures: failures.slice(0, LISTED_MAX),
    flaky: flaky.slice(0, LISTED_MAX),
  };
}

function coverageSummary(coverage: Coverage, change: KnownChange): CoverageSummary {
  const totals = coverageTotals(coverage);
  return {
    percent: percentOf(totals.lines),
    ...totals,
    change: change.kind === 'known' ? changeSummary(coverage, change) : null,
    changeReason: change.kind === 'unknown' ? change.reason : null,
  };
}

function changeSummary(
  coverage: Coverage,
  { since, added }: Extract<KnownChange, { kind: 'known' }>,
): ChangeSummary {
  const { lines, uncovered, unmeasured } = changeCoverage(coverage, added);
  return {
    since,
    percent: percentOf(lines),
    lines,
    uncovered: uncovered.slice(0, LISTED_MAX),
    uncoveredCount: lines.total - lines.covered,
    unmeasured: unmeasured.slice(0, LISTED_MAX),
  };
}

const ORDER: readonly Severity[] = ['critical', 'high', 'moderate', 'low'];

function findingsSummary(findings: readonly Finding[]): FindingsSummary {
  const count = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const list = findings.toSorted((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  return {
    bySeverity: {
      critical: count('critical'),
      high: count('high'),
      moderate: count('moderate'),
      low: count('low'),
    },
    list: list.slice(0, LISTED_MAX),
  };
}

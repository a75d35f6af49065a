import type { ChecksOutcome } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { Coverage } from '../../reports/covered-lines/coverage.ts';
import { mergeCoverage } from '../../reports/covered-lines/merge-coverage.ts';
import type { Finding } from '../../reports/finding.ts';
import type { TestResult } from '../../reports/tests/test-result.ts';
import { readReports, type ReadReports } from '../reports/read-reports.ts';
import type { QualityFacts } from './quality-facts.ts';

/** What the reports of checks say together. */
export interface ReportFigures {
  /** Null: no check wrote a report of it that could be read. */
  readonly coverage: Coverage | null;
  readonly findings: readonly Finding[];
  /** Null: no check reports tests. */
  readonly tests: QualityFacts['tests'];
  /** Tests that failed before they passed. */
  readonly flaky: readonly string[];
  /** Reports that are missing or could not be read: `The check lint passed and left no report at out/lint.sarif.` */
  readonly unread: ReadReports['unread'];
}

/**
 * Reads the reports that checks have left in a checkout, by the same rule as `ci` does: none that was put together of others,
 * and none that is older than its check. One that cannot be read is a problem, and never an error.
 */
export function readFigures(
  root: string,
  checks: readonly ResolvedCheck[],
  { results }: Pick<ChecksOutcome, 'results'>,
): ReportFigures {
  const ended = checks.flatMap((check) => {
    const result = results.find(({ name }) => name === check.name);
    if (result?.status !== 'passed' && result?.status !== 'failed') return [];
    return [{ check, hasPassed: result.status === 'passed', startedAt: result.startedAt }];
  });
  // Secrets of checks were taken out of their reports when they had been written.
  const read = readReports(ended, { root, redact: (text) => text });
  const coverage = (read.coverage ?? []).filter(({ size }) => size > 0);
  return {
    coverage: coverage.length === 0 ? null : mergeCoverage(coverage),
    findings: read.findings ?? [],
    tests: read.tests === null ? null : { total: read.tests.length, failed: read.tests.flatMap(failedWords) },
    flaky: (read.tests ?? []).flatMap(({ suite, name, status, failedAttempts }) => {
      if (status !== 'passed' || failedAttempts === 0) return [];
      const times = failedAttempts === 1 ? 'once' : `${failedAttempts} times`;
      return [`${nameOf({ suite, name })} failed ${times} before it passed`];
    }),
    unread: read.unread,
  };
}

function failedWords({ suite, name, status, check, file, line }: TestResult): string[] {
  if (status !== 'failed') return [];
  const at = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  return [`${nameOf({ suite, name })} failed in the check ${check}${at}`];
}

function nameOf({ suite, name }: Pick<TestResult, 'suite' | 'name'>): string {
  return suite === '' ? name : `${suite} › ${name}`;
}

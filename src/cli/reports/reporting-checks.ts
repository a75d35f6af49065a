import type { CheckResult } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { ReadCheck } from '../../pipeline/reports/read-reports.ts';

/** A check that came to its end and has reports. */
export interface ReportingCheck extends ReadCheck {
  /** Of its result; null where nothing is kept of it. */
  readonly key: string | null;
  readonly from: CheckResult['from'];
}

/** Those of a run that came to an end and have reports to read. */
export function reportingChecks({
  checks,
  results,
}: {
  readonly checks: readonly ResolvedCheck[];
  readonly results: readonly CheckResult[];
}): ReportingCheck[] {
  return checks.flatMap((check) => {
    const result = results.find(({ name }) => name === check.name);
    if (!hasReports(check) || result === undefined) return [];
    const { status, key, from, startedAt } = result;
    if (status !== 'passed' && status !== 'failed') return [];
    return [{ check, hasPassed: status === 'passed', key, from, startedAt }];
  });
}

/** Whether a check says where it writes reports. */
function hasReports({ reports }: ResolvedCheck): boolean {
  return Object.values(reports).some((globs: readonly string[]) => globs.length > 0);
}

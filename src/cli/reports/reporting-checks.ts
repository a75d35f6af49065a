import type { CheckResult } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';

/** A check that came to its end and has reports. */
export interface ReportingCheck {
  readonly check: ResolvedCheck;
  readonly hasPassed: boolean;
  /** Of its result; null where nothing is kept of it. */
  readonly key: string | null;
  readonly from: CheckResult['from'];
  /** When it began, in epoch milliseconds: what is older is of another run. Null where it need not run. */
  readonly startedAt: number | null;
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

import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { lastSummary } from './last-summary.ts';
import type { ReportingCheck } from './reporting-checks.ts';

/**
 * The summary that was written last, where every check found what it made in place and it is of these very results: then
 * nothing has to be read again. Null otherwise.
 */
export function sameAsLast(root: string, reporting: readonly ReportingCheck[]): ReportsSummary | null {
  if (!reporting.every(({ from }) => from === 'in-place')) return null;
  const last = lastSummary(root);
  if (last === null || last.checks.length !== reporting.length) return null;
  const isSame = reporting.every(
    ({ check, key }) => key !== null && last.checks.some((one) => one.name === check.name && one.key === key),
  );
  return isSame ? last : null;
}

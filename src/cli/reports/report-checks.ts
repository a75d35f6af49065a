import type { ReportChecksOptions } from './report-options.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import type { CommandContext } from '../command-context.ts';
import { reportingChecks } from './reporting-checks.ts';
import { sameAsLast } from './same-as-last.ts';

/**
 * Puts together what the checks of a run reported: writes the merged files into `.glidepath/reports`, remembers how the
 * tests went, and inside GitHub Actions adds to the summary of the job. Null where no check that came to an end has reports.
 * Never throws for what a report holds. What reads reports is loaded only where there is something to read.
 */
export async function reportChecks(
  context: Pick<CommandContext, 'env'>,
  options: ReportChecksOptions,
): Promise<ReportsSummary | null> {
  const reporting = reportingChecks(options);
  if (reporting.length === 0) return null;
  const same = options.github === null ? sameAsLast(options.root, reporting) : null;
  if (same !== null) return same;
  const { joinReports } = await import('./join-reports.ts');
  return joinReports(context, options, reporting);
}

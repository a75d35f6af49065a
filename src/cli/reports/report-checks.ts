import type { CheckResult } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import type { CommandContext } from '../command-context.ts';
import type { GithubContext } from '../github/github-context.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { reportingChecks } from './reporting-checks.ts';
import { sameAsLast } from './same-as-last.ts';

/** Whose reports are put together. */
export interface ReportChecksOptions {
  /** The directory of the project. */
  readonly root: string;
  readonly mainBranch: string;
  /** The checks of the run, and how each of them ended. */
  readonly checks: readonly ResolvedCheck[];
  readonly results: readonly CheckResult[];
  /** What tries of them said that failed; null where nothing is tried again. */
  readonly attempts: FailedAttempts | null;
  /** Null outside of GitHub Actions. */
  readonly github: GithubContext | null;
  readonly redact: (text: string) => string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Puts together what the checks of a run reported: writes the merged files into `.glidepath/reports`, remembers how the
 * tests went, and inside GitHub Actions annotates the code and adds to the summary of the job. Null where no check that
 * came to an end has reports. Never throws for what a report holds. What reads reports is loaded only where there is
 * something to read.
 */
export async function reportChecks(
  context: Pick<CommandContext, 'env' | 'output'>,
  options: ReportChecksOptions,
): Promise<ReportsSummary | null> {
  const reporting = reportingChecks(options);
  if (reporting.length === 0) return null;
  const same = options.github === null ? sameAsLast(options.root, reporting) : null;
  if (same !== null) return same;
  const { joinReports } = await import('./join-reports.ts');
  return joinReports(context, options, reporting);
}

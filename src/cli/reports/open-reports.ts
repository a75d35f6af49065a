import type { CheckEvent, ChecksOutcome } from '../../checks/check-event.ts';
import type { ResolvedCheck, ResolvedProject } from '../../config/resolved.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import type { CommandContext } from '../command-context.ts';
import type { SecretVault } from '../secret-vault.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { hasReports, reportingChecks } from './reporting-checks.ts';
import { sameAsLast } from './same-as-last.ts';

/** The reports of one run of checks. */
export interface RunReports {
  /** To be told of everything that running checks says. */
  onEvent(event: CheckEvent): void;
  /** After the run: what its reports say together, written down and told to GitHub. Null where it has none. */
  tell(outcome: ChecksOutcome): Promise<ReportsSummary | null>;
}

/** Whose reports they are. */
export interface OpenReportsOptions {
  readonly project: Pick<ResolvedProject, 'checks' | 'mainBranch'>;
  /** The directory of the project. */
  readonly root: string;
  readonly vault: Pick<SecretVault, 'redact'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Listens to a run of checks for their reports. What reads them is loaded only when there is something to read. */
export async function openReports(
  context: Pick<CommandContext, 'env' | 'output'>,
  { project, root, vault, now }: OpenReportsOptions,
): Promise<RunReports> {
  const { checks, mainBranch } = project;
  const redact = (text: string): string => vault.redact(text);
  const attempts = await attemptsOf(checks, { root, redact });
  return {
    onEvent: (event) => attempts?.onEvent(event),
    async tell({ results }) {
      if (!checks.some(hasReports)) return null;
      const isActions = context.env['GITHUB_ACTIONS'] === 'true';
      const same = isActions ? null : sameAsLast(root, reportingChecks({ checks, results }));
      if (same !== null && same.checks.length > 0) return same;
      const [{ reportChecks }, { readGithubContext }] = await Promise.all([
        import('./report-checks.ts'),
        import('../read-github-context.ts'),
      ]);
      const github = readGithubContext(context);
      return reportChecks(context, {
        root,
        mainBranch,
        checks,
        results,
        attempts,
        github,
        redact,
        now: now(),
      });
    },
  };
}

/** Only a check that is tried again may write over what it said before. */
async function attemptsOf(
  checks: readonly ResolvedCheck[],
  place: { readonly root: string; readonly redact: (text: string) => string },
): Promise<FailedAttempts | null> {
  if (!checks.some(({ retries, reports }) => retries > 0 && reports.junit.length > 0)) return null;
  const { failedAttempts } = await import('./failed-attempts.ts');
  return failedAttempts(place);
}

import type { CheckEvent, ChecksOutcome } from '../../checks/check-event.ts';
import { runChecks, type ChecksDeps } from '../../checks/run-checks.ts';
import type { CheckPlan } from '../../checks/select-checks.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { failedLogs } from './failed-logs.ts';
import type { TypedCiOptions } from './typed-ci.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import type { FailedAttempts } from '../reports/failed-attempts.ts';
import { checksView } from '../views/checks/checks-view.ts';

/** One run of checks on this working copy. */
export interface ChecksRunOptions {
  readonly project: ResolvedProject;
  readonly root: string;
  readonly deps: ChecksDeps;
  readonly plan: CheckPlan;
  readonly typed: Pick<TypedCiOptions, 'isKeepGoing' | 'isForce' | 'isWatched'>;
  /** Besides the view. */
  readonly onEvent?: (event: CheckEvent) => void;
}

/** How the checks ended, and what their reports say; null where none of them has reports. */
export interface ShownChecks {
  readonly outcome: ChecksOutcome;
  readonly reports: ReportsSummary | null;
}

/** Runs checks, shows them while they run, puts their reports together, and tells GitHub what to show beside the code. */
export async function showChecks(context: CommandContext, options: ChecksRunOptions): Promise<ShownChecks> {
  const attempts = await attemptsOf(options);
  const outcome = await runAndShow(context, options, attempts);
  const reports = await reportsOf(context, options, { outcome, attempts });
  if (isActions(context)) {
    const { annotateRun } = await import('../reports/annotate-run.ts');
    annotateRun(context.output, { outcome, reports });
  }
  return { outcome, reports };
}

function isActions({ env }: CommandContext): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}

async function reportsOf(
  context: CommandContext,
  { project, root, deps, plan, typed }: ChecksRunOptions,
  { outcome, attempts }: { readonly outcome: ChecksOutcome; readonly attempts: FailedAttempts | null },
): Promise<ReportsSummary | null> {
  const checks = plan.selected.map(({ check }) => check);
  if (
    !checks.some(({ reports }) => Object.values(reports).some((globs: readonly string[]) => globs.length > 0))
  )
    return null;
  const { reportChecks } = await import('../reports/report-checks.ts');
  return reportChecks(context, {
    root,
    mainBranch: project.mainBranch,
    checks,
    results: outcome.results,
    attempts,
    github: typed.isWatched ? null : readGithubContext(context),
    redact: deps.redact,
    now: systemClock.now(),
  });
}

async function runAndShow(
  context: CommandContext,
  { root, deps, plan, typed, onEvent }: ChecksRunOptions,
  attempts: FailedAttempts | null,
): Promise<ChecksOutcome> {
  const logs = failedLogs(root, context.cwd);
  using view = checksView({
    output: context.output,
    isActions: isActions(context),
    isVerbose: context.isVerbose,
    now: () => systemClock.now(),
  });
  const outcome = await runChecks(deps, plan, {
    root,
    signal: context.interrupt,
    onEvent(event) {
      attempts?.onEvent(event);
      view.onEvent(event);
      onEvent?.(event);
    },
    onLog(check, log, result) {
      view.onLog(check, log);
      logs.onLog(log, result);
    },
    isKeepGoing: typed.isKeepGoing,
    isForce: typed.isForce,
    isWatched: typed.isWatched,
  });
  return logs.named(outcome);
}

/** Reports of tries that failed are read before the next try writes over them. */
async function attemptsOf({ root, deps, plan }: ChecksRunOptions): Promise<FailedAttempts | null> {
  if (!plan.selected.some(({ check }) => check.retries > 0 && check.reports.junit.length > 0)) return null;
  const { failedAttempts } = await import('../reports/failed-attempts.ts');
  return failedAttempts({ root, redact: deps.redact });
}

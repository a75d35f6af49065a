import type { CheckResult, ChecksOutcome } from '../../../checks/check-event.ts';
import type { CheckPlan, SelectedCheck } from '../../../checks/select-checks.ts';

/** The JSON document of a run of checks. Times are milliseconds; `startedAt` and `endedAt` count from the epoch. */
export function checksDocument(plan: CheckPlan, outcome: ChecksOutcome): object {
  const { hasPassed, durationMs, savedMs, criticalPath, criticalPathMs, results } = outcome;
  const byName = new Map(results.map((result) => [result.name, result]));
  return {
    passed: hasPassed,
    durationMs,
    savedMs,
    criticalPath: { checks: criticalPath, durationMs: criticalPathMs },
    checks: plan.selected.map((selected) => checkDocument(selected, byName.get(selected.check.name))),
    leftOut: plan.leftOut,
  };
}

/** One check of that document. */
export function checkDocument(
  { check, preparesFor }: SelectedCheck,
  result: CheckResult | undefined,
): object {
  const { name, command, needs } = check;
  return {
    name,
    command,
    needs,
    preparesFor,
    status: result?.status ?? 'not-run',
    from: result?.from ?? null,
    reason: result?.reason ?? '',
    key: result?.key ?? null,
    exitCode: result?.exitCode ?? null,
    timedOut: result?.timedOut ?? false,
    startedAt: result?.startedAt ?? null,
    durationMs: result?.durationMs ?? null,
    endedAt: result?.endedAt ?? null,
    savedMs: result?.savedMs ?? 0,
    failedAttempts: result?.failedAttempts ?? 0,
    kept: result?.isKept ?? false,
    warnings: result?.warnings ?? [],
    problem: result?.problem ?? null,
  };
}

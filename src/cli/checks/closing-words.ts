import type { CheckResult } from '../../checks/check-event.ts';
import type { CheckPlan } from '../../checks/select-checks.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { checksSummary } from '../views/checks/checks-summary.ts';
import type { showChecks } from './show-checks.ts';

/** What is said when all checks have ended: what their reports say, and how it went. */
export async function closingWords(
  { output, isVerbose }: CommandContext,
  plan: CheckPlan,
  { outcome, reports }: Awaited<ReturnType<typeof showChecks>>,
): Promise<string> {
  const { color, width } = output;
  const hasPicture = output.isTty && !isVerbose;
  const summary = checksSummary(plan, outcome, { color, hasPicture });
  if (reports === null) return summary;
  const { renderReports } = await import('../views/checks/reports.ts');
  return renderReports(reports, { color, width, now: systemClock.now() }) + summary;
}

/** A check that failed, as the error of the command. */
export function failedError({ name, problem, output }: CheckResult): ToolError {
  return new ToolError(problem?.code ?? 'CHECK_FAILED', problem?.message ?? `The check ${name} failed.`, {
    hint: problem?.hint ?? `Run it again: glidepath ci --only ${name}`,
    output: [...output],
  });
}

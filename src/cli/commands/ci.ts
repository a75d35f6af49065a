import { join } from 'node:path';
import type { CheckResult, ChecksOutcome } from '../../checks/check-event.ts';
import { runChecks } from '../../checks/run-checks.ts';
import type { CheckPlan } from '../../checks/select-checks.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { endLeftCheckRuns } from '../check-runs.ts';
import { planChecks } from '../plan-checks.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openChecks } from '../open-checks.ts';
import { openProject } from '../open-project.ts';
import { writeJson } from '../output.ts';
import { createVault } from '../secret-vault.ts';
import { checksDocument } from '../views/checks/checks-document.ts';
import { checksSummary } from '../views/checks/checks-summary.ts';
import { checksView } from '../views/checks/checks-view.ts';

/** What was typed behind `ci`. */
export interface TypedCiOptions {
  readonly only: readonly string[] | null;
  readonly isFast: boolean;
  /** Only what differs from where HEAD left this ref. */
  readonly since: string | null;
  readonly isKeepGoing: boolean;
  readonly isWatched: boolean;
  readonly isForce: boolean;
  /** Neither read nor written. */
  readonly isCacheless: boolean;
  /** Where outputs and reports are copied to. */
  readonly exportTo: string | null;
}

/**
 * `glidepath ci`: the checks of the project, in the files as they lie there. Throws CHECK_UNKNOWN, CHECK_FAILED and
 * CHECK_WROTE_OUTSIDE.
 */
export async function ci(context: CommandContext, typed: TypedCiOptions): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  await endLeftCheckRuns(join(root, '.glidepath'), systemClock);
  const plan = await planChecks({ project, root }, typed);
  const vault = createVault(context.env);
  const deps = await openChecks(context, { project, root, checkout: root, checks: project.checks, vault });
  const outcome = await runAndShow(context, { deps, plan, root, typed });
  const [failure] = outcome.failures;
  const failed = failure === undefined ? null : failedError(failure);
  if (context.output.json) {
    const { problemDocument } = await import('../views/problem.ts');
    const error = failed === null ? {} : problemDocument(failed, false);
    writeJson(context.output, { ...checksDocument(plan, outcome), ...error });
    return failed === null ? EXIT.ok : ERROR_CODES[failed.code].exit;
  }
  const hasPicture = context.output.isTty && !context.isVerbose;
  context.output.write(checksSummary(plan, outcome, { color: context.output.color, hasPicture }));
  if (failed !== null) throw failed;
  return EXIT.ok;
}

/** What a run of the command works with. */
interface CiRun {
  readonly deps: Awaited<ReturnType<typeof openChecks>>;
  readonly plan: CheckPlan;
  readonly root: string;
  readonly typed: TypedCiOptions;
}

async function runAndShow(
  context: CommandContext,
  { deps, plan, root, typed }: CiRun,
): Promise<ChecksOutcome> {
  using view = checksView({
    output: context.output,
    isActions: context.env['GITHUB_ACTIONS'] === 'true',
    isVerbose: context.isVerbose,
    now: () => systemClock.now(),
  });
  return await runChecks(deps, plan, {
    root,
    signal: context.interrupt,
    onEvent: (event) => view.onEvent(event),
    onLog: (check, log) => view.onLog(check, log),
    isKeepGoing: typed.isKeepGoing,
    isForce: typed.isForce,
    isWatched: typed.isWatched,
  });
}

function failedError({ name, problem, output }: CheckResult): ToolError {
  return new ToolError(problem?.code ?? 'CHECK_FAILED', problem?.message ?? `The check ${name} failed.`, {
    hint: problem?.hint ?? `Run it again: glidepath ci --only ${name}`,
    output: [...output],
  });
}

import type { CheckDeps, CheckResult } from '../../checks/run-check.ts';
import { failureSentence, runChecks, type ChecksOutcome } from '../../checks/run-checks.ts';
import { selectChecks, type CheckPlan } from '../../checks/select-checks.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { openCheckService } from '../check-services.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openProject } from '../open-project.ts';
import { writeJson } from '../output.ts';
import { runCommand } from '../run-command.ts';
import { createVault, type SecretVault } from '../secret-vault.ts';
import { checksView } from '../views/checks.ts';
import { problemDocument } from '../views/problem.ts';
import { formatDuration } from '../views/time.ts';

/** What was typed behind `ci`. */
export interface TypedCiOptions {
  readonly only: readonly string[] | null;
  readonly isFast: boolean;
}

/**
 * `glidepath ci`: the checks of the project, in the files as they lie there. The first that fails ends it. Throws
 * CHECK_UNKNOWN and CHECK_FAILED.
 */
export async function ci(context: CommandContext, typed: TypedCiOptions): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  const plan = selectChecks(project.checks, typed);
  const vault = createVault(context.env);
  const startedAt = performance.now();
  const outcome = await runAndShow(context, { plan, root, vault });
  const durationMs = Math.round(performance.now() - startedAt);
  const failed = outcome.failure === null ? null : failedError(outcome.failure, vault);
  if (context.output.json) {
    writeJson(context.output, { ...documentOf(plan, outcome, durationMs), ...errorPart(failed) });
    return failed === null ? EXIT.ok : ERROR_CODES[failed.code].exit;
  }
  if (failed !== null) throw failed;
  context.output.write(summaryLine(plan, durationMs));
  return EXIT.ok;
}

async function runAndShow(
  context: CommandContext,
  { plan, root, vault }: { plan: CheckPlan; root: string; vault: SecretVault },
): Promise<ChecksOutcome> {
  using view = checksView({
    output: context.output,
    isActions: context.env['GITHUB_ACTIONS'] === 'true',
    isVerbose: context.isVerbose,
    redact: (line) => vault.redact(line),
    now: () => performance.now(),
  });
  const deps: CheckDeps = {
    runCommand: ({ env, ...run }) => runCommand({ ...run, env: { ...toolVariables(context.env), ...env } }),
    openService: openCheckService,
    variable: (name) => vault.read(name),
    clock: systemClock,
  };
  return await runChecks(deps, plan, {
    directory: root,
    signal: context.interrupt,
    onEvent: (event) => view.onEvent(event),
  });
}

/**
 * What tools need to find themselves, their caches and the way out: set by version managers, setup actions and
 * proxies. Everything else has to be named by the check, so that no secret of this process reaches one by accident.
 */
const TOOL_VARIABLES: readonly RegExp[] = [
  /^(\w+_HOME|MIX_ARCHIVES|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|DOCKER_HOST|CHROME_BIN|PLAYWRIGHT_BROWSERS_PATH)$/,
  /^(ASDF|COREPACK|NVM|XDG|LC)_/,
  /^npm_config_(registry|cache|userconfig)$/i,
  /^(https?|no|all)_proxy$/i,
  /^(GITHUB_ACTIONS|GITHUB_WORKSPACE|RUNNER_TEMP|RUNNER_TOOL_CACHE|TZ|USER|SHELL)$/,
];

function toolVariables(env: CommandContext['env']): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => TOOL_VARIABLES.some((kept) => kept.test(name)));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function failedError(failure: NonNullable<ChecksOutcome['failure']>, vault: SecretVault): ToolError {
  return new ToolError('CHECK_FAILED', failureSentence(failure), {
    hint: `Run it again: glidepath ci --only ${failure.check.name}`,
    output: failure.result.output.map((line) => vault.redact(line)),
  });
}

function summaryLine({ selected, leftOut }: CheckPlan, durationMs: number): string {
  const checks = selected.length === 1 ? '1 check' : `${selected.length} checks`;
  const rest = leftOut.length === 0 ? '' : `; left out: ${leftOut.map(({ name }) => name).join(', ')}`;
  return selected.length === 0
    ? `There is no check to run${rest}.\n`
    : `${checks} passed in ${formatDuration(durationMs)}${rest}.\n`;
}

function documentOf(plan: CheckPlan, { results, failure }: ChecksOutcome, durationMs: number): object {
  const resultOf = (name: string): CheckResult | undefined => results.find((result) => result.name === name);
  const selected = plan.selected.map(({ check, preparesFor }) => {
    const result = resultOf(check.name);
    return {
      name: check.name,
      command: check.command,
      status: result === undefined ? 'not-run' : result.hasPassed ? 'passed' : 'failed',
      preparesFor,
      exitCode: result?.exitCode ?? null,
      timedOut: result?.timedOut ?? false,
      durationMs: result === undefined ? null : Math.round(result.durationMs),
    };
  });
  return { passed: failure === null, durationMs, checks: selected, leftOut: plan.leftOut };
}

function errorPart(failed: ToolError | null): object {
  return failed === null ? {} : problemDocument(failed, false);
}

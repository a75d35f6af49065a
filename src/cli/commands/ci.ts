import type { CheckResult } from '../../checks/check-event.ts';
import type { CheckPlan } from '../../checks/select-checks.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { inContainers } from '../checks/container/in-containers.ts';
import { ownBuild } from '../../util/own-file.ts';
import { endLeftCheckRuns } from '../checks/check-runs.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { loadProjectQuickly } from '../checks/load-project-quickly.ts';
import { openChecks, type OpenedChecks } from '../checks/open-checks.ts';
import { writeJson } from '../output.ts';
import { planChecks } from '../checks/plan-checks.ts';
import { openMemo } from '../checks/quick/open-memo.ts';
import type { EndedRun } from '../checks/quick/remember-run.ts';
import { createVault, type SecretVault } from '../platforms/secret-vault.ts';
import { showChecks, type ChecksRunOptions } from '../checks/show-checks.ts';
import { checksDocument } from '../views/checks/checks-document.ts';
import { checksSummary } from '../views/checks/checks-summary.ts';

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
  /** `--container`: every check in a container. */
  readonly isContainer: boolean;
  /** Where outputs and reports are copied to. */
  readonly exportTo: string | null;
}

/**
 * `glidepath ci`: the checks of the project, in the files as they lie there. Throws CHECK_UNKNOWN, CHECK_FAILED and
 * CHECK_WROTE_OUTSIDE.
 */
export async function ci(context: CommandContext, typed: TypedCiOptions): Promise<ExitCode> {
  using memo = openMemo(context, typed);
  const loaded = await loadProjectQuickly(context, { build: ownBuild(), now: () => systemClock.now() });
  const { project: written, root } = loaded;
  if (typed.exportTo !== null) {
    const { requireExportable } = await import('../checks/export-checks.ts');
    await requireExportable(context, typed.exportTo);
  }
  const project = typed.isContainer ? inContainers(written) : written;
  await endLeftCheckRuns(root, systemClock);
  const vault = createVault(context.env);
  const deps = await openChecks(context, {
    project,
    root,
    checkout: root,
    checks: project.checks,
    vault,
    isCacheless: typed.isCacheless,
    commit: null,
    onWarning: (sentence) => context.output.error(`${vault.redact(sentence)}\n`),
  });
  const run = { project, root, deps, typed, vault } satisfies CiRun;
  if (typed.isWatched) {
    const { watchChecks } = await import('./ci-watch.ts');
    return await watchChecks(context, run);
  }
  return await runOnce(context, run, (ended) => memo?.remember({ ...ended, loaded, deps }));
}

/** What the command works with. */
export interface CiRun extends Omit<ChecksRunOptions, 'plan'> {
  readonly deps: OpenedChecks;
  readonly typed: TypedCiOptions;
  readonly vault: SecretVault;
}

async function runOnce(
  context: CommandContext,
  run: CiRun,
  remember: (ended: Pick<EndedRun, 'plan' | 'outcome' | 'reports'>) => void,
): Promise<ExitCode> {
  const { project, root, typed, vault } = run;
  const startedAt = systemClock.now();
  // Checks would be left running, and whether they pass would not be known.
  context.output.outliveReader();
  const plan = await planChecks({ project, root }, typed);
  const shown = await showChecks(context, { ...run, plan });
  const { outcome } = shown;
  remember({ plan, ...shown });
  const [failure] = outcome.failures;
  const failed = failure === undefined ? null : failedError(failure);
  const exported =
    typed.exportTo === null
      ? null
      : await exportOutcome(context, run, { ...shown, startedAt, to: typed.exportTo });
  if (context.output.json) {
    const { problemDocument } = await import('../views/problem.ts');
    const error = failed === null ? {} : problemDocument(failed, false);
    const more = {
      reports: shown.reports,
      ...(exported === null ? {} : { export: exported.document }),
      ...error,
    };
    writeJson(context.output, { ...checksDocument(plan, outcome), ...more });
    return failed === null ? EXIT.ok : ERROR_CODES[failed.code].exit;
  }
  context.output.write(vault.redact(await closingWords(context, plan, shown)));
  if (exported !== null) context.output.write(exported.words);
  if (failed !== null) throw failed;
  return EXIT.ok;
}

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

async function exportOutcome(
  context: CommandContext,
  { project, root }: CiRun,
  {
    outcome,
    reports,
    startedAt,
    to,
  }: Pick<EndedRun, 'outcome' | 'reports'> & { startedAt: number; to: string },
): Promise<{ readonly words: string; readonly document: object }> {
  const { exportChecks } = await import('../checks/export-checks.ts');
  const { exportDocument, exportWords } = await import('../views/project/export.ts');
  const finishedAt = systemClock.now();
  const exported = await exportChecks(context, {
    project,
    root,
    outcome,
    hasReports: reports !== null,
    directory: to,
    startedAt,
    finishedAt,
  });
  return { words: exportWords(exported, context), document: exportDocument(exported) };
}

/** A check that failed, as the error of the command. */
export function failedError({ name, problem, output }: CheckResult): ToolError {
  return new ToolError(problem?.code ?? 'CHECK_FAILED', problem?.message ?? `The check ${name} failed.`, {
    hint: problem?.hint ?? `Run it again: glidepath ci --only ${name}`,
    output: [...output],
  });
}

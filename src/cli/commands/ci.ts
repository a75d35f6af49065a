import type { TypedCiOptions } from '../checks/typed-ci.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { endLeftCheckRuns } from '../checks/check-runs.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openCiRun } from '../checks/open-ci-run.ts';
import { writeJson } from '../output.ts';
import { planChecks } from '../checks/plan-checks.ts';
import { openMemo } from '../checks/quick/open-memo.ts';
import type { EndedRun } from '../checks/quick/remember-run.ts';
import { showChecks } from '../checks/show-checks.ts';
import { checksDocument } from '../views/checks/checks-document.ts';
import type { CiRun } from '../checks/ci-run.ts';
import { closingWords, failedError } from '../checks/closing-words.ts';

/**
 * `glidepath ci`: the checks of the project, in the files as they lie there. Throws CHECK_UNKNOWN, CHECK_FAILED and
 * CHECK_WROTE_OUTSIDE.
 */
export async function ci(context: CommandContext, typed: TypedCiOptions): Promise<ExitCode> {
  if (typed.isWatched && typed.exportTo !== null)
    throw new ToolError('CLI_USAGE', '--watch and --export cannot be used together.', {
      hint: `Export without --watch: glidepath ci --export ${typed.exportTo}`,
    });
  using memo = openMemo(context, typed);
  if (typed.exportTo !== null) {
    const { requireExportable } = await import('../checks/export-checks.ts');
    await requireExportable(context, typed.exportTo);
  }
  const run = await openCiRun(context, typed);
  await endLeftCheckRuns(run.root, systemClock);
  if (typed.isWatched) {
    const { watchChecks } = await import('./ci-watch.ts');
    return await watchChecks(context, run);
  }
  const { loaded, deps } = run;
  return await runOnce(context, run, (ended) => memo?.remember({ ...ended, loaded, deps }));
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

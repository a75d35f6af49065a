import { nameHint } from '../../config/did-you-mean.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { WorkflowReport } from '../../workflows/finding.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { topOf } from '../lint/lint-origin.ts';
import { gatherFiles } from '../workflows/gather-files.ts';
import { lintRepository } from '../workflows/lint-repository.ts';
import { writeWorkflowLint } from '../workflows/write-lint.ts';

/** What was typed behind `github lint`. */
export interface TypedGithubLintOptions {
  readonly format: string | null;
  readonly failOn: string | null;
  readonly isPedantic: boolean;
}

const FORMATS = ['human', 'json', 'sarif', 'github'] as const;
const FAIL_ON = ['error', 'warning'] as const;

/**
 * `glidepath github lint [FILE…]`: what is wrong with GitHub workflows and what they rely on. Ends with 1 where something
 * is as grave as `--fail-on`, with 2 where a file is no YAML.
 */
export async function githubLint(
  context: CommandContext,
  named: readonly string[],
  typed: TypedGithubLintOptions,
): Promise<ExitCode> {
  const format = oneOf('--format', typed.format ?? (context.output.json ? 'json' : 'human'), FORMATS);
  const failOn = oneOf('--fail-on', typed.failOn ?? 'error', FAIL_ON);
  if (context.output.json && format !== 'json') {
    throw usage(`--json and --format ${format} cannot be combined.`, 'Use one of them.');
  }
  const files = gatherFiles(await topOf(context.cwd), context.cwd, named);
  if (files.asked.size === 0) {
    throw usage('There are no GitHub workflows here.', 'Name the files: glidepath github lint path/to/*.yml');
  }
  const linted = await lintRepository(files, typed);
  await writeWorkflowLint(context, format, linted);
  return exitCode(linted.reports, failOn);
}

function exitCode(reports: readonly WorkflowReport[], failOn: (typeof FAIL_ON)[number]): ExitCode {
  if (reports.some((report) => report.mistakes.length > 0)) return EXIT.usage;
  const isGrave = reports.some((report) =>
    report.findings.some(
      ({ severity }) => severity === 'error' || (failOn === 'warning' && severity === 'warning'),
    ),
  );
  return isGrave ? EXIT.failed : EXIT.ok;
}

function oneOf<T extends string>(option: string, typed: string, known: readonly T[]): T {
  const found = known.find((one) => one === typed);
  if (found !== undefined) return found;
  throw usage(`${option} cannot be ${typed === '' ? 'empty' : typed}.`, nameHint(typed, known, 'values'));
}

function usage(message: string, hint: string): ToolError {
  return new ToolError('CLI_USAGE', message, { hint });
}

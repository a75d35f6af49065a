import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { readWorkflow } from '../../workflows/read/read-workflow.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';

/** What was typed behind `github lint`. */
export interface TypedGithubLintOptions {
  readonly format: string | null;
  readonly failOn: string | null;
  readonly isPedantic: boolean;
}

/** `glidepath github lint [FILE…]`: what is wrong with GitHub workflows. Ends with 2 where a file cannot be read. */
export async function githubLint(
  { cwd, output }: CommandContext,
  files: readonly string[],
  _typed: TypedGithubLintOptions,
): Promise<ExitCode> {
  let hasMistakes = false;
  for (const path of files) {
    const { mistakes } = readWorkflow({ path, text: await readFile(resolve(cwd, path), 'utf8') });
    for (const { message } of mistakes) output.write(`${path}: ${message}\n`);
    hasMistakes ||= mistakes.length > 0;
  }
  return hasMistakes ? EXIT.usage : EXIT.ok;
}

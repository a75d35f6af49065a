import { ToolError } from '../../diagnostics/tool-error.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { renderCompletions, SHELLS, type CompletedCommand } from '../views/project/completions.ts';

/** Prints the script that completes the given commands in one shell. */
export function completions(
  { output }: CommandContext,
  typed: string,
  commands: readonly CompletedCommand[],
): ExitCode {
  const shell = SHELLS.find((each) => each === typed);
  if (shell === undefined) {
    throw new ToolError('CLI_USAGE', `There are no completions for "${typed}".`, {
      hint: `Name one of ${SHELLS.join(', ')}: glidepath completions bash`,
    });
  }
  output.write(renderCompletions(shell, commands));
  return EXIT.ok;
}

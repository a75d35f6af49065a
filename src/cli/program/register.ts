import type { Command } from 'commander';
import type { CommandContext, ExitCode } from '../command-context.ts';

/** What the help says of a command. */
export interface CommandHelp {
  /** What it does, in a few words: for the list of commands. At most 48 characters, without a full stop. */
  readonly summary: string;
  /** The same in full sentences, for its own help; the summary where that says it all. */
  readonly details?: string;
  /** What each argument is, in their order. */
  readonly args?: readonly string[];
  /** Command lines that show it, without `glidepath`. */
  readonly examples: readonly string[];
  /** The heading it stands under, of a command that is in no group. */
  readonly heading?: string;
}

/** Registers one command: its words, its help, and what is loaded only when it is called. */
export type Register = (
  parent: Command,
  words: string,
  help: CommandHelp,
  action: (context: CommandContext, args: string[], options: Record<string, unknown>) => Promise<ExitCode>,
) => Command;

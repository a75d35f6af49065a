import type { Command } from 'commander';
import type { CommandContext, ExitCode } from '../command-context.ts';

/** Registers one command: its words, and what is loaded only when it is called. */
export type Register = (
  parent: Command,
  words: string,
  description: string,
  action: (context: CommandContext, args: string[], options: Record<string, unknown>) => Promise<ExitCode>,
) => Command;

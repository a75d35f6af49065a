import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import { nameOf } from './read-words.ts';
import type { Register } from './register.ts';
import type { CompletedCommand } from '../views/project/completions.ts';

/** `completions <shell>`, written from the commands themselves. */
export function addCompletionsCommand(program: Command, register: Register): void {
  register(
    program,
    'completions <shell>',
    {
      heading: HEADING.start,
      summary: 'Print a completion script for your shell',
      details: 'Prints a script that completes commands and options with the Tab key.',
      args: ['bash, zsh or fish'],
      examples: [
        'completions bash >> ~/.bashrc',
        'completions zsh > ~/.zfunc/_glidepath',
        'completions fish | source',
      ],
    },
    async (context, [shell = '']) => {
      const { completions } = await import('../commands/completions.ts');
      return completions(context, shell, commandsBelow(program));
    },
  );
}

/** The command and all below it, each with what can follow it. */
function commandsBelow(command: Command): readonly CompletedCommand[] {
  const own: CompletedCommand = {
    words: nameOf(command).split(' ').slice(1),
    commands: command.commands.map((each) => ({ name: each.name(), text: each.summary() })),
    options: command.options.flatMap(({ long, description }) =>
      long === undefined || long === null ? [] : [{ name: long, text: description }],
    ),
  };
  return [own, ...command.commands.flatMap(commandsBelow)];
}

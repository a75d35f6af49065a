import type { Command } from 'commander';
import type { CommandContext, ExitCode } from '../command-context.ts';
import type { GlobalOptions } from '../global-options.ts';
import { addGlobalOptions, addHelp } from './help-layout.ts';
import type { Register } from './register.ts';

/** Makes the context of a command from its options. */
export type MakeContext = (options: GlobalOptions) => CommandContext;

/** What registers commands; `finish` gives every one of them the options that all have, below its own. */
export function createRegister(
  makeContext: MakeContext,
  onExitCode: (code: ExitCode) => void,
): { readonly register: Register; readonly finish: () => void } {
  const registered: Command[] = [];
  const register: Register = (parent, words, help, action) => {
    const command = addHelp(parent.command(words), help);
    registered.push(command);
    return command.allowExcessArguments(false).action(async (...received: unknown[]) => {
      const self = received.at(-1) as Command;
      // Of a command that has others below it, commander keeps what both know with the upper one.
      const options = self.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const args = received
        .slice(0, -2)
        .flat()
        .filter((value): value is string => typeof value === 'string');
      onExitCode(await action(makeContext(options), args, options));
    });
  };
  return {
    register,
    finish() {
      for (const command of registered) addGlobalOptions(command);
    },
  };
}

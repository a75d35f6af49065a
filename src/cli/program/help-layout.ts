import { Option, type Argument, type Command, type HelpConfiguration } from 'commander';
import type { CommandHelp } from './register.ts';

/** The headings of `glidepath --help`. */
export const HEADING = {
  start: 'Set up:',
  checks: 'Check:',
  deploy: 'Deploy:',
  look: 'Inspect:',
  data: 'Databases:',
  github: 'GitHub:',
  cloud: 'Local cloud:',
} as const;

/** Options that every command has stand below its own. */
const EVERY_COMMAND = 'Every command:';

/** Below this a description beside its term is unreadable, and commander does not wrap it. */
const WRAPPED_WIDTH_MIN = 20;

/** How every help is laid out: it fits 60 columns, and lists commands without their options. */
export const HELP_LAYOUT: HelpConfiguration = {
  minWidthToWrap: WRAPPED_WIDTH_MIN,
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
  visibleOptions: (command) => [...command.options.filter((option) => !option.hidden), helpOptionOf(command)],
  visibleCommands: (command) => [...command.commands],
};

/** The options that every command has, added last so that its own come first. */
export function addGlobalOptions(command: Command): void {
  for (const [flags, description] of [
    ['--json', 'print one JSON document, or NDJSON for streams'],
    ['--project <file>', 'the config file; the nearest glidepath.config.ts otherwise'],
    ['--local', 'work on the local cloud'],
    ['--verbose', 'print the output of every step'],
  ] as const) {
    command.addOption(new Option(flags, description).helpGroup(EVERY_COMMAND));
  }
}

/** The text, arguments and examples of one command. */
export function addHelp(command: Command, help: CommandHelp): Command {
  const { summary, details, args = [], examples, heading } = help;
  command.summary(summary).description(details ?? `${summary}.`);
  for (const [index, argument] of command.registeredArguments.entries()) {
    const description = args[index];
    if (description !== undefined) argument.description = description;
  }
  if (heading !== undefined) command.helpGroup(heading);
  const [title, lines] = [
    examples.length === 1 ? 'Example:' : 'Examples:',
    examples.map((line) => `  glidepath ${line}`),
  ];
  return command.addHelpText('after', `\n${[title, ...lines].join('\n')}`);
}

/** `-h` stands with the options of every command, and alone where there are none. */
function helpOptionOf(command: Command): Option {
  const option = new Option('-h, --help', 'show this help');
  const hasGlobals = command.options.some(({ helpGroupHeading }) => helpGroupHeading === EVERY_COMMAND);
  return hasGlobals ? option.helpGroup(EVERY_COMMAND) : option;
}

/** `<environment>`, `[files...]`. */
function argumentTerm(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

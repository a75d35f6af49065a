import type { Command, CommanderError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { commandOf, nameOf } from './read-words.ts';

/** What commander refused, in our words, with what to type instead. */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): ToolError {
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.help') {
    return unknownCommand(program, argv, error);
  }
  // commander puts what was probably meant on a line of its own.
  const message = error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1');
  const { command } = commandOf(program, argv);
  return new ToolError(
    'CLI_USAGE',
    `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?]$/.test(message) ? '' : '.'}`,
    { hint: `See how it is used: ${nameOf(command)} --help`, cause: error },
  );
}

/** No command has these words; the nearest that there is. */
export function unknownCommand(program: Command, argv: readonly string[], cause?: Error): ToolError {
  const { command, rest } = commandOf(program, argv);
  const typed = [nameOf(command), rest.find((word) => !word.startsWith('-')) ?? '']
    .join(' ')
    .replace('glidepath ', '');
  const meant = meantBy(typed, namesBelow(program));
  const list =
    command === program
      ? 'See all commands: glidepath --help'
      : `See its commands: ${nameOf(command)} --help`;
  const hint = meant === null ? list : `Did you mean: glidepath ${meant}`;
  return new ToolError('CLI_UNKNOWN_COMMAND', `There is no command "${typed}".`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What other tools call it. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['version', '--version'],
  ['up', 'cloud up'],
  ['down', 'cloud down'],
  ['check', 'ci'],
  ['checks', 'ci'],
  ['test', 'ci'],
  ['audit', 'security audit'],
  ['undo', 'rollback'],
  ['resume', 'run resume'],
  ['cancel', 'run cancel'],
  ['completion', 'completions'],
]);

/** More letters off than this is another word, not a slip; in a short word already two. */
const SHORT_LENGTH = 4;
const TYPOS_MAX = { short: 1, long: 2 } as const;

function meantBy(typed: string, names: readonly string[]): string | null {
  const other = OTHER_NAMES.get(typed);
  if (other !== undefined) return other;
  const near = closest(typed, names);
  const typosMax = typed.length <= SHORT_LENGTH ? TYPOS_MAX.short : TYPOS_MAX.long;
  return distance(typed, near) <= typosMax ? near : null;
}

/** Every command and group, without `glidepath`. */
function namesBelow(command: Command): string[] {
  return command.commands.flatMap((each) => [nameOf(each).replace('glidepath ', ''), ...namesBelow(each)]);
}

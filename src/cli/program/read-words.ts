import type { Command } from 'commander';

/** The command that the first words name, and what follows them: of `db lint --json`, `lint` and `['--json']`. */
export function commandOf(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  const [word, ...rest] = words;
  const below = program.commands.find((each) => each.name() === word);
  return below === undefined ? { command: program, rest: words } : commandOf(below, rest);
}

/** `glidepath db lint`, as it is typed. */
export function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/**
 * The same words with options that stand before the command put behind it: `--local status` is `status --local`.
 * Only those that every command has; whatever else stands first is left, and refused.
 */
export function globalsLast(program: Command, argv: readonly string[]): readonly string[] {
  const known = program.commands.find((each) => each.name() === 'status')?.options ?? [];
  let length = 0;
  while (argv[length]?.startsWith('--') === true) {
    const [flag = '', value] = (argv[length] ?? '').split('=', 2);
    const option = known.find(({ long }) => long === flag);
    if (option === undefined || !EVERYWHERE.has(flag)) break;
    length += option.required && value === undefined ? 2 : 1;
  }
  if (length === 0 || length >= argv.length) return argv;
  const [moved, rest] = [argv.slice(0, length), argv.slice(length)];
  const operandsAt = rest.indexOf('--');
  return operandsAt < 0
    ? [...rest, ...moved]
    : [...rest.slice(0, operandsAt), ...moved, ...rest.slice(operandsAt)];
}

const EVERYWHERE: ReadonlySet<string> = new Set(['--json', '--project', '--local', '--verbose']);

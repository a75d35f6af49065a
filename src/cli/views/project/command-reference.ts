import type { Argument, Command, Option } from 'commander';

/** Options that every command has; listed once at the top. */
const GLOBAL = new Set(['--json', '--project', '--local', '--verbose']);

/** docs/reference/cli.md: every command with its options, from the commands themselves. */
export function renderCommandReference(program: Command): string {
  const commands = program.commands.flatMap(commandsOf);
  const [first] = commands;
  const lines = [
    '# Commands',
    '',
    'Written from the commands themselves; a test holds it to them.',
    '',
    'Every command takes:',
    '',
    ...(first?.options ?? []).filter(isGlobal).map(optionLine),
    '',
    'Exit codes: 0 ok · 1 failed · 2 usage or config · 3 changes pending (`plan --exit-code`, `generate`) · 4 refused by a gate · 130 interrupted.',
    '',
  ];
  for (const command of commands) {
    const own = command.options.filter((option) => !isGlobal(option));
    lines.push(`## \`${nameOf(program, command)}\``, '', command.description(), '');
    const items = [...command.registeredArguments.map(argumentLine), ...own.map(optionLine)];
    if (items.length > 0) lines.push(...items, '');
    lines.push('```text', ...textBelow(command), '```', '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A command and those below it; one that has others below it and options of its own is a command itself. */
function commandsOf(command: Command): readonly Command[] {
  const isCommand = command.commands.length === 0 || command.options.length > 0;
  return [...(isCommand ? [command] : []), ...command.commands.flatMap(commandsOf)];
}

function nameOf(program: Command, command: Command): string {
  const groups: string[] = [];
  for (let at = command.parent; at !== null && at !== program; at = at.parent) groups.unshift(at.name());
  const args = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return ['glidepath', ...groups, command.name(), ...args].join(' ');
}

function isGlobal(option: Option): boolean {
  return GLOBAL.has(option.long ?? '');
}

function optionLine(option: Option): string {
  return `- \`${option.flags}\`: ${option.description}`;
}

function argumentLine(argument: Argument): string {
  return `- \`${argument.name()}\`: ${argument.description}`;
}

/** What the help prints below the options: examples first. */
function textBelow(command: Command): readonly string[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  const [, below = ''] = /\nExamples?:\n([\s\S]*)$/.exec(text) ?? [];
  return below
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ {2}/, ''));
}

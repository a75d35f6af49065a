import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { describeProgram } from '../../src/cli/program/program.ts';
import { commandOf, nameOf } from '../../src/cli/program/read-words.ts';

/** Summaries stand beside the longest command in 80 columns. */
const SUMMARY_LENGTH_MAX = 48;

const program = describeProgram(
  () => {
    throw new Error('no command is run here');
  },
  () => undefined,
);
const commands = allBelow(program);
const runnable = commands.filter((command) => command.options.some(({ long }) => long === '--json'));

describe.each([80, 60])('at %i columns', (width) => {
  test('the help of every command fits', async () => {
    const text = commands.map((command) => helpOf(command, width)).join(`\n${'='.repeat(width)}\n`);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    await expect(text).toMatchFileSnapshot(`help/help-${width}.txt`);
  });
});

test('every command has a summary that fits beside it, an example and a word for each argument', () => {
  for (const command of runnable) {
    expect(command.summary(), nameOf(command)).toMatch(/^[A-Z].*[^.]$/);
    expect(command.summary().length, command.summary()).toBeLessThanOrEqual(SUMMARY_LENGTH_MAX);
    expect(helpOf(command, 80), nameOf(command)).toMatch(/\nExamples?:\n {2}glidepath /);
    for (const argument of command.registeredArguments) {
      expect(argument.description, `${nameOf(command)} ${argument.name()}`).not.toBe('');
    }
  }
});

test('every example is of its command, with options that it has', () => {
  for (const command of runnable) {
    const [, block = ''] = /\nExamples?:\n((?: {2}.*\n)+)/.exec(helpOf(command, 80)) ?? [];
    for (const line of block.trim().split('\n')) {
      const words = line.trim().split(' ').slice(1);
      expect(nameOf(commandOf(program, words).command), line).toBe(nameOf(command));
      const known = command.options.map(({ long }) => long);
      for (const word of words.filter((each) => each.startsWith('--'))) expect(known, line).toContain(word);
    }
  }
});

test('own options come first, then those of every command', () => {
  const text = helpOf(commandOf(program, ['rollback']).command, 80);
  expect(text.indexOf('--across-forward-only')).toBeLessThan(text.indexOf('Every command:'));
  expect(text.indexOf('--json')).toBeGreaterThan(text.indexOf('Every command:'));
});

function allBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allBelow)];
}

function helpOf(command: Command, width: number): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => width });
  command.outputHelp();
  return text;
}

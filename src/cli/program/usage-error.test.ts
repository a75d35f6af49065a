import { expect, test } from 'vitest';
import { describeProgram } from './program.ts';
import { commandOf, globalsLast, nameOf } from './read-words.ts';
import { unknownCommand, usageError } from './usage-error.ts';
import { CommanderError } from 'commander';

const program = describeProgram(
  () => {
    throw new Error('no command is run here');
  },
  () => undefined,
);

test.each([
  ['deply staging', 'deploy'],
  ['statsu', 'status'],
  ['db brnch', 'db branch'],
  ['up', 'cloud up'],
  ['version', '--version'],
  ['test', 'ci'],
  ['undo', 'rollback'],
])('of "%s" the meant command is %s', (typed, meant) => {
  expect(unknownCommand(program, typed.split(' ')).hint).toBe(`Did you mean: glidepath ${meant}`);
});

test.each(['cost', 'smoke', 'ls', 'nope', 'frobnicate'])(
  '"%s" is like no command: all are named instead',
  (typed) => {
    const error = unknownCommand(program, [typed, 'staging']);
    expect(error.message).toBe(`There is no command "${typed}".`);
    expect(error.hint).toBe('See all commands: glidepath --help');
  },
);

test('an unknown word after a group is answered with the commands of the group', () => {
  const error = unknownCommand(program, ['db', 'frobnicate']);
  expect(error.message).toBe('There is no command "db frobnicate".');
  expect(error.hint).toBe('See its commands: glidepath db --help');
});

test.each([
  [['ci', '--frob'], 'glidepath ci --help'],
  [['-v'], 'glidepath --help'],
  [['db', 'branch', '--frob', 'staging'], 'glidepath db branch --help'],
])('the hint about %j repeats no mistake', (argv, command) => {
  const error = usageError(
    new CommanderError(1, 'commander.unknownOption', "error: unknown option '--frob'"),
    program,
    argv,
  );
  expect(error.message).toBe("Unknown option '--frob'.");
  expect(error.hint).toBe(`See how it is used: ${command}`);
});

test('options of every command may stand before the command', () => {
  expect(globalsLast(program, ['--local', 'status', 'staging'])).toEqual(['status', 'staging', '--local']);
  expect(globalsLast(program, ['--project', 'a.ts', '--json', 'ci'])).toEqual([
    'ci',
    '--project',
    'a.ts',
    '--json',
  ]);
  expect(globalsLast(program, ['--local', 'db', 'lint', '--', 'a.sql'])).toEqual([
    'db',
    'lint',
    '--local',
    '--',
    'a.sql',
  ]);
  expect(globalsLast(program, ['--frob', 'status'])).toEqual(['--frob', 'status']);
  expect(globalsLast(program, ['--local'])).toEqual(['--local']);
});

test('a command is found by its words', () => {
  const { command, rest } = commandOf(program, ['ci', 'cache', 'clear', '--json']);
  expect([nameOf(command), rest]).toEqual(['glidepath ci cache clear', ['--json']]);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderCompletions, SHELLS, type CompletedCommand } from './completions.ts';

const COMMANDS: readonly CompletedCommand[] = [
  {
    words: [],
    commands: [
      { name: 'ci', text: 'Run the checks' },
      { name: 'cloud', text: 'It’s local: nobody’s "cloud"' },
    ],
    options: [{ name: '--version', text: 'print the version' }],
  },
  {
    words: ['ci'],
    commands: [{ name: 'cache', text: 'Show the cache' }],
    options: [{ name: '--only', text: "only these: the user's" }],
  },
  { words: ['ci', 'cache'], commands: [{ name: 'clear', text: 'Empty it' }], options: [] },
  { words: ['ci', 'cache', 'clear'], commands: [], options: [{ name: '--older-than', text: 'x' }] },
  { words: ['cloud'], commands: [{ name: 'up', text: 'Start it' }], options: [] },
];

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe.each(SHELLS)('the completions of %s', (shell) => {
  test.skipIf(!isInstalled(shell))('are read by the shell', () => {
    const directory = mkdtempSync(join(tmpdir(), 'glidepath-completions-'));
    // As a file: fish does not read what it only checks from its input.
    const script = join(directory, `glidepath.${shell}`);
    writeFileSync(script, renderCompletions(shell, COMMANDS));
    const { status, stderr } = spawnSync(shell, ['-n', script]);
    rmSync(directory, { recursive: true });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });

  test('name every command and option', () => {
    const script = renderCompletions(shell, COMMANDS);
    for (const word of ['cache', 'clear', 'up', 'only', 'older-than']) expect(script).toContain(word);
  });
});

const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['glidepath ', ['ci', 'cloud', '--version']],
  ['glidepath cl', ['cloud']],
  ['glidepath ci ', ['cache', '--only']],
  ['glidepath ci --on', ['--only']],
  ['glidepath --local ci cache ', ['clear']],
  // What follows an option may be its value: it names no command.
  ['glidepath ci --only cache ', ['cache', '--only']],
  ['glidepath ci cache clear --', ['--older-than']],
  ['glidepath nope ', ['ci', 'cloud', '--version']],
];

test.each(LINES)('in bash, "%s" is completed', (line, expected) => {
  const words = line.split(' ');
  const script = `${renderCompletions('bash', COMMANDS)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_glidepath; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script]);
  expect(stderr.toString()).toBe('');
  expect(stdout.toString().trim().split('\n')).toEqual(expected);
});

const FISH = 'fish' satisfies (typeof SHELLS)[number];

test.skipIf(!isInstalled(FISH)).each(LINES)('in fish, "%s" is completed', (line, expected) => {
  const script = `${renderCompletions(FISH, COMMANDS)}\ncomplete -C '${line}'`;
  const { stdout, stderr } = spawnSync(FISH, ['-c', script]);
  expect(stderr.toString()).toBe('');
  const names = stdout
    .toString()
    .split('\n')
    .map((each) => each.split('\t')[0] ?? '')
    .filter((each) => each !== '');
  // It offers options only behind a dash.
  const hasDash = line.split(' ').at(-1)?.startsWith('-') === true;
  expect(names).toEqual(expected.filter((each) => hasDash || !each.startsWith('-')));
});

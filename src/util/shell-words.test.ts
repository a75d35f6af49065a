import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellCommand, shellWords } from './shell-words.ts';

test.each([
  ['npm run migrate', ['npm', 'run', 'migrate']],
  ['  node   a.js  ', ['node', 'a.js']],
  [`sh -c 'echo "$HOME" | cat'`, ['sh', '-c', 'echo "$HOME" | cat']],
  [`node -e "console.log(\\"hi\\")"`, ['node', '-e', 'console.log("hi")']],
  [`a\\ b c''d ""`, ['a b', 'cd', '']],
  ['', []],
] as const)('%s', (command, words) => {
  expect(shellWords(command)).toEqual(words);
});

test.each([`echo 'open`, `echo "open`])('an open quote is null: %s', (command) => {
  expect(shellWords(command)).toBeNull();
});

test('a command made of words splits into the same words again', () => {
  expect(shellCommand(['sh', '-c', "echo 'a b' | cat"])).toBe(`sh -c 'echo '\\''a b'\\'' | cat'`);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      expect(shellWords(shellCommand(words))).toEqual(words);
    }),
  );
});

import { expect, test } from 'vitest';
import { requireUsableName } from './kept-name.ts';

test.each(['friday', 'before-x', 'v1.2.0', 'Try_2', 'a'.repeat(63)])('%s is a name', (name) => {
  expect(() => requireUsableName(name)).not.toThrow();
});

test.each([
  ['', 'cannot be used as a name'],
  ['bad name;', 'cannot be used as a name'],
  ['-x', 'cannot be used as a name'],
  ['a/b', 'cannot be used as a name'],
  ['a:b', 'cannot be used as a name'],
  ['a'.repeat(64), 'cannot be used as a name'],
  ['before-run-mwqg8mrwy8', 'runs use for their own'],
  ['before-restore-run-mwqg8mrwy8', 'runs use for their own'],
])('%j is none: %s', (name, said) => {
  expect(() => requireUsableName(name)).toThrow(said);
});

import { expect, test } from 'vitest';
import { tailAfter } from './job-tail.ts';

const tailOf = (...lines: readonly string[]): readonly string[] =>
  lines.reduce<readonly string[]>((tail, line) => tailAfter(tail, line), []);

test('what caused an error stays, however much usage is printed after it', () => {
  const usage = Array.from({ length: 30 }, (_, index) => `usage ${index}`);
  const tail = tailOf(
    'added 1 package',
    'npm error The `npm ci` command needs a package-lock.json',
    ...usage,
  );
  expect(tail).toHaveLength(12);
  expect(tail[0]).toBe('npm error The `npm ci` command needs a package-lock.json');
  expect(tail.slice(1)).toEqual(usage.slice(-11));
});

test('many errors do not keep the last lines out', () => {
  const errors = Array.from({ length: 30 }, (_, index) => `error ${index}`);
  expect(tailOf(...errors)).toEqual([...errors.slice(0, 4), ...errors.slice(-8)]);
});

test('nothing is kept that is said to the runner, or said twice', () => {
  expect(
    tailOf(
      '##[group]Run npm test',
      'npm test',
      '##[endgroup]',
      '::add-mask::***',
      '::error title=staging::It failed',
      'It failed',
      '##[error]It failed',
      '##[warning]Also this',
      '##[error]Process completed with exit code 1.',
    ),
  ).toEqual(['It failed', 'Also this']);
});

test('an error of ours is not told again by its annotation, and what people print twice stays', () => {
  const error = ['✗ The check deps failed.', '  │ mix: not found', '  → Run it again: glidepath ci'];
  const annotation = ['##[error]The check deps failed.', 'Run it again: glidepath ci'];
  expect(tailOf(...error, ...annotation)).toEqual(error);
  expect(tailOf('{', '}', '{', '}')).toEqual(['{', '}', '{', '}']);
});

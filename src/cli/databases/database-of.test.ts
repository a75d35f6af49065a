import { expect, test } from 'vitest';
import { parsePlace } from './database-of.ts';

test('an environment, or one with a branch', () => {
  expect(parsePlace('staging')).toEqual({ environment: 'staging', branch: null });
  expect(parsePlace('review/pr-7:try')).toEqual({ environment: 'review/pr-7', branch: 'try' });
});

test.each([
  ['staging:', 'no branch after', 'staging:try'],
  [':x', 'no environment before', 'staging:x'],
  [':', 'no environment before', 'staging:try'],
])('%s is refused with an example of how it is written', (written, message, example) => {
  expect(() => parsePlace(written)).toThrow(
    expect.objectContaining({
      code: 'CLI_USAGE',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(`: ${example}`),
    }),
  );
});

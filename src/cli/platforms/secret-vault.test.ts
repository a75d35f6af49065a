import { expect, test } from 'vitest';
import { createVault } from './secret-vault.ts';

test('every value that was read is hidden, longest first', () => {
  const vault = createVault({ TOKEN: 'abcdef', LONGER: 'abcdefghi', OTHER: 'not-read' });
  vault.read('TOKEN');
  vault.read('LONGER');
  expect(vault.redact('abcdefghi abcdef not-read')).toBe('*** *** not-read');
});

test('a value made while running is hidden too, and very short ones are left alone', () => {
  const vault = createVault({});
  vault.hide('postgres://app:pa55word@127.0.0.1/app');
  vault.hide('on');
  expect(vault.redact('url=postgres://app:pa55word@127.0.0.1/app on')).toBe('url=*** on');
});

test('a name that is not set is undefined', () => {
  expect(createVault({}).read('NOPE')).toBeUndefined();
});

test('of a value over several lines each line is hidden, for output comes in lines', () => {
  const vault = createVault({ KEY: '-----BEGIN KEY-----\nabcdefghijkl\nmno\n-----END KEY-----\n' });
  vault.read('KEY');
  expect(vault.redact('abcdefghijkl')).toBe('***');
  expect(vault.redact('mno stays')).toBe('mno stays');
});

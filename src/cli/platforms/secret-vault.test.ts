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

const NASTY = `p@ss&w<o>r"d/1' ü+x`;

test.each([
  ['as it is', NASTY],
  ['in the text of XML', 'p@ss&amp;w&lt;o&gt;r"d/1\' ü+x'],
  ['in an attribute of XML', 'p@ss&amp;w&lt;o>r&quot;d/1&apos; ü+x'],
  ['escaped twice', 'p@ss&amp;amp;w&amp;lt;o&amp;gt;r&amp;quot;d/1&amp;apos; ü+x'],
  ['in XML by numbers', 'p@ss&#38;w&#x3C;o&#62;r&#34;d&#x2f;1&#39; &#252;+x'],
  ['in JSON', JSON.stringify(NASTY).slice(1, -1)],
  ['in JSON of ASCII alone', 'p@ss\\u0026w\\u003co\\u003er\\"d\\/1\' \\u00fc+x'],
  ['in a URL', encodeURIComponent(NASTY)],
  ['in a form', encodeURIComponent(NASTY).replaceAll('%20', '+').toLowerCase()],
])('a value is hidden %s', (_, written) => {
  const vault = createVault({ KEY: NASTY });
  vault.read('KEY');
  expect(vault.redact(`before ${written} after`)).toBe('before *** after');
});

test('in base64 a value is hidden wherever it begins', () => {
  const vault = createVault({ KEY: 'a-password-of-some-length' });
  vault.read('KEY');
  for (const before of ['', 'u', 'us', 'use', 'user:']) {
    const text = vault.redact(Buffer.from(`${before}a-password-of-some-length!`).toString('base64'));
    expect(text).toContain('***');
    expect(text.length).toBeLessThan(20);
  }
});

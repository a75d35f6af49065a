import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xaesDecrypt, xaesEncrypt } from './xaes-256-gcm.ts';

// Test vectors of the specification, c2sp.org/XAES-256-GCM.
const NONCE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
const TEXT = Buffer.from('XAES-256-GCM');

test.each([
  [0x01, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
  [0x03, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
])('the specification says what a key of %i and the data "%s" make', (byte, about, expected) => {
  const key = Buffer.alloc(32, byte);
  const sealed = xaesEncrypt(key, TEXT, Buffer.from(about), NONCE);
  expect(sealed.toString('hex')).toBe(NONCE.toString('hex') + expected);
  expect(xaesDecrypt(key, sealed, Buffer.from(about))).toEqual(TEXT);
});

test('what was encrypted comes back, and nothing else does', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(key, bytes, bytes, fc.nat(), (ofKey, text, about, at) => {
      const sealed = xaesEncrypt(ofKey, text, about);
      expect(xaesDecrypt(ofKey, sealed, about)).toEqual(Buffer.from(text));
      const index = at % sealed.length;
      sealed[index] = (sealed[index] ?? 0) ^ 1;
      expect(xaesDecrypt(ofKey, sealed, about)).toBeNull();
    }),
  );
});

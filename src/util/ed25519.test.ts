import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ed25519Signer, isEd25519Name, isSignedBy } from './ed25519.ts';

/** The first key of RFC 8032, section 7.1. */
const RFC_SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const RFC_PUBLIC = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');

test('a raw key in base64 or base64url and the PEM of it are one key', () => {
  const pem = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), RFC_SEED]),
    format: 'der',
    type: 'pkcs8',
  }).export({ format: 'pem', type: 'pkcs8' }) as string;
  const forms = [
    RFC_SEED.toString('base64'),
    RFC_SEED.toString('base64url'),
    pem,
    pem.replaceAll('\n', '\\n'),
  ];
  const names = forms.map((form) => ed25519Signer(form)?.publicKey);
  expect(new Set(names)).toEqual(new Set([`ed25519:${RFC_PUBLIC.toString('base64url')}`]));
});

test('signs as RFC 8032 says', () => {
  const signature = ed25519Signer(RFC_SEED.toString('base64'))?.sign(Buffer.alloc(0)).toString('hex');
  expect(signature).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
});

test('another kind of key, half a key and no key are none', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const others = [
    privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    RFC_SEED.subarray(5).toString('base64'),
    'not a key',
    '',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  ];
  expect(others.map(ed25519Signer)).toEqual(others.map(() => null));
});

test('a signature holds for what was signed and by whom, and for nothing else', () => {
  const bytes = fc.uint8Array({ minLength: 1 });
  fc.assert(
    fc.property(bytes, fc.nat(), (content, at) => {
      const signer = ed25519Signer(RFC_SEED.toString('base64'));
      if (signer === null) throw new Error('no key');
      const signature = signer.sign(content);
      expect(isSignedBy(signer.publicKey, content, signature)).toBe(true);
      const changed = Buffer.from(content);
      changed[at % content.length] = (changed[at % content.length] ?? 0) ^ 1;
      expect(isSignedBy(signer.publicKey, changed, signature)).toBe(false);
      expect(isSignedBy(`ed25519:${'A'.repeat(43)}`, content, signature)).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('a public key is called by its name and nothing else', () => {
  expect(isEd25519Name(`ed25519:${RFC_PUBLIC.toString('base64url')}`)).toBe(true);
  expect(['ed25519:short', RFC_PUBLIC.toString('base64url'), ''].some(isEd25519Name)).toBe(false);
  expect(isSignedBy('no name', Buffer.from('x'), Buffer.alloc(64))).toBe(false);
});

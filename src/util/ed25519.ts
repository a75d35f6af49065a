import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** A private key that signs, and the name of its public half: `ed25519:` and the raw key in base64url. */
export interface Ed25519Signer {
  readonly publicKey: string;
  sign(bytes: Uint8Array): Buffer;
}

const NAME = /^ed25519:([A-Za-z0-9_-]{43})$/;
const RAW_BYTES = 32;
/** What DER (RFC 8410) writes before the 32 bytes of a private key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reads a private key: PEM, or its raw 32 bytes in base64 or base64url. Null for anything else. */
export function ed25519Signer(text: string): Ed25519Signer | null {
  const key = privateKey(text.trim());
  if (key === null || key.asymmetricKeyType !== 'ed25519') return null;
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (x === undefined) return null;
  return { publicKey: `ed25519:${x}`, sign: (bytes) => sign(null, bytes, key) };
}

/** Whether that public key, as {@link Ed25519Signer} names it, made the signature. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = readName(publicKey);
  return key !== null && verify(null, bytes, key, signature);
}

/** Reading it takes as long as the check itself, and of many entries most have one signer. */
let lastRead: { readonly name: string; readonly key: KeyObject } | null = null;

function readName(name: string): KeyObject | null {
  if (lastRead?.name === name) return lastRead.key;
  const [, x] = NAME.exec(name) ?? [];
  if (x === undefined) return null;
  lastRead = { name, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
  return lastRead.key;
}

/** Whether a text is the name of a public key. */
export function isEd25519Name(text: string): boolean {
  return NAME.test(text);
}

function privateKey(text: string): KeyObject | null {
  try {
    // In an environment variable the lines of a PEM often arrive as `\n`.
    if (text.includes('-----BEGIN')) return createPrivateKey(text.replaceAll('\\n', '\n'));
    const raw = Buffer.from(text, 'base64');
    if (raw.length !== RAW_BYTES || !/^[A-Za-z0-9+/_-]+=?$/.test(text)) return null;
    return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, raw]), format: 'der', type: 'pkcs8' });
  } catch {
    return null;
  }
}

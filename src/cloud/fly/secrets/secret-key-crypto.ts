import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { badRequest, FlyApiError } from '../api-error.ts';
import type { SecretKeyRecord, SecretKeyType } from './secret-key-record.ts';
import { xaesDecrypt, xaesEncrypt } from './xaes-256-gcm.ts';

/** Bytes of a key of each kind. */
const KEY_BYTES: Readonly<Record<SecretKeyType, number>> = {
  SECRET_TYPE_KMS_HS256: 32,
  SECRET_TYPE_KMS_HS384: 48,
  SECRET_TYPE_KMS_HS512: 64,
  SECRET_TYPE_KMS_XAES256GCM: 32,
  SECRET_TYPE_KMS_NACL_AUTH: 32,
  SECRET_TYPE_KMS_NACL_BOX: 32,
  SECRET_TYPE_KMS_NACL_SECRETBOX: 32,
  SECRET_TYPE_KMS_NACL_SIGN: 32,
};

/** How each kind that signs with one key does it; NaCl's crypto_auth is the first half of HMAC-SHA-512. */
const HMACS: Partial<Record<SecretKeyType, { readonly hash: string; readonly bytes: number }>> = {
  SECRET_TYPE_KMS_HS256: { hash: 'sha256', bytes: 32 },
  SECRET_TYPE_KMS_HS384: { hash: 'sha384', bytes: 48 },
  SECRET_TYPE_KMS_HS512: { hash: 'sha512', bytes: 64 },
  SECRET_TYPE_KMS_NACL_AUTH: { hash: 'sha512', bytes: 32 },
};

/** What stands in front of a raw Ed25519 or X25519 key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = {
  SECRET_TYPE_KMS_NACL_SIGN: '302e020100300506032b657004220420',
  SECRET_TYPE_KMS_NACL_BOX: '302e020100300506032b656e04220420',
} as const;

/** A new key of a kind. */
export function generateKey(type: SecretKeyType): Buffer {
  return randomBytes(KEY_BYTES[type]);
}

/** Throws the API's 400 for a key that cannot be of its kind. */
export function requireKeyLength(type: SecretKeyType, key: Uint8Array): void {
  if (key.length !== KEY_BYTES[type])
    throw badRequest(`invalid value: a key of ${type} has ${KEY_BYTES[type]} bytes, not ${key.length}`);
}

/** The public half of a pair; null for a kind that has none. */
export function publicKeyOf(record: SecretKeyRecord): Buffer | null {
  const pair = keyPairOf(record);
  if (pair === null) return null;
  return Buffer.from(createPublicKey(pair).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** Throws the API's 400 for a kind that does not sign. */
export function signWith(record: SecretKeyRecord, text: Uint8Array): Buffer {
  const hmac = HMACS[record.type];
  if (hmac !== undefined)
    return createHmac(hmac.hash, keyOf(record)).update(text).digest().subarray(0, hmac.bytes);
  if (record.type === 'SECRET_TYPE_KMS_NACL_SIGN') {
    const pair = keyPairOf(record);
    if (pair !== null) return sign(null, text, pair);
  }
  throw cannot(record, 'sign');
}

/** Whether a signature is of this key and text. */
export function verifyWith(record: SecretKeyRecord, text: Uint8Array, signature: Uint8Array): boolean {
  if (record.type === 'SECRET_TYPE_KMS_NACL_SIGN') {
    const pair = keyPairOf(record);
    return pair !== null && verify(null, text, createPublicKey(pair), signature);
  }
  const expected = signWith(record, text);
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

/** Throws the API's 400 for a kind that does not encrypt, 501 for one that this cloud cannot. */
export function encryptWith(record: SecretKeyRecord, text: Uint8Array, about: Uint8Array): Buffer {
  if (record.type !== 'SECRET_TYPE_KMS_XAES256GCM') throw cannot(record, 'encrypt');
  return xaesEncrypt(keyOf(record), text, about);
}

/** Throws the API's 400 also for what was not encrypted with this key. */
export function decryptWith(record: SecretKeyRecord, sealed: Uint8Array, about: Uint8Array): Buffer {
  if (record.type !== 'SECRET_TYPE_KMS_XAES256GCM') throw cannot(record, 'decrypt');
  const text = xaesDecrypt(keyOf(record), sealed, about);
  if (text === null) throw badRequest(`the ciphertext is not of the secret key '${record.name}'`);
  return text;
}

function keyOf(record: SecretKeyRecord): Buffer {
  return Buffer.from(record.key, 'base64');
}

function keyPairOf(record: SecretKeyRecord): KeyObject | null {
  const prefix = (PKCS8_PREFIX as Partial<Record<SecretKeyType, string>>)[record.type];
  if (prefix === undefined) return null;
  const der = Buffer.concat([Buffer.from(prefix, 'hex'), keyOf(record)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** NaCl's boxes need XSalsa20, which node:crypto has not. */
function cannot({ name, type }: SecretKeyRecord, what: string): FlyApiError {
  const isBox = type === 'SECRET_TYPE_KMS_NACL_BOX' || type === 'SECRET_TYPE_KMS_NACL_SECRETBOX';
  if (isBox && what !== 'sign')
    return new FlyApiError(501, `to ${what} with a key of ${type} is not supported by the local cloud`);
  return badRequest(`the secret key '${name}' of ${type} cannot ${what}`);
}

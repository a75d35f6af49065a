import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;

/** Encrypts with XAES-256-GCM (c2sp.org/XAES-256-GCM): a random nonce of 24 bytes, the ciphertext, the tag. */
export function xaesEncrypt(
  key: Uint8Array,
  text: Uint8Array,
  about: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', derivedKey(key, nonce), nonce.subarray(12));
  cipher.setAAD(about);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** The text, or null for what was not encrypted with this key and additional data. */
export function xaesDecrypt(key: Uint8Array, sealed: Uint8Array, about: Uint8Array): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', derivedKey(key, nonce), nonce.subarray(12));
  decipher.setAAD(about);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** The key for one nonce: two blocks of CMAC over the nonce's first half, as the specification writes it out. */
function derivedKey(key: Uint8Array, nonce: Uint8Array): Buffer {
  const blockOf = (block: Uint8Array): Buffer => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
  };
  const mask = doubled(blockOf(Buffer.alloc(BLOCK_BYTES)));
  const half = (counter: number): Buffer => {
    const block = Buffer.concat([Buffer.from([0, counter, 0x58, 0]), nonce.subarray(0, 12)]);
    return blockOf(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  };
  return Buffer.concat([half(1), half(2)]);
}

/** Doubling in GF(2^128), as CMAC does it (NIST SP 800-38B). */
function doubled(block: Buffer): Buffer {
  const carry = (block[0] ?? 0) >> 7;
  const shifted = block.map((byte, index) => ((byte << 1) | ((block[index + 1] ?? 0) >> 7)) & 0xff);
  shifted[BLOCK_BYTES - 1] = (shifted[BLOCK_BYTES - 1] ?? 0) ^ (carry * 0x87);
  return Buffer.from(shifted);
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type Sodium from 'libsodium-wrappers';
import { readIfThere, writePrivately } from '../../server/private-file.ts';

interface Keys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Opens what clients have sealed for this cloud, as GitHub does: libsodium's sealed boxes. */
export class SecretBox {
  readonly #file: string;
  #keys: Keys | null = null;

  constructor(stateDir: string) {
    this.#file = join(stateDir, 'secrets.key');
  }

  /** What to seal with, and its name. */
  async publicKey(): Promise<{ readonly keyId: string; readonly key: string }> {
    const { publicKey } = await this.#ownKeys();
    return { keyId: keyIdOf(publicKey), key: publicKey };
  }

  /** What was sealed, in base64; null for what was sealed for another key, or not at all. */
  async open(sealed: string): Promise<string | null> {
    const sodium = await loadSodium();
    const { publicKey, privateKey } = await this.#ownKeys();
    const { ORIGINAL } = sodium.base64_variants;
    try {
      const opened = sodium.crypto_box_seal_open(
        sodium.from_base64(sealed, ORIGINAL),
        sodium.from_base64(publicKey, ORIGINAL),
        sodium.from_base64(privateKey, ORIGINAL),
      );
      return sodium.to_string(opened);
    } catch {
      return null;
    }
  }

  /** Seals as a client would. */
  async seal(value: string): Promise<string> {
    const sodium = await loadSodium();
    const { ORIGINAL } = sodium.base64_variants;
    const { publicKey } = await this.#ownKeys();
    const sealed = sodium.crypto_box_seal(sodium.from_string(value), sodium.from_base64(publicKey, ORIGINAL));
    return sodium.to_base64(sealed, ORIGINAL);
  }

  async #ownKeys(): Promise<Keys> {
    if (this.#keys !== null) return this.#keys;
    const known = readIfThere(this.#file);
    const keys = known === null ? await newKeys() : (JSON.parse(known) as Keys);
    // Somebody else may have been here in the meantime.
    if (this.#keys === null && known === null) writePrivately(this.#file, `${JSON.stringify(keys)}\n`);
    this.#keys ??= keys;
    return this.#keys;
  }
}

async function newKeys(): Promise<Keys> {
  const sodium = await loadSodium();
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  const { ORIGINAL } = sodium.base64_variants;
  return {
    publicKey: sodium.to_base64(publicKey, ORIGINAL),
    privateKey: sodium.to_base64(privateKey, ORIGINAL),
  };
}

/** GitHub's are numbers. */
function keyIdOf(publicKey: string): string {
  return BigInt(`0x${createHash('sha256').update(publicKey).digest('hex').slice(0, 15)}`).toString();
}

async function loadSodium(): Promise<typeof Sodium> {
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return sodium;
}

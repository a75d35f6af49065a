import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** As of GitHub's own keys. */
const MODULUS_BITS = 2048;

/** A public key as `jwks` lists it (RFC 7517). */
export interface OidcJwk {
  readonly kty: 'RSA';
  readonly alg: 'RS256';
  readonly use: 'sig';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** The key that signs the id tokens of jobs. State: it is made when it is first needed, and kept in a file. */
export class OidcKey {
  readonly #file: string;
  #key: Promise<KeyObject> | null = null;

  constructor(stateDir: string) {
    this.#file = join(stateDir, 'oidc-key.pem');
  }

  async jwk(): Promise<OidcJwk> {
    const { n = '', e = '' } = createPublicKey(await this.#open()).export({ format: 'jwk' });
    const kid = createHash('sha256')
      .update(JSON.stringify({ e, kty: 'RSA', n }))
      .digest('base64url');
    return { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e };
  }

  /** A JSON Web Token with these claims (RFC 7519). */
  async sign(claims: object): Promise<string> {
    const { alg, kid } = await this.jwk();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ typ: 'JWT', alg, kid })}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), await this.#open()).toString('base64url')}`;
  }

  #open(): Promise<KeyObject> {
    this.#key ??= this.#readOrMake();
    return this.#key;
  }

  async #readOrMake(): Promise<KeyObject> {
    if (existsSync(this.#file)) return createPrivateKey(readFileSync(this.#file));
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    // Whole or not at all: a killed cloud leaves no half of a key.
    writeFileSync(`${this.#file}.new`, pem, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    return privateKey;
  }
}

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** A login by SCRAM-SHA-256 (RFC 5802 and 7677), as Postgres speaks it: the user name goes in the startup packet. */
export class ScramClient {
  readonly #password: string;
  readonly #nonce: string = randomBytes(18).toString('base64');
  #serverSignature: Buffer | null = null;

  constructor(password: string) {
    this.#password = password;
  }

  /** What the client says first; without channel binding, as there is no TLS. */
  first(): string {
    return `n,,n=*,r=${this.#nonce}`;
  }

  /** What it says to the server's challenge. Throws for one that is none of its own. */
  final(challenge: string): string {
    const fields = fieldsOf(challenge);
    const [nonce = '', salt = '', iterations = '0'] = [fields.get('r'), fields.get('s'), fields.get('i')];
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      throw new Error('the server is not to be trusted');
    const salted = pbkdf2Sync(
      this.#password.normalize('NFKC'),
      Buffer.from(salt, 'base64'),
      Number(iterations),
      32,
      'sha256',
    );
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=biws,r=${nonce}`;
    const signed = `n=*,r=${this.#nonce},${challenge},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), signed);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Throws when the server does not know the password either. */
  verify(outcome: string): void {
    const given = Buffer.from(fieldsOf(outcome).get('v') ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === null || given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Error('the server is not to be trusted');
  }
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

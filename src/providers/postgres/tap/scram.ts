import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** Without and with proof that both ends of the TLS channel are the same. */
export const SCRAM_SHA_256 = 'SCRAM-SHA-256';
export const SCRAM_SHA_256_PLUS = 'SCRAM-SHA-256-PLUS';

/** What a login is bound to (RFC 5802, section 7, and RFC 5929): the hash of the server's certificate. */
export type ScramBinding =
  | { readonly kind: 'certificate'; readonly hash: Buffer }
  /** It could be, but the server did not offer it: a server that did will see that somebody took the offer away. */
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'none' };

const HEADERS: Readonly<Record<ScramBinding['kind'], string>> = {
  certificate: 'p=tls-server-end-point,,',
  'not-offered': 'y,,',
  none: 'n,,',
};
/** A server that asks for more rounds keeps the client busy for minutes. Postgres' default is 4,096. */
const ROUNDS_MAX = 1_000_000;

/** A client's side of a login by SCRAM-SHA-256 (RFC 5802, RFC 7677). */
export interface ScramLogin {
  readonly first: string;
  /** The answer to the server's first message. */
  final(serverFirst: string): string;
  /** Whether the server knows the password, too. */
  isProven(serverFinal: string): boolean;
}

/** `nonce` is fresh for each login, of printable characters without a comma. */
export function scramLogin(password: string, nonce: string, binding: ScramBinding): ScramLogin {
  const header = HEADERS[binding.kind];
  const bound = Buffer.concat([
    Buffer.from(header),
    binding.kind === 'certificate' ? binding.hash : Buffer.alloc(0),
  ]);
  // Postgres takes the name of the startup message, and wants this one empty.
  const bare = `n=,r=${nonce}`;
  let expected: Buffer | null = null;
  return {
    first: header + bare,
    final(serverFirst) {
      const { r = '', s = '', i = '' } = attributes(serverFirst);
      const rounds = Number(i);
      if (
        !r.startsWith(nonce) ||
        r.length === nonce.length ||
        s === '' ||
        !(rounds > 0 && rounds <= ROUNDS_MAX)
      )
        throw new Error('the server does not speak SCRAM-SHA-256 as it is written');
      const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(s, 'base64'), rounds, 32, 'sha256');
      const withoutProof = `c=${bound.toString('base64')},r=${r}`;
      const signed = `${bare},${serverFirst},${withoutProof}`;
      const clientKey = hmac(salted, 'Client Key');
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
      expected = hmac(hmac(salted, 'Server Key'), signed);
      const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
      return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
    },
    isProven(serverFinal) {
      const given = Buffer.from(attributes(serverFinal)['v'] ?? '', 'base64');
      return expected !== null && given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ByteReader } from './byte-reader.ts';
import {
  SCRAM_SHA_256,
  SCRAM_SHA_256_PLUS,
  scramLogin,
  type ScramBinding,
  type ScramLogin,
} from './scram.ts';
import { ServerRefusal } from './server-refusal.ts';
import type { PostgresUrl } from '../postgres-url.ts';
import { cString, message, readFields } from './wire-messages.ts';

/** What an Authentication message asks for (docs, "Message Formats"). */
const ASKS = { ok: 0, cleartext: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

/** Messages of a login that ends: a server that asks for more is not one. */
const MESSAGES_MAX = 20;

/** Answers until the server is content. Throws {@link ServerRefusal}. */
export async function logIn(
  socket: Socket,
  reader: ByteReader,
  target: PostgresUrl,
  nonce: string,
): Promise<void> {
  const login: Login = { target, nonce, certificate: certificateHash(socket), scram: null, isBound: false };
  for (let seen = 0; seen < MESSAGES_MAX; seen += 1) {
    const said = await reader.message();
    if (said === null) throw new ServerRefusal('57P01', 'the server ended the connection before a login');
    if (said.type === 'E') throw ServerRefusal.of(readFields(said.body));
    // NegotiateProtocolVersion and notices ask for nothing.
    if (said.type !== 'R') continue;
    const asked = said.body.readUInt32BE(0);
    if (target.isChannelBindingRequired) requireBinding(asked, login);
    if (asked === ASKS.ok) return;
    const answer = answerTo(asked, said.body.subarray(4), login);
    if (answer !== null) socket.write(message('p', answer));
  }
  throw new ServerRefusal('08P01', 'the server did not come to an end with the login');
}

interface Login {
  readonly target: PostgresUrl;
  readonly nonce: string;
  /** Of the server; null without TLS. */
  readonly certificate: Buffer | null;
  scram: ScramLogin | null;
  /** The server has proved that it is at the other end of this very channel. */
  isBound: boolean;
}

/** No other kind of login, and no end of one, before the server has proved whose channel it is. */
function requireBinding(asked: number, { certificate, isBound }: Login): void {
  const isPossible = asked >= ASKS.sasl && certificate !== null;
  if (isBound || isPossible) return;
  throw new ServerRefusal(
    '28000',
    'the server does not bind the login to the TLS channel, which channel_binding=require asks for',
  );
}

function answerTo(asked: number, detail: Buffer, login: Login): Buffer | null {
  const { target, scram } = login;
  switch (asked) {
    case ASKS.cleartext:
      return cString(target.password);
    case ASKS.md5:
      return cString(`md5${md5(Buffer.concat([Buffer.from(md5(target.password + target.user)), detail]))}`);
    case ASKS.sasl:
      return saslFirst(detail, login);
    case ASKS.saslContinue:
      if (scram === null)
        throw new ServerRefusal('08P01', 'the server goes on with a login that was not begun');
      return Buffer.from(scram.final(detail.toString()));
    case ASKS.saslFinal:
      if (scram?.isProven(detail.toString()) !== true)
        throw new ServerRefusal('28000', 'the server could not prove that it knows the password');
      login.isBound = true;
      return null;
    default:
      throw new ServerRefusal(
        '28000',
        `the server asks for a kind of login that is not spoken here (${asked})`,
      );
  }
}

function saslFirst(offered: Buffer, login: Login): Buffer {
  const mechanisms = offered.toString().split('\0');
  const { certificate, target } = login;
  const isPlus = certificate !== null && mechanisms.includes(SCRAM_SHA_256_PLUS);
  if (!isPlus && target.isChannelBindingRequired) requireBinding(ASKS.ok, login);
  if (!isPlus && !mechanisms.includes(SCRAM_SHA_256))
    throw new ServerRefusal('28000', 'the server offers no login by SCRAM-SHA-256');
  const unbound: ScramBinding = { kind: certificate === null ? 'none' : 'not-offered' };
  login.scram = scramLogin(
    target.password,
    login.nonce,
    isPlus ? { kind: 'certificate', hash: certificate } : unbound,
  );
  const first = Buffer.from(login.scram.first);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(first.length);
  return Buffer.concat([cString(isPlus ? SCRAM_SHA_256_PLUS : SCRAM_SHA_256), length, first]);
}

/** By the hash of the certificate's own signature, SHA-256 in place of what is weaker (RFC 5929, section 4.1). */
function certificateHash(socket: Socket): Buffer | null {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return null;
  const { signatureAlgorithm = '' } = certificate as { readonly signatureAlgorithm?: string };
  const strength = /sha-?(384|512)/i.exec(signatureAlgorithm)?.[1] ?? '256';
  return createHash(`sha${strength}`).update(certificate.raw).digest();
}

function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

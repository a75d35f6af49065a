import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';
import { SCRAM_SHA_256, scramLogin, type ScramLogin } from './scram.ts';
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
  const scram = scramLogin(target.password, nonce);
  for (let seen = 0; seen < MESSAGES_MAX; seen += 1) {
    const said = await reader.message();
    if (said === null) throw new ServerRefusal('57P01', 'the server ended the connection before a login');
    if (said.type === 'E') throw ServerRefusal.of(readFields(said.body));
    // NegotiateProtocolVersion and notices ask for nothing.
    if (said.type !== 'R') continue;
    const asked = said.body.readUInt32BE(0);
    if (asked === ASKS.ok) return;
    const answer = answerTo(asked, said.body.subarray(4), target, scram);
    if (answer !== null) socket.write(message('p', answer));
  }
  throw new ServerRefusal('08P01', 'the server did not come to an end with the login');
}

function answerTo(asked: number, detail: Buffer, target: PostgresUrl, scram: ScramLogin): Buffer | null {
  switch (asked) {
    case ASKS.cleartext:
      return cString(target.password);
    case ASKS.md5:
      return cString(`md5${md5(Buffer.concat([Buffer.from(md5(target.password + target.user)), detail]))}`);
    case ASKS.sasl:
      return saslFirst(detail, scram);
    case ASKS.saslContinue:
      return Buffer.from(scram.final(detail.toString()));
    case ASKS.saslFinal:
      if (scram.isProven(detail.toString())) return null;
      throw new ServerRefusal('28000', 'the server could not prove that it knows the password');
    default:
      throw new ServerRefusal(
        '28000',
        `the server asks for a kind of login that is not spoken here (${asked})`,
      );
  }
}

function saslFirst(offered: Buffer, scram: ScramLogin): Buffer {
  if (!offered.toString().split('\0').includes(SCRAM_SHA_256))
    throw new ServerRefusal('28000', 'the server offers no login by SCRAM-SHA-256');
  const first = Buffer.from(scram.first);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(first.length);
  return Buffer.concat([cString(SCRAM_SHA_256), length, first]);
}

function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

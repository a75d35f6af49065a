import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';
import {
  CANCEL_REQUEST,
  fatalMessage,
  GSS_REQUEST,
  message,
  PROTOCOL_3,
  readCString,
  SSL_REQUEST,
} from './wire-messages.ts';

/** What a new connection is for. */
export type ClientWish =
  | { readonly kind: 'session'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'cancel'; readonly backendPid: number; readonly key: Buffer };

/** A client asks for TLS, for GSS encryption, and then for a session. */
const FIRST_MESSAGES_MAX = 4;
/** AuthenticationCleartextPassword: on loopback, and good for this tap alone. */
const ASK_PASSWORD = Buffer.from([0, 0, 0, 3]);

/** Reads what a client wants; null when it goes away, speaks another protocol or does not know the password. */
export async function acceptClient(
  socket: Socket,
  reader: ByteReader,
  password: string,
): Promise<ClientWish | null> {
  for (let seen = 0; seen < FIRST_MESSAGES_MAX; seen += 1) {
    const first = await reader.untypedMessage();
    if (first === null || first.length < 4) return null;
    const code = first.readUInt32BE(0);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      socket.write('N');
      continue;
    }
    if (code === CANCEL_REQUEST && first.length > 8)
      return { kind: 'cancel', backendPid: first.readUInt32BE(4), key: first.subarray(8) };
    if (code >>> 16 !== PROTOCOL_3 >>> 16) {
      socket.end(fatalMessage('0A000', 'only version 3 of the protocol is spoken here'));
      return null;
    }
    const parameters = readParameters(first);
    if (code !== PROTOCOL_3) socket.write(onlyVersion30());
    return (await knowsPassword(socket, reader, password)) ? { kind: 'session', parameters } : null;
  }
  return null;
}

async function knowsPassword(socket: Socket, reader: ByteReader, password: string): Promise<boolean> {
  socket.write(message('R', ASK_PASSWORD));
  const answer = await reader.message();
  if (answer === null) return false;
  const given = Buffer.from(readCString(answer.body, 0).text);
  const expected = Buffer.from(password);
  if (answer.type === 'p' && given.length === expected.length && timingSafeEqual(given, expected))
    return true;
  socket.end(fatalMessage('28P01', 'password authentication failed: this is not the password of this tap'));
  return false;
}

function readParameters(first: Buffer): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (let at = 4; at < first.length && first[at] !== 0;) {
    const name = readCString(first, at);
    const value = readCString(first, name.next);
    // Those of newer versions of the protocol itself.
    if (!name.text.startsWith('_pq_.')) parameters[name.text] = value.text;
    at = value.next;
  }
  return parameters;
}

/** NegotiateProtocolVersion: 3.0, and no option of the protocol. */
function onlyVersion30(): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(PROTOCOL_3, 0);
  return message('v', body);
}

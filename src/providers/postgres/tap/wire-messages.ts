/** PostgreSQL's protocol, version 3.0 (docs, chapter "Frontend/Backend Protocol", "Message Formats"). */
export const PROTOCOL_3: number = 196_608;
/** First words of a connection that wants something else than a session. */
export const SSL_REQUEST: number = 80_877_103;
export const GSS_REQUEST: number = 80_877_104;
export const CANCEL_REQUEST: number = 80_877_102;

const EMPTY: Buffer = Buffer.alloc(0);

/** A message with its type and length in front. */
export function message(type: string, body: Buffer = EMPTY): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Text as the protocol has it: in UTF-8, with a zero after it. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** A simple query. */
export function queryMessage(sql: string): Buffer {
  return message('Q', cString(sql));
}

/** What opens a session. */
export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [cString(name), cString(value)]);
  return untyped(PROTOCOL_3, Buffer.concat([...pairs, Buffer.from([0])]));
}

/** Asks whether the server speaks TLS. */
export function sslRequestMessage(): Buffer {
  return untyped(SSL_REQUEST, EMPTY);
}

/** Asks, on a connection of its own, for an end to what a session is doing. */
export function cancelMessage(backendPid: number, key: Buffer): Buffer {
  const pid = Buffer.alloc(4);
  pid.writeUInt32BE(backendPid);
  return untyped(CANCEL_REQUEST, Buffer.concat([pid, key]));
}

/** Ends a session with a reason, as a server does. */
export function fatalMessage(sqlState: string, text: string): Buffer {
  const fields = [`SFATAL`, 'VFATAL', `C${sqlState}`, `M${text}`].map(cString);
  return message('E', Buffer.concat([...fields, Buffer.from([0])]));
}

/** The fields of an ErrorResponse or NoticeResponse by their letters. */
export function readFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const letter = String.fromCharCode(body[at] ?? 0);
    const { text, next } = readCString(body, at + 1);
    fields.set(letter, text);
    at = next;
  }
  return fields;
}

/** The other way round. */
export function fieldsMessage(type: string, fields: ReadonlyMap<string, string>): Buffer {
  const parts = [...fields].map(([letter, text]) => cString(letter + text));
  return message(type, Buffer.concat([...parts, Buffer.from([0])]));
}

/** Text up to the next zero, or to the end where there is none. */
export function readCString(body: Buffer, at: number): { readonly text: string; readonly next: number } {
  const found = body.indexOf(0, at);
  const end = found === -1 ? body.length : found;
  return { text: body.toString('utf8', at, end), next: end + 1 };
}

function untyped(code: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(code, 4);
  return Buffer.concat([head, body]);
}

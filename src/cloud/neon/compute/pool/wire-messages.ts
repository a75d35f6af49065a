/*
 * Messages after the startup (PostgreSQL documentation, "Message Formats"): one byte of type, four of length, which count
 * themselves, then the body.
 */

const HEAD = 5;
/** Postgres' own limit for a message. */
const LENGTH_MAX = 0x3f_ff_ff_ff;

/** One message; `raw` holds all of it. */
export interface WireMessage {
  readonly type: string;
  readonly body: Buffer;
  readonly raw: Buffer;
}

/** Cuts a stream of bytes into messages. */
export class WireReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** Takes more bytes in and returns the messages that are whole now. Throws for what are none. */
  push(bytes: Buffer): WireMessage[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const messages: WireMessage[] = [];
    for (;;) {
      if (this.#bytes.length < HEAD) return messages;
      const length = this.#bytes.readInt32BE(1);
      if (length < 4 || length > LENGTH_MAX) throw new Error('this is not the Postgres protocol');
      if (this.#bytes.length < length + 1) return messages;
      const raw = this.#bytes.subarray(0, length + 1);
      this.#bytes = this.#bytes.subarray(length + 1);
      messages.push({ type: String.fromCodePoint(raw[0] ?? 0), body: raw.subarray(HEAD), raw });
    }
  }
}

/** A message of these parts: texts are ended by a zero, numbers are 32 bits long. */
export function wireMessage(type: string, ...parts: readonly (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`);
      if (typeof part !== 'number') return part;
      const number = Buffer.alloc(4);
      number.writeInt32BE(part);
      return number;
    }),
  );
  const head = Buffer.alloc(HEAD);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The text at the beginning of a body, and what comes behind its zero. */
export function textAt(body: Buffer): { readonly text: string; readonly rest: Buffer } {
  const end = body.indexOf(0);
  return end === -1
    ? { text: body.toString(), rest: Buffer.alloc(0) }
    : { text: body.toString('utf8', 0, end), rest: body.subarray(end + 1) };
}

/** What Postgres says before it ends a session. */
export function fatalMessage(code: string, message: string): Buffer {
  return wireMessage('E', 'SFATAL', 'VFATAL', `C${code}`, `M${message}`, Buffer.from([0]));
}

/** The text of an ErrorResponse. */
export function errorTextOf(body: Buffer): string {
  return (
    body
      .toString()
      .split('\0')
      .find((field) => field.startsWith('M'))
      ?.slice(1) ?? 'unknown error'
  );
}

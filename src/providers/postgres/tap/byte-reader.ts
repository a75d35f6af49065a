import type { Readable } from 'node:stream';

/** Long enough for every message of a login; whatever claims to be longer speaks another protocol. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

/** A message without its length. */
export interface WireMessage {
  /** One letter. */
  readonly type: string;
  readonly body: Buffer;
}

/** Reads a connection piece by piece while it is opened, and hands over the rest of it afterwards. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Null when the connection ends before. */
  async read(length: number): Promise<Buffer | null> {
    while (this.#buffered.length < length) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return null;
      this.#buffered = Buffer.concat([this.#buffered, value]);
    }
    const taken = this.#buffered.subarray(0, length);
    this.#buffered = this.#buffered.subarray(length);
    return taken;
  }

  /** A message with a type; null when the connection ends. Throws a RangeError on one that is too long. */
  async message(): Promise<WireMessage | null> {
    const head = await this.read(5);
    if (head === null) return null;
    const body = await this.read(bodyLength(head.readUInt32BE(1)));
    return body === null ? null : { type: String.fromCharCode(head[0] ?? 0), body };
  }

  /** A message without a type, as a client's first ones are. */
  async untypedMessage(): Promise<Buffer | null> {
    const head = await this.read(4);
    return head === null ? null : this.read(bodyLength(head.readUInt32BE(0)));
  }

  /** Everything that has not been read yet, as it comes. */
  async *rest(): AsyncGenerator<Buffer, void> {
    if (this.#buffered.length > 0) yield this.#buffered;
    this.#buffered = Buffer.alloc(0);
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return;
      yield value;
    }
  }
}

function bodyLength(length: number): number {
  if (length < 4 || length > MESSAGE_BYTES_MAX) throw new RangeError(`a message of ${length} bytes`);
  return length - 4;
}

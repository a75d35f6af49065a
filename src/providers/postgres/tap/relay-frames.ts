import type { Socket } from 'node:net';

/** Of a message that is looked at, this much is gathered; the rest of a longer one passes unseen. */
const HEAD_BYTES_MAX = 8_000_000;
/** Type and length. */
const HEADER_BYTES = 5;

/** A message, or its beginning. */
export interface Frame {
  /** One letter. */
  readonly type: string;
  /** Without type and length. */
  readonly body: Buffer;
  /** False for one that is longer than what was gathered. */
  readonly isWhole: boolean;
}

/** What is to become of a message. */
export interface FrameVerdict {
  readonly passes: boolean;
  /** Called once all of the message has been passed on; the next one is not looked at before it is done. */
  readonly after?: () => Promise<void>;
}

/** Messages that go on as they came. */
export const PASS: FrameVerdict = { passes: true };
/** Messages that the other side never sees. */
export const DROP: FrameVerdict = { passes: false };

/** One direction of a session. */
export interface FrameRelay {
  /** Letters of messages that nobody looks at: they pass in whatever pieces they come. */
  readonly opaque: ReadonlySet<string>;
  onFrame(frame: Frame): FrameVerdict | Promise<FrameVerdict>;
}

/**
 * Passes messages from one side to the other, in order, until the source ends. Reads no faster than the other side
 * takes: nothing but the beginning of one message is ever held.
 */
export async function relayFrames(
  source: AsyncIterable<Buffer>,
  destination: Socket,
  relay: FrameRelay,
): Promise<void> {
  let data: Buffer = Buffer.alloc(0);
  /** The message that is on its way: how much of it is left, and what comes after. */
  let current: { left: number; verdict: FrameVerdict } | null = null;
  for await (const chunk of source) {
    data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
    for (;;) {
      current ??= await begin(data, relay);
      if (current === null) break;
      const part = data.subarray(0, current.left);
      data = data.subarray(part.length);
      current.left -= part.length;
      if (current.verdict.passes) await write(destination, part);
      if (current.left > 0) break;
      const { verdict } = current;
      current = null;
      if (verdict.after !== undefined) await verdict.after();
    }
  }
}

/** Null when more has to come before anything can be said. */
async function begin(
  data: Buffer,
  relay: FrameRelay,
): Promise<{ left: number; verdict: FrameVerdict } | null> {
  const opaque = opaqueBytes(data, relay.opaque);
  if (opaque > 0) return { left: opaque, verdict: PASS };
  if (data.length < HEADER_BYTES) return null;
  const bytes = bytesAt(data, 0);
  const gathered = Math.min(bytes, HEAD_BYTES_MAX);
  if (data.length < gathered) return null;
  const verdict = await relay.onFrame({
    type: String.fromCharCode(data[0] ?? 0),
    body: data.subarray(HEADER_BYTES, gathered),
    isWhole: gathered === bytes,
  });
  return { left: bytes, verdict };
}

/** How many bytes in front are of messages that nobody looks at; rows come by the thousand. */
function opaqueBytes(data: Buffer, opaque: ReadonlySet<string>): number {
  let at = 0;
  while (at + HEADER_BYTES <= data.length && opaque.has(String.fromCharCode(data[at] ?? 0)))
    at += bytesAt(data, at);
  return at;
}

function bytesAt(data: Buffer, at: number): number {
  const length = data.readUInt32BE(at + 1);
  if (length < 4) throw new RangeError(`a message of ${length} bytes is none of Postgres' protocol`);
  return length + 1;
}

/** Writes, and waits while the other side takes no more. Writing to one that is gone does nothing. */
export async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}

/*
 * The first packet of a connection (PostgreSQL documentation, "Message Formats"): a length, a code, and for the protocol
 * itself pairs of names and values, each ended by a zero, the whole by another.
 */

const CODES = { ssl: 80_877_103, gss: 80_877_104, cancel: 80_877_102 } as const;
/** The same limit as Postgres': longer ones are no startup packets. */
const LENGTH_MAX = 10_000;

/** What a client said first. */
export type FirstPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gss' }
  | { readonly kind: 'cancel'; readonly raw: Buffer; readonly pid: number; readonly secret: number }
  | {
      readonly kind: 'startup';
      readonly version: number;
      readonly parameters: ReadonlyMap<string, string>;
    };

/** Reads the first packet and what is left behind it; null when it is not all there. Throws for what is none. */
export function readFirstPacket(
  bytes: Buffer,
): { readonly packet: FirstPacket; readonly rest: Buffer } | null {
  if (bytes.length < 8) return null;
  const length = bytes.readInt32BE(0);
  if (length < 8 || length > LENGTH_MAX) throw new Error('this is not the Postgres protocol');
  if (bytes.length < length) return null;
  const rest = bytes.subarray(length);
  const code = bytes.readInt32BE(4);
  if (code === CODES.ssl) return { packet: { kind: 'ssl' }, rest };
  if (code === CODES.gss) return { packet: { kind: 'gss' }, rest };
  if (code === CODES.cancel) {
    if (length < 16) throw new Error('this is not the Postgres protocol');
    const raw = Buffer.from(bytes.subarray(0, length));
    return {
      packet: { kind: 'cancel', raw, pid: bytes.readInt32BE(8), secret: bytes.readInt32BE(12) },
      rest,
    };
  }
  const words = bytes.toString('utf8', 8, length).split('\0');
  const parameters = new Map<string, string>();
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2)
    parameters.set(words[index] ?? '', words[index + 1] ?? '');
  return { packet: { kind: 'startup', version: code, parameters }, rest };
}

/** A startup packet with these parameters. */
export function writeStartup(version: number, parameters: ReadonlyMap<string, string>): Buffer {
  const pairs = [...parameters].map(([name, value]) => `${name}\0${value}\0`).join('');
  const body = Buffer.from(`${pairs}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(version, 4);
  return Buffer.concat([head, body]);
}

/** What Neon's proxy reads out of `options` before Postgres gets them. */
export interface NeonOptions {
  /** What is left for Postgres; null for nothing. */
  readonly rest: string | null;
  /** A time or position in the past that is asked for, which only Neon's own storage can show. */
  readonly past: string | null;
}

/** Takes `endpoint=…`, `project=…` and `neon_…:…` out of the options of a client. */
export function readNeonOptions(options: string | undefined): NeonOptions {
  const words = (options ?? '').split(/(?<!\\) +/).filter((word) => word !== '');
  const past = words.find((word) => /^neon_(?:timestamp|lsn):/.test(word)) ?? null;
  const rest = words.filter((word) => !/^(?:endpoint=|project=|neon_\w+:)/.test(word));
  return { rest: rest.length === 0 ? null : rest.join(' '), past };
}

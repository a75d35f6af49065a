import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { isSignedBy, type Ed25519Signer } from '../../util/ed25519.ts';
import type { CacheEntry } from './check-cache.ts';
import { isCacheEntry } from './is-cache-entry.ts';

/*
 * An entry as it is stored:
 *
 *   one line of JSON   format, who signed, the signature, how long the text is, and which blobs lie beside it
 *   the text           zstd of the JSON of { entry, logBytes, packs }: what is signed
 *   inline packs       those that are too small for a blob of their own, one after the other
 *
 * The signature covers the text, the text names the digest of every pack and of every file, and so it covers everything.
 * The line is read alone by whoever only wants to know which blobs are needed; nothing in it is believed.
 */

/** A piece of the contents: the log, then all files, as one stream cut into pieces. */
export interface Pack {
  /** SHA-256 of the bytes as they are stored. */
  readonly digest: string;
  readonly codec: 'zstd' | 'raw';
  readonly bytes: number;
  readonly rawBytes: number;
}

/** An entry with what its files are made of. */
export interface StoredEntry {
  readonly entry: CacheEntry;
  readonly packs: readonly Pack[];
  /** The log is what the stream begins with. */
  readonly logBytes: number;
  /** The public key that signed it. */
  readonly signer: string;
  /** Packs that came with it, by digest. */
  readonly inline: ReadonlyMap<string, Buffer>;
}

interface Head {
  readonly format: 1;
  readonly signer: string;
  readonly signature: string;
  readonly textBytes: number;
  /** Digests of the packs that are blobs. */
  readonly blobs: readonly string[];
  readonly inline: readonly { readonly digest: string; readonly bytes: number }[];
}

/** What is signed begins with this, so that a signature for anything else is none for an entry. */
const PURPOSE = Buffer.from('glidepath check cache entry 1\n');
/** The inputs of a million files have some 150 MB; what says that it is larger is not read. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;

/** The bytes of an entry, signed. */
export function encodeEntry(stored: Omit<StoredEntry, 'signer'>, signer: Ed25519Signer): Buffer {
  const { entry, logBytes, packs, inline } = stored;
  const text = zstdCompressSync(Buffer.from(JSON.stringify({ entry, logBytes, packs })));
  const head: Head = {
    format: 1,
    signer: signer.publicKey,
    signature: signer.sign(Buffer.concat([PURPOSE, text])).toString('base64url'),
    textBytes: text.length,
    blobs: packs.flatMap(({ digest }) => (inline.has(digest) ? [] : [digest])),
    inline: [...inline].map(([digest, { length }]) => ({ digest, bytes: length })),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), text, ...inline.values()]);
}

/** Reads an entry. Null for what is no entry, is cut off, or was not signed by whom it says. */
export function decodeEntry(bytes: Buffer): StoredEntry | null {
  const head = headOf(bytes);
  if (head === null) return null;
  try {
    const start = bytes.indexOf(10) + 1;
    const text = bytes.subarray(start, start + head.textBytes);
    const signature = Buffer.from(head.signature, 'base64url');
    if (!isSignedBy(head.signer, Buffer.concat([PURPOSE, text]), signature)) return null;
    const { entry, logBytes, packs } = JSON.parse(
      zstdDecompressSync(text, { maxOutputLength: TEXT_BYTES_MAX }).toString(),
    ) as { entry: unknown; logBytes: unknown; packs: unknown };
    if (!isCacheEntry(entry) || !Array.isArray(packs) || !packs.every(isPack)) return null;
    if (typeof logBytes !== 'number' || !Number.isSafeInteger(logBytes)) return null;
    const inline = inlinePacks(head, bytes, start + head.textBytes);
    return { entry, logBytes, packs, signer: head.signer, inline };
  } catch {
    return null;
  }
}

/** The digests of the blobs that an entry needs, from its first line alone. Empty for what is no entry. */
export function blobsOfEntry(bytes: Buffer): readonly string[] {
  return headOf(bytes)?.blobs ?? [];
}

function headOf(bytes: Buffer): Head | null {
  const end = bytes.indexOf(10);
  if (end === -1) return null;
  try {
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as Partial<Head> | null;
    const isHead =
      head?.format === 1 &&
      typeof head.signer === 'string' &&
      typeof head.signature === 'string' &&
      Number.isSafeInteger(head.textBytes) &&
      Array.isArray(head.blobs) &&
      Array.isArray(head.inline);
    return isHead ? (head as Head) : null;
  } catch {
    return null;
  }
}

function inlinePacks(head: Head, bytes: Buffer, from: number): Map<string, Buffer> {
  let at = from;
  return new Map(
    head.inline.map(({ digest, bytes: length }) => {
      const pack = bytes.subarray(at, at + length);
      at += length;
      return [digest, pack] as const;
    }),
  );
}

function isPack(value: unknown): value is Pack {
  const { digest, codec, bytes, rawBytes } = (value ?? {}) as Partial<Record<keyof Pack, unknown>>;
  return (
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest) &&
    (codec === 'zstd' || codec === 'raw') &&
    Number.isSafeInteger(bytes) &&
    Number.isSafeInteger(rawBytes)
  );
}

import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, symlinkSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { KeptFile } from './check-cache.ts';
import { isSafeLink } from './is-safe-path.ts';
import type { Pack, StoredEntry } from './stored-entry.ts';

const FILES_AT_ONCE = 64;
/** Up to here a pack is decompressed in less time than it takes to hand it to a thread: some 0.3 ms. */
const AT_ONCE_BYTES = 256 * 1024;

/** The bytes of a pack as they are stored; null where they cannot be had. */
export type ReadPack = (pack: Pack) => Promise<Buffer | null>;

/** Thrown where what is kept is not what the entry says. */
export class Spoilt extends Error {}

const decompress = promisify<Uint8Array, object, Buffer>(zstdDecompress);

/** The log of an entry. Throws {@link Spoilt}. */
export async function unpackLog({ packs, entry, logBytes }: StoredEntry, read: ReadPack): Promise<string> {
  const stream = packStream(packs, read);
  const pieces: Buffer[] = [];
  const digest = createHash('sha256');
  await stream.take(logBytes, (piece) => {
    digest.update(piece);
    pieces.push(piece);
  });
  if (digest.digest('hex') !== entry.log) throw new Spoilt('the log');
  return Buffer.concat(pieces).toString();
}

/**
 * Writes the files of an entry as `<apart>.0`, `<apart>.1`, … in their order; none of these is there yet. Throws
 * {@link Spoilt} where one is not what the entry says.
 */
export async function unpackFiles(
  { packs, entry, logBytes }: StoredEntry,
  read: ReadPack,
  apart: string,
): Promise<void> {
  const stream = packStream(packs, read);
  await stream.take(logBytes, () => {});
  for (const [index, file] of entry.files.entries()) {
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) await setImmediate();
    const target = `${apart}.${index}`;
    const digest = await (file.kind === 'link'
      ? unpackLink(file, stream, target)
      : unpackFile(file, stream, target));
    if (digest !== file.digest) throw new Spoilt(file.path);
  }
}

async function unpackFile({ bytes, kind }: KeptFile, stream: PackStream, target: string): Promise<string> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
  const file = openSync(target, flags, kind === 'executable' ? 0o777 : 0o666);
  const digest = createHash('sha256');
  try {
    await stream.take(bytes, (piece) => {
      digest.update(piece);
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    });
  } finally {
    closeSync(file);
  }
  return digest.digest('hex');
}

async function unpackLink({ path, bytes }: KeptFile, stream: PackStream, target: string): Promise<string> {
  const pieces: Buffer[] = [];
  await stream.take(bytes, (piece) => pieces.push(piece));
  const content = Buffer.concat(pieces);
  if (!isSafeLink(path, content.toString())) throw new Spoilt(path);
  symlinkSync(content.toString(), target);
  return createHash('sha256').update(content).digest('hex');
}

interface PackStream {
  /** Hands on the next bytes, in pieces. */
  take(length: number, use: (piece: Buffer) => void): Promise<void>;
}

/** The contents of packs as one stream; the next pack is got while the one before is used. */
function packStream(packs: readonly Pack[], read: ReadPack): PackStream {
  let next = 0;
  let ahead: Promise<Buffer> | null = null;
  let current: Buffer = Buffer.alloc(0);
  const fetchNext = (): Promise<Buffer> | null => {
    const pack = packs[next];
    next += 1;
    if (pack === undefined) return null;
    const content = contentOf(pack, read);
    content.catch(() => {});
    return content;
  };
  return {
    async take(length, use) {
      for (let left = length; left > 0;) {
        if (current.length === 0) {
          const coming = ahead ?? fetchNext();
          if (coming === null) throw new Spoilt('the end');
          current = await coming;
          ahead = fetchNext();
          continue;
        }
        const piece = current.subarray(0, left);
        use(piece);
        left -= piece.length;
        current = current.subarray(piece.length);
      }
    },
  };
}

async function contentOf(pack: Pack, read: ReadPack): Promise<Buffer> {
  const bytes = await read(pack);
  if (bytes === null) throw new Spoilt(pack.digest);
  if (pack.codec === 'raw') return bytes;
  try {
    const limit = { maxOutputLength: Math.max(1, pack.rawBytes) };
    return pack.rawBytes <= AT_ONCE_BYTES ? zstdDecompressSync(bytes, limit) : await decompress(bytes, limit);
  } catch (error) {
    throw new Spoilt(pack.digest, { cause: error });
  }
}

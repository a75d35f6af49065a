import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { Pack } from './stored-entry.ts';

/** Large enough that thousands of small files are a few objects, small enough to be in memory a few at a time. */
export const PACK_BYTES: number = 16 * 1024 * 1024;
/** A file from this size on begins a pack, so that it is stored once where several entries have it. */
export const LARGE_BYTES: number = 1024 * 1024;
/** Packs that are compressed at once: each keeps a thread and its bytes in memory. */
const PACKS_AT_ONCE = 3;
/** Below this share of itself, compressing is worth the time. */
const WORTH = 0.95;
/** Measured: 16 MB of JavaScript in 8 ms and of machine code in 48 ms, of which the smallest levels above save little. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const compress = promisify<Uint8Array, object, Buffer>(zstdCompress);

/** Cuts a stream into packs. */
export interface PackWriter {
  /** The next bytes of the stream; may wait until there is room. The bytes must stay as they are. */
  write(bytes: Buffer): Promise<void>;
  /** Ends the pack that is being filled. */
  cut(): Promise<void>;
  /** All packs in order, when every one is kept. */
  end(): Promise<readonly Pack[]>;
}

/** Cuts, compresses and hands on packs; `keep` stores one. */
export function packWriter(keep: (pack: Pack, bytes: Buffer) => Promise<void>): PackWriter {
  const packs: Promise<Pack>[] = [];
  let pieces: Buffer[] = [];
  let length = 0;
  const seal = async (raw: Buffer): Promise<Pack> => {
    const small = await compress(raw, LEVEL);
    const isWorthIt = small.length < raw.length * WORTH;
    const bytes = isWorthIt ? small : raw;
    const pack: Pack = {
      digest: hash('sha256', bytes),
      codec: isWorthIt ? 'zstd' : 'raw',
      bytes: bytes.length,
      rawBytes: raw.length,
    };
    await keep(pack, bytes);
    return pack;
  };
  const cut = async (): Promise<void> => {
    if (length === 0) return;
    const sealed = seal(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
    // Who waits for it hears of a failure; until then it must not count as one that nobody heard of.
    sealed.catch(() => {});
    packs.push(sealed);
    pieces = [];
    length = 0;
    await packs.at(-PACKS_AT_ONCE);
  };
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; at += PACK_BYTES) {
        const piece = bytes.subarray(at, at + PACK_BYTES);
        if (length + piece.length > PACK_BYTES) await cut();
        pieces.push(piece);
        length += piece.length;
      }
    },
    cut,
    async end() {
      await cut();
      return Promise.all(packs);
    },
  };
}

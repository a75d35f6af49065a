import { rmSync } from 'node:fs';
import { checksum } from '../inputs/checksum.ts';
import type { OwnFiles } from '../own-files/own-files.ts';
import type { HeldPlaces, HeldRecord, HeldResult } from './held-result.ts';

/** Another layout has other first letters. */
const MAGIC = 0x474c_4802;
/** Magic, checksum, length of the text, nothing. */
const HEADER = 16;
const NUMBER_BYTES = 8;

type Stored = Record<string, { held: HeldResult; places: HeldPlaces; count: number }>;

/** What was remembered, by the name of the check; nothing where the file is not this machine's, not whole, or spoilt. */
export function readHeld(file: string, own: OwnFiles): Map<string, HeldRecord> {
  try {
    const all = own.read(file);
    return all === null ? new Map() : decode(all);
  } catch {
    return new Map();
  }
}

/** Writes it whole; where that cannot be, it is gone: what it said is no longer so, and the next run looks into the cache. */
export function writeHeld(file: string, records: ReadonlyMap<string, HeldRecord>, own: OwnFiles): void {
  if (!own.write(file, encode(records))) rmSync(file, { force: true });
}

/** The numbers lie behind the text as they do in memory: of many outputs they are most of it, and take no time to read. */
function encode(records: ReadonlyMap<string, HeldRecord>): Buffer {
  const stored: Stored = Object.fromEntries(
    [...records].map(([name, { held, places, figures }]) => [name, { held, places, count: figures.length }]),
  );
  const text = Buffer.from(JSON.stringify(stored));
  const padding = Buffer.alloc((NUMBER_BYTES - (text.length % NUMBER_BYTES)) % NUMBER_BYTES);
  const figures = [...records.values()].map(({ figures: each }) =>
    Buffer.from(each.buffer, each.byteOffset, each.byteLength),
  );
  const all = Buffer.concat([Buffer.alloc(HEADER), text, padding, ...figures]);
  all.writeUInt32LE(MAGIC, 0);
  all.writeUInt32LE(text.length, 8);
  all.writeUInt32LE(checksum(all.subarray(8)), 4);
  return all;
}

function decode(all: Buffer): Map<string, HeldRecord> {
  if (all.length < HEADER || all.readUInt32LE(0) !== MAGIC) return new Map();
  if (all.readUInt32LE(4) !== checksum(all.subarray(8))) return new Map();
  const length = all.readUInt32LE(8);
  const stored = JSON.parse(all.toString('utf8', HEADER, HEADER + length)) as Stored;
  const numbersAt = HEADER + Math.ceil(length / NUMBER_BYTES) * NUMBER_BYTES;
  const numbers = new Float64Array(new Uint8Array(all.subarray(numbersAt)).buffer);
  let at = 0;
  return new Map(
    Object.entries(stored).map(([name, { held, places, count }]) => [
      name,
      { held, places, figures: numbers.subarray(at, (at += count)) },
    ]),
  );
}

import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A file in a zip archive; its name has `/` between its parts. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 2.0: deflate. */
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** The first moment the format can tell: archives of the same files are the same, byte by byte. */
const DOS_DATE = 0x0021;
/** Without the 64-bit extension no place in an archive lies beyond this. */
const BYTES_MAX = 0xffffffff;
const ENTRIES_MAX = 0xffff;

/** A zip archive (PKWARE APPNOTE 6.3) of files, deflated. Throws when they are more than the format takes. */
export function writeZip(entries: readonly ZipEntry[], level = 6): Buffer {
  if (entries.length > ENTRIES_MAX) throw new RangeError(`a zip archive holds ${ENTRIES_MAX} files at most`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const packed = deflateRawSync(entry.bytes, { level });
    const facts = factsOf(entry, packed, name.length);
    const local = Buffer.alloc(LOCAL_BYTES);
    local.writeUInt32LE(LOCAL, 0);
    facts.copy(local, 4);
    const central = Buffer.alloc(CENTRAL_BYTES);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(VERSION, 4);
    facts.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    offset += LOCAL_BYTES + name.length + packed.length;
    if (offset > BYTES_MAX) throw new RangeError('a zip archive holds 4 GiB at most');
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** The 26 bytes that a file's own header and its place in the directory share. */
function factsOf({ bytes }: ZipEntry, packed: Buffer, nameBytes: number): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(VERSION, 0);
  facts.writeUInt16LE(UTF8_NAMES, 2);
  facts.writeUInt16LE(DEFLATED, 4);
  facts.writeUInt16LE(DOS_DATE, 8);
  facts.writeUInt32LE(crc32(bytes), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(bytes.length, 18);
  facts.writeUInt16LE(nameBytes, 22);
  return facts;
}

/** The files of an archive that {@link writeZip} wrote. Throws when it is damaged. */
export function readZip(archive: Buffer): ZipEntry[] {
  const end = archive.length - END_BYTES;
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error('this is no zip archive');
  let at = archive.readUInt32LE(end + 16);
  return Array.from({ length: archive.readUInt16LE(end + 10) }, () => {
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const start = archive.readUInt32LE(at + 42) + LOCAL_BYTES + nameBytes;
    const bytes = inflateRawSync(archive.subarray(start, start + archive.readUInt32LE(at + 20)));
    if (crc32(bytes) !== archive.readUInt32LE(at + 16)) throw new Error(`${name} is damaged in the archive`);
    at += CENTRAL_BYTES + nameBytes;
    return { name, bytes };
  });
}

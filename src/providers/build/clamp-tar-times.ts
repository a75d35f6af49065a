import { Transform } from 'node:stream';

const BLOCK = 512;
/** Where a header holds the time, its checksum and the size (POSIX.1-1988, and GNU's form of large numbers). */
const SIZE = { at: 124, length: 12 } as const;
const MTIME = { at: 136, length: 12 } as const;
const CHECKSUM = { at: 148, length: 8 } as const;
const TYPE_AT = 156;
/** Extended headers (`x` of a file, `g` of all that follow): records such as `30 mtime=1700000000.123456789`. */
const EXTENDED: ReadonlySet<string> = new Set(['x', 'g']);
/** No extended header of a layer is longer: it holds a name and a few attributes. */
const EXTENDED_BYTES_MAX = 1024 * 1024;

/**
 * Passes a tar on in which nothing is younger than a moment (seconds since the Unix epoch); what is older keeps its time,
 * as the layers of a base image do. It is what BuildKit's `rewrite-timestamp` does, which no engine's own image store can.
 * What is no tar comes through as it is.
 */
export function clampTarTimes(latest: number): Transform {
  let pending: Buffer = Buffer.alloc(0);
  /** Bytes of content that pass untouched. */
  let passing = 0;
  let extended = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        const needed = passing > 0 ? 1 : extended > 0 ? extended : BLOCK;
        if (pending.length < needed) break;
        const length = passing > 0 ? Math.min(passing, pending.length) : needed;
        const part = Buffer.from(pending.subarray(0, length));
        pending = pending.subarray(length);
        if (passing > 0) passing -= length;
        else if (extended > 0) {
          extended = 0;
          clampRecords(part, latest);
        } else {
          const content = clampHeader(part, latest);
          if (content.isExtended) extended = content.bytes;
          else passing = content.bytes;
        }
        this.push(part);
      }
      done();
    },
    flush(done) {
      done(null, pending);
    },
  });
}

/** Changes the header's time in place; says how many bytes follow it, padding included. */
function clampHeader(
  header: Buffer,
  latest: number,
): { readonly bytes: number; readonly isExtended: boolean } {
  if (!isHeader(header)) return { bytes: 0, isExtended: false };
  if (numberAt(header, MTIME) > latest) {
    writeOctal(header, MTIME, latest);
    // Six digits, a zero and a space: as everybody writes it.
    header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, CHECKSUM.at, 'latin1');
  }
  const bytes = Math.ceil(numberAt(header, SIZE) / BLOCK) * BLOCK;
  const isExtended = EXTENDED.has(String.fromCharCode(header[TYPE_AT] ?? 0)) && bytes <= EXTENDED_BYTES_MAX;
  return { bytes, isExtended: isExtended && bytes > 0 };
}

/** The end of a tar is zeros; anything else without its own sum is no header. */
function isHeader(header: Buffer): boolean {
  return numberAt(header, CHECKSUM) === checksumOf(header) && header[0] !== 0;
}

/** The times of an extended header, each as long as it was: no length before it has to change. */
function clampRecords(content: Buffer, latest: number): void {
  const text = content.toString('latin1');
  for (const match of text.matchAll(/(?<=\d+ (?:mtime|atime|ctime)=)\d+(\.\d+)?(?=\n)/g)) {
    const [value] = match;
    if (Number(value) <= latest) continue;
    const [whole = '', fraction] = value.split('.');
    const clamped = String(latest).padStart(whole.length, '0');
    content.write(
      fraction === undefined ? clamped : `${clamped}.${'0'.repeat(fraction.length)}`,
      match.index,
      'latin1',
    );
  }
}

interface Field {
  readonly at: number;
  readonly length: number;
}

function numberAt(header: Buffer, { at, length }: Field): number {
  const first = header[at] ?? 0;
  // The highest bit set: the rest is the number itself. No size or time of ours needs more than six bytes.
  if ((first & 0x80) !== 0) return header.readUIntBE(at + length - 6, 6);
  return Number.parseInt(
    header
      .toString('latin1', at, at + length)
      .replaceAll(/[\0 ]+/g, ' ')
      .trim() || '0',
    8,
  );
}

function writeOctal(header: Buffer, { at, length }: Field, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

function checksumOf(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++)
    sum += at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? 0x20 : (header[at] ?? 0);
  return sum;
}

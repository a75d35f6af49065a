import { isAscii } from 'node:buffer';
import { checksum } from './checksum.ts';
import { FIGURES } from './file-figures.ts';

/** A file that decides which files count: rules of git, and its index. Null figures: it is not there. */
export interface Guard {
  /** Absolute. */
  readonly path: string;
  readonly figures: Float64Array;
}

/** What was seen of a checkout at the last look: kept so that the next one reads only what differs. */
export interface TreeIndex {
  /** False where the checkout changed while it was listed: the next look lists it again. */
  readonly isSettled: boolean;
  readonly guards: readonly Guard[];
  /** Those that git does not ignore, from the root and with it (empty), sorted. */
  readonly directories: readonly string[];
  readonly directoryFigures: Float64Array;
  /** What lies in each directory, as `namesText` has it. */
  readonly names: readonly string[];
  /** Those that git tracks or does not ignore, sorted; also such as are deleted. */
  readonly files: readonly string[];
  readonly fileFigures: Float64Array;
  /** Of each file; empty for one that is not there. */
  readonly digests: readonly string[];
}

/** Another layout has other first letters, so that it is not taken for this one. */
const MAGIC = 0x474c_5401;
/** Magic, checksum, length of the text, and the number of figures. */
const HEADER = 16;
const DIGEST_BYTES = 32;
const NO_DIGEST = '0'.repeat(DIGEST_BYTES * 2);
/** No path and no name has it. */
const SEPARATOR = '\0';

/** One file: header, figures and digests as they lie in memory, then all text at once; that is quick to read. */
export function encodeIndex(index: TreeIndex): Buffer {
  const guards = index.guards.map(({ path }) => path);
  const lists = [guards, index.directories, index.names, index.files];
  const head = JSON.stringify({ isSettled: index.isSettled, counts: lists.map((list) => list.length) });
  const text = Buffer.from([head, ...lists.flat()].join(SEPARATOR));
  const guardFigures = index.guards.map(({ figures }) => figures);
  const figures = [...guardFigures, index.directoryFigures, index.fileFigures].map(bytesOf);
  const digests = Buffer.from(index.digests.map((digest) => digest || NO_DIGEST).join(''), 'hex');
  const header = Buffer.alloc(HEADER);
  const all = Buffer.concat([header, ...figures, digests, text]);
  all.writeUInt32LE(MAGIC, 0);
  all.writeUInt32LE(text.length, 8);
  all.writeUInt32LE(index.files.length, 12);
  all.writeUInt32LE(checksum(all.subarray(8)), 4);
  return all;
}

/** Null for what is no index, is not whole, or is spoilt. */
export function decodeIndex(all: Buffer): TreeIndex | null {
  if (all.length < HEADER || all.readUInt32LE(0) !== MAGIC) return null;
  if (all.readUInt32LE(4) !== checksum(all.subarray(8))) return null;
  const textAt = all.length - all.readUInt32LE(8);
  const digestsAt = textAt - all.readUInt32LE(12) * DIGEST_BYTES;
  const text = all.subarray(textAt);
  // Most names are plain, and those take a tenth of the time this way.
  const [head = '', ...lines] = text.toString(isAscii(text) ? 'latin1' : 'utf8').split(SEPARATOR);
  const { isSettled, counts } = JSON.parse(head) as { isSettled: boolean; counts: number[] };
  let line = 0;
  const [guards = [], directories = [], names = [], files = []] = counts.map((count) =>
    lines.slice(line, (line += count)),
  );
  const figures = new Float64Array(new Uint8Array(all.subarray(HEADER, digestsAt)).buffer);
  let figure = 0;
  const take = (count: number): Float64Array => figures.subarray(figure, (figure += count * FIGURES));
  return {
    isSettled,
    guards: guards.map((path) => ({ path, figures: take(1) })),
    directories,
    directoryFigures: take(directories.length),
    names,
    files,
    fileFigures: take(files.length),
    digests: digestsIn(all.toString('hex', digestsAt, textAt), files.length),
  };
}

function digestsIn(hex: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const digest = hex.slice(index * DIGEST_BYTES * 2, (index + 1) * DIGEST_BYTES * 2);
    return digest === NO_DIGEST ? '' : digest;
  });
}

function bytesOf(figures: Float64Array): Buffer {
  return Buffer.from(figures.buffer, figures.byteOffset, figures.byteLength);
}

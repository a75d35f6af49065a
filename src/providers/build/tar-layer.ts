import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, realpath, rename, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Header, Pax } from 'tar';

/** A layer on disk. */
export interface TarLayer {
  readonly file: string;
  /** `sha256:…` of the gzipped file, and of the tar inside. */
  readonly digest: string;
  readonly diffId: string;
  readonly sizeBytes: number;
}

/**
 * Packs paths of a directory under `app/` into a gzipped tar whose bytes depend on names, contents and the executable
 * bit alone: sorted, no times, no owners. The same commit built twice gives one digest.
 *
 * A symbolic link that leads out of the directory (dependencies of the working copy) is packed as what it leads to, so
 * that the image stands alone; others stay links.
 */
export async function packLayer(root: string, include: readonly string[], file: string): Promise<TarLayer> {
  const tarHash = createHash('sha256');
  const gzipHash = createHash('sha256');
  let sizeBytes = 0;
  const unfinished = `${file}.unfinished-${process.pid}`;
  await pipeline(
    Readable.from(tarBytes(root, include)),
    passing((chunk) => tarHash.update(chunk)),
    createGzip({ level: 6 }),
    passing((chunk) => {
      gzipHash.update(chunk);
      sizeBytes += chunk.length;
    }),
    createWriteStream(unfinished),
  );
  await rename(unfinished, file);
  return {
    file,
    digest: `sha256:${gzipHash.digest('hex')}`,
    diffId: `sha256:${tarHash.digest('hex')}`,
    sizeBytes,
  };
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}

/** Names no file of ours may have in an image. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', '.glidepath']);
const BLOCK = 512;

interface Entry {
  /** In the tar, without a slash at its end. */
  readonly path: string;
  readonly source: string;
  readonly type: 'File' | 'Directory' | 'SymbolicLink';
  readonly mode: number;
  readonly size: number;
  readonly linkpath?: string;
}

async function* tarBytes(root: string, include: readonly string[]): AsyncGenerator<Buffer> {
  const base = await realpath(root);
  const seen = new Set<string>();
  yield headerOf({ path: 'app', source: base, type: 'Directory', mode: 0o755, size: 0 });
  for (const path of [...include].sort()) {
    for await (const entry of walk(base, join(base, path), tarPath(base, join(base, path)), [])) {
      if (entry.path === 'app' || seen.has(entry.path)) continue;
      seen.add(entry.path);
      yield* withParents(entry, seen);
      if (entry.type === 'File') yield* contents(entry);
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

function tarPath(base: string, absolute: string): string {
  const path = relative(base, absolute).split(sep).join('/');
  return path === '' ? 'app' : `app/${path}`;
}

/** A path included by itself needs the directories above it. */
function* withParents(entry: Entry, seen: Set<string>): Generator<Buffer> {
  const parts = entry.path.split('/');
  for (let depth = 2; depth < parts.length; depth++) {
    const path = parts.slice(0, depth).join('/');
    if (seen.has(path)) continue;
    seen.add(path);
    yield headerOf({ path, source: '', type: 'Directory', mode: 0o755, size: 0 });
  }
  yield headerOf(entry);
}

/** `above`: real paths of the directories we are in, against links that lead back up. */
async function* walk(
  base: string,
  source: string,
  path: string,
  above: readonly string[],
): AsyncGenerator<Entry> {
  const link = await lstat(source);
  if (link.isSymbolicLink() && (await staysInside(base, source))) {
    const linkpath = await readlink(source);
    yield { path, source, type: 'SymbolicLink', mode: 0o777, size: 0, linkpath };
    return;
  }
  const facts = link.isSymbolicLink() ? await stat(source) : link;
  if (facts.isFile()) {
    yield { path, source, type: 'File', mode: (facts.mode & 0o111) === 0 ? 0o644 : 0o755, size: facts.size };
  }
  if (!facts.isDirectory()) return;
  const real = await realpath(source);
  if (above.includes(real)) return;
  yield { path, source, type: 'Directory', mode: 0o755, size: 0 };
  for (const name of (await readdir(source)).sort()) {
    if (!LEFT_OUT.has(name)) yield* walk(base, join(source, name), `${path}/${name}`, [...above, real]);
  }
}

async function staysInside(base: string, source: string): Promise<boolean> {
  const target = await readlink(source);
  if (isAbsolute(target)) return false;
  try {
    const inside = relative(base, await realpath(source));
    return inside !== '..' && !inside.startsWith(`..${sep}`);
  } catch {
    // It leads nowhere: kept as it is.
    return true;
  }
}

async function* contents(entry: Entry): AsyncGenerator<Buffer> {
  let written = 0;
  if (entry.size > 0) {
    for await (const chunk of createReadStream(entry.source, { end: entry.size - 1 })) {
      const bytes = chunk as Buffer;
      written += bytes.length;
      yield bytes;
    }
  }
  if (written !== entry.size) throw new Error(`${entry.path} changed while it was packed`);
  const rest = entry.size % BLOCK;
  if (rest > 0) yield Buffer.alloc(BLOCK - rest);
}

/** A header block; names too long for it go into an extended header before it. */
function headerOf(entry: Entry): Buffer {
  const fields = {
    path: entry.type === 'Directory' ? `${entry.path}/` : entry.path,
    mode: entry.mode,
    size: entry.size,
    type: entry.type,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    mtime: new Date(0),
    ...(entry.linkpath === undefined ? {} : { linkpath: entry.linkpath }),
  };
  const header = new Header(fields);
  const block = Buffer.alloc(BLOCK);
  if (!header.encode(block, 0)) return block;
  const { path, linkpath } = fields as { path: string; linkpath?: string };
  const extended = new Pax({
    path,
    mtime: new Date(0),
    ...(linkpath === undefined ? {} : { linkpath }),
  }).encode();
  return Buffer.concat([extended, block]);
}

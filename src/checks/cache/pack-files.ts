import { createHash, hash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { KeptFile } from './check-cache.ts';
import { isSafeLink, isSafePath } from './is-safe-path.ts';
import { LARGE_BYTES, PACK_BYTES, type PackWriter } from './pack-writer.ts';

/** Small files are read one after the other, which is fastest; after so many, others get their turn. */
const FILES_AT_ONCE = 64;

/** Why files cannot be kept; one sentence. */
export class NotKept extends Error {}

/**
 * Writes files into packs, in the order given. Throws {@link NotKept} for what lies outside the checkout, leads out of
 * it, is no file, or changes while it is read.
 */
export async function packFiles(
  root: string,
  paths: readonly string[],
  writer: PackWriter,
): Promise<readonly KeptFile[]> {
  const files: KeptFile[] = [];
  const directories = new Set<string>();
  for (const [index, path] of paths.entries()) {
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) await setImmediate();
    if (!isSafePath(path)) throw new NotKept(`${path} is not a path a check may keep`);
    requireDirectories(root, path, directories);
    files.push(await packFile(root, path, writer));
  }
  return files;
}

/** What lies behind a link belongs to somebody else, or is kept under its own name. */
function requireDirectories(root: string, path: string, known: Set<string>): void {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const directory = path.slice(0, at);
    if (known.has(directory)) continue;
    if (!lstatSync(join(root, directory)).isDirectory())
      throw new NotKept(`${path} lies behind the link ${directory}`);
    known.add(directory);
  }
}

async function packFile(root: string, path: string, writer: PackWriter): Promise<KeptFile> {
  const whole = join(root, path);
  const stat = lstatSync(whole);
  if (stat.isSymbolicLink()) {
    const target = Buffer.from(readlinkSync(whole));
    if (!isSafeLink(path, target.toString())) throw new NotKept(`the link ${path} leads out of the checkout`);
    await writer.write(target);
    return { path, digest: hash('sha256', target), bytes: target.length, kind: 'link' };
  }
  if (!stat.isFile()) throw new NotKept(`${path} is neither a file nor a link`);
  const file = openSync(whole, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size, mode } = fstatSync(file);
    const kind = (mode & 0o100) === 0 ? 'file' : 'executable';
    if (size < LARGE_BYTES) {
      const bytes = readPiece(file, size, path);
      requireEnd(file, path);
      await writer.write(bytes);
      return { path, digest: hash('sha256', bytes), bytes: size, kind };
    }
    return { path, digest: await packLarge(file, size, path, writer), bytes: size, kind };
  } finally {
    closeSync(file);
  }
}

async function packLarge(file: number, size: number, path: string, writer: PackWriter): Promise<string> {
  const digest: Hash = createHash('sha256');
  await writer.cut();
  for (let at = 0; at < size; at += PACK_BYTES) {
    const bytes = readPiece(file, Math.min(PACK_BYTES, size - at), path);
    digest.update(bytes);
    await writer.write(bytes);
  }
  requireEnd(file, path);
  await writer.cut();
  return digest.digest('hex');
}

function readPiece(file: number, length: number, path: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < length) {
    const read = readSync(file, bytes, at, length - at, null);
    if (read === 0) throw new NotKept(`${path} changed while it was read`);
    at += read;
  }
  return bytes;
}

function requireEnd(file: number, path: string): void {
  if (readSync(file, Buffer.alloc(1), 0, 1, null) !== 0)
    throw new NotKept(`${path} changed while it was read`);
}

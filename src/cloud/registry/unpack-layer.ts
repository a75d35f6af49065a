import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Parser, Unpack } from 'tar';
import type { ReadEntry } from 'tar';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** A layer to be unpacked. */
export interface Layer {
  readonly file: string;
  readonly mediaType: string;
  /** `sha256:…` of the tar inside, from the image's config. */
  readonly diffId: string;
}

interface Symlink {
  /** Below the root, without a leading slash. */
  readonly path: string;
  readonly target: string;
}

const WHITEOUT = '.wh.';
/** Removes all that lower layers have in its directory (OCI image specification, "Opaque Whiteout"). */
const OPAQUE_WHITEOUT = '.wh..wh..opq';

/**
 * Unpacks a layer over what `rootDir` holds of the layers below. Throws `CLOUD_IMAGE_INVALID` when it is not the tar its
 * image promised or an entry would be written outside of `rootDir`; what was written until then is the caller's to
 * throw away.
 */
export async function unpackLayer(layer: Layer, rootDir: string, isFirst: boolean): Promise<void> {
  if (!isFirst) await applyWhiteouts(layer, rootDir);
  const problems: string[] = [];
  const symlinks: Symlink[] = [];
  const masked = new Map<string, number>();
  const unpack = new Unpack({
    cwd: rootDir,
    strict: true,
    // Files belong to who runs the local cloud, whatever user built them.
    preserveOwner: false,
    filter: (path, entry) => {
      const problem = problemOf(path, entry as ReadEntry);
      if (problem !== null) problems.push(problem);
      if (problem !== null || isDevice(entry as ReadEntry) || posix.basename(path).startsWith(WHITEOUT))
        return false;
      const relative = posix.normalize(path).replace(/\/$/, '');
      const { type, mode } = entry as ReadEntry;
      if ((type === 'File' || type === 'Directory') && ((mode ?? 0) & process.umask()) !== 0)
        masked.set(relative, (mode ?? 0) & 0o7777);
      if (type !== 'SymbolicLink') return relative !== '.';
      // Made at the end and by ourselves: tar refuses a link to a link, which every shared library and bin folder has.
      symlinks.push({ path: relative, target: (entry as ReadEntry).linkpath ?? '' });
      return false;
    },
  });
  const digest = await feed(layer, unpack);
  const [problem] = problems;
  if (problem !== undefined) throw invalid(problem);
  if (digest !== layer.diffId) throw invalid(`the layer's content is ${digest}, not ${layer.diffId}`);
  // As the image has it, whatever this machine's user takes away from new files: it may run as another user.
  for (const [path, mode] of masked) await chmod(join(rootDir, path), mode);
  for (const link of symlinks) await makeSymlink(rootDir, link);
}

function problemOf(path: string, entry: ReadEntry): string | null {
  if (leavesRoot(path)) return `entry ${path} would be written outside of the image`;
  if (entry.type === 'Link' && leavesRoot(entry.linkpath ?? ''))
    return `entry ${path} is a hard link to ${entry.linkpath}, outside of the image`;
  return null;
}

function leavesRoot(path: string): boolean {
  return posix.isAbsolute(path) || path.split('/').includes('..');
}

function isDevice(entry: ReadEntry): boolean {
  return ['CharacterDevice', 'BlockDevice', 'FIFO'].includes(entry.type);
}

/** Removes what the layer says is gone. A separate pass, because it must not touch what the layer itself brings. */
async function applyWhiteouts(layer: Layer, rootDir: string): Promise<void> {
  const whiteouts: string[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      if (posix.basename(entry.path).startsWith(WHITEOUT) && !leavesRoot(entry.path))
        whiteouts.push(entry.path);
      entry.resume();
    },
  });
  await feed(layer, parser);
  for (const path of whiteouts) {
    const dir = join(rootDir, posix.dirname(path));
    if (!(await isInside(rootDir, dir))) continue;
    const name = posix.basename(path);
    const gone = name === OPAQUE_WHITEOUT ? await readdir(dir) : [name.slice(WHITEOUT.length)];
    await Promise.all(gone.map((entry) => rm(join(dir, entry), { recursive: true, force: true })));
  }
}

/** Sends the decompressed layer through a tar parser; resolves to the digest of what went through. */
async function feed(layer: Layer, parser: Parser): Promise<string> {
  const hash = createHash('sha256');
  const done = new Promise<void>((resolve, reject) => {
    // For one that unpacks, after the last file is written.
    parser.on('end', () => resolve());
    parser.on('error', (error: unknown) => reject(invalid(messageOf(error), error)));
  });
  // It may fail while we still wait for the next bytes.
  done.catch(() => undefined);
  try {
    for await (const chunk of decompressed(layer) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), done]);
    }
  } catch (error) {
    throw error instanceof ToolError ? error : invalid(messageOf(error), error);
  }
  parser.end();
  await done;
  return `sha256:${hash.digest('hex')}`;
}

function decompressed(layer: Layer): Readable {
  const file = createReadStream(layer.file);
  const decompressor = decompressorFor(layer.mediaType);
  // Errors come out of the returned stream, where they are waited for.
  return decompressor === null ? file : pipeline(file, decompressor, () => undefined);
}

function decompressorFor(mediaType: string): Transform | null {
  if (mediaType.endsWith('gzip')) return createGunzip();
  return mediaType.endsWith('+zstd') ? createZstdDecompress() : null;
}

/**
 * Inside a container `/` is the image and nothing is above it. So an absolute target, or one with too many `..`, is
 * rewritten to lead to the same place below `rootDir`.
 */
async function makeSymlink(rootDir: string, { path, target }: Symlink): Promise<void> {
  const dir = join(rootDir, posix.dirname(path));
  if (!(await isInside(rootDir, dir))) throw invalid(`entry ${path} would be written outside of the image`);
  await mkdir(dir, { recursive: true });
  const from = posix.resolve('/', posix.dirname(path));
  const isWithin = !posix.isAbsolute(target) && !leavesRoot(posix.join(posix.dirname(path), target));
  const rewritten = posix.relative(from, posix.resolve(from, target));
  await rm(join(rootDir, path), { recursive: true, force: true });
  await symlink(isWithin ? target : rewritten === '' ? '.' : rewritten, join(rootDir, path));
}

/** Whether a path, or the nearest of its parents that exists, really lies in the root, links followed. */
async function isInside(rootDir: string, path: string): Promise<boolean> {
  const root = await realpath(rootDir);
  for (let current = path; ; current = dirname(current)) {
    const real = await realpath(current).catch(() => null);
    if (real !== null) return real === root || real.startsWith(root + sep);
  }
}

function invalid(problem: string, cause?: unknown): ToolError {
  return new ToolError('CLOUD_IMAGE_INVALID', `A layer of the image cannot be unpacked: ${problem}.`, {
    hint: 'Build and push it again.',
    cause,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { imagePath, whiteoutOf, type ImageFile, type LayerFiles } from './image-files.ts';
import { isWanted } from './wanted-files.ts';

/** A layer, with entries that lead outside of the image, which a careless unpacker would write there. */
export interface ReadLayer extends LayerFiles {
  readonly outside: readonly string[];
}

/** A layer of a real image is smaller; one that is not was made to fill disks. */
const BYTES_MAX = 20_000_000_000;
/** The same for the number of files, each of which takes memory here. */
const ENTRIES_MAX = 2_000_000;
/** What is read as text of all files of a layer. */
const TEXT_BYTES_MAX = 300_000_000;

/**
 * Reads a layer as a stream: nothing is unpacked, only the texts that are looked at are kept. Throws IMAGE_UNREADABLE for what
 * is no tar, or would be larger than any image is.
 */
export async function readLayer(file: string, layer: number): Promise<ReadLayer> {
  const files: ImageFile[] = [];
  const removed: string[] = [];
  const hidden: string[] = [];
  const outside: string[] = [];
  let entries = 0;
  let textBytes = 0;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      if (++entries > ENTRIES_MAX) {
        parser.abort(new Error(`it has more than ${ENTRIES_MAX} files`));
        return;
      }
      const path = imagePath(entry.path);
      const isLinkOutside = entry.type === 'Link' && imagePath(entry.linkpath ?? '') === null;
      if (path === null || isLinkOutside) outside.push(entry.path);
      const gone = path === null ? null : whiteoutOf(path);
      if (gone !== null && 'removed' in gone) removed.push(gone.removed);
      if (gone !== null && 'hidden' in gone) hidden.push(gone.hidden);
      if (path === null || path === '' || gone !== null) {
        entry.resume();
        return;
      }
      const about = {
        path,
        mode: (entry.mode ?? 0) & 0o7777,
        uid: entry.uid ?? 0,
        layer,
        kind: kindOf(entry),
      };
      const isRead =
        about.kind === 'file' && isWanted(path, entry.size) && textBytes + entry.size <= TEXT_BYTES_MAX;
      if (!isRead) {
        files.push({ ...about, text: null });
        entry.resume();
        return;
      }
      textBytes += entry.size;
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => files.push({ ...about, text: textOf(Buffer.concat(chunks)) }));
    },
  });
  await feed(file, parser);
  return { files, removed, hidden, outside };
}

function kindOf({ type }: ReadEntry): ImageFile['kind'] {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return 'file';
  if (type === 'Directory') return 'directory';
  return type === 'SymbolicLink' || type === 'Link' ? 'link' : 'other';
}

/** Null for what is no text. */
function textOf(bytes: Buffer): string | null {
  return bytes.subarray(0, 8_000).includes(0) ? null : bytes.toString('utf8');
}

async function feed(file: string, parser: Parser): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve());
    parser.on('error', reject);
  });
  // It may fail while we still wait for the next bytes.
  done.catch(() => undefined);
  let bytes = 0;
  try {
    for await (const chunk of (await decompressed(file)) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX / 1e9} GB`);
      if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), done]);
    }
    parser.end();
    await done;
  } catch (error) {
    throw new ToolError('IMAGE_UNREADABLE', `A layer of the image cannot be read: ${messageOf(error)}.`, {
      hint: 'Build the image again, or take it from where it was built: docker save.',
      cause: error,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How it is packed is read from its first bytes: archives say nothing of it. */
async function decompressed(file: string): Promise<Readable> {
  const head = Buffer.alloc(4);
  const handle = await open(file);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const stream = createReadStream(file);
  const through = decompressor(head);
  // Errors come out of the returned stream, where they are waited for.
  return through === null ? stream : pipeline(stream, through, () => undefined);
}

function decompressor(head: Buffer): Transform | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip();
  return head.readUInt32LE() === 0xfd2fb528 ? createZstdDecompress() : null;
}

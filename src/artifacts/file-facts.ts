import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactFile } from './artifact-manifest.ts';

/** What a file is, without what it is for. */
export type FileFacts = Pick<ArtifactFile, 'digest' | 'bytes' | 'kind'>;

/** Looks at a file, without following links. */
export async function fileFacts(file: string): Promise<FileFacts> {
  const facts = await lstat(file);
  if (facts.isSymbolicLink()) {
    const target = await readlink(file);
    return {
      kind: 'link',
      bytes: Buffer.byteLength(target),
      digest: digestOf(createHash('sha256').update(target)),
    };
  }
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { kind: (facts.mode & 0o100) === 0 ? 'file' : 'executable', bytes, digest: digestOf(hash) };
}

/** Every file and link below a directory, sorted, with slashes. Throws what the file system throws. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(directory, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) await walk(inner);
      else found.push(inner);
    }
  };
  await walk('');
  return found.sort();
}

function digestOf(hash: ReturnType<typeof createHash>): string {
  return `sha256:${hash.digest('hex')}`;
}

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Media types of the OCI image specification, version 1.1. */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A pointer to content, as indexes and manifests hold it. */
export interface LayoutDescriptor {
  readonly mediaType: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

/** A gzipped layer on disk that goes into a layout. */
export interface LayoutLayer {
  readonly file: string;
  /** Of the gzipped file. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** What a layout holds: its image by digest, and the size of config and layers together. */
export interface WrittenLayout {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * Writes an image as a directory in the OCI image layout (image specification 1.1): `oci-layout`, `index.json` and
 * `blobs/sha256/<hex>`. Layers are linked, not copied, where the file system can. What was in the directory is gone.
 */
export async function writeLayout(
  directory: string,
  image: { readonly config: object; readonly layers: readonly LayoutLayer[] },
): Promise<WrittenLayout> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  const config = await writeBlob(directory, CONFIG_TYPE, image.config);
  for (const layer of image.layers) await linkBlob(directory, layer);
  const layers = image.layers.map(({ digest, sizeBytes }) => ({
    mediaType: LAYER_TYPE,
    digest,
    size: sizeBytes,
  }));
  const manifest = await writeBlob(directory, MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers,
  });
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [manifest] };
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
  const sizeBytes = layers.reduce((sum, layer) => sum + layer.size, config.size);
  return { digest: manifest.digest, sizeBytes };
}

/** Where a layout keeps a blob. */
export function blobFile(directory: string, digest: string): string {
  return join(directory, 'blobs', ...digest.split(':', 2));
}

/** `sha256:…` of bytes. */
export function digestOfBytes(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A manifest of a layout with everything it refers to. */
export interface LayoutManifest {
  readonly descriptor: LayoutDescriptor;
  readonly bytes: Buffer;
  /** Config and layers; empty for an index. */
  readonly blobs: readonly LayoutDescriptor[];
  /** Of an index: the manifests in it, to be pushed before it. */
  readonly manifests: readonly LayoutManifest[];
}

/** Reads the one image of a layout, checking that every manifest is what its digest says. Throws an Error. */
export async function readLayout(directory: string): Promise<LayoutManifest> {
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as RawManifest;
  const [descriptor, ...more] = index.manifests ?? [];
  if (descriptor === undefined || more.length > 0)
    throw new Error(`${directory} holds ${index.manifests?.length ?? 0} images and not one`);
  return readManifest(directory, descriptor);
}

/** The part of an index or manifest that is looked at. */
interface RawManifest {
  readonly config?: LayoutDescriptor;
  readonly layers?: readonly LayoutDescriptor[];
  readonly manifests?: readonly LayoutDescriptor[];
}

async function readManifest(directory: string, descriptor: LayoutDescriptor): Promise<LayoutManifest> {
  const bytes = await readFile(blobFile(directory, descriptor.digest));
  if (digestOfBytes(bytes) !== descriptor.digest)
    throw new Error(`${blobFile(directory, descriptor.digest)} is not what its name says`);
  const raw = JSON.parse(bytes.toString('utf8')) as RawManifest;
  const manifests: LayoutManifest[] = [];
  for (const inner of raw.manifests ?? []) manifests.push(await readManifest(directory, inner));
  const blobs = [...(raw.config === undefined ? [] : [raw.config]), ...(raw.layers ?? [])];
  return { descriptor, bytes, blobs, manifests };
}

async function writeBlob(directory: string, mediaType: string, content: object): Promise<LayoutDescriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = digestOfBytes(bytes);
  await writeFile(blobFile(directory, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

async function linkBlob(directory: string, layer: LayoutLayer): Promise<void> {
  const target = blobFile(directory, layer.digest);
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  try {
    await link(layer.file, target);
  } catch {
    // Another disk, or one without hard links.
    const unfinished = `${target}.unfinished`;
    await copyFile(layer.file, unfinished);
    await rename(unfinished, target);
  }
}

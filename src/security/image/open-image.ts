import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** An image on disk: its settings, and the files of its layers, the lowest first. */
export interface OpenedImage {
  readonly config: ImageConfig;
  readonly layers: readonly string[];
}

/** The part of an image's config that is looked at. */
export interface ImageConfig {
  readonly config?: { readonly User?: string; readonly Env?: readonly string[] | null };
  readonly os?: string;
  readonly architecture?: string;
  readonly created?: string;
  readonly history?: readonly unknown[];
}

interface Descriptor {
  readonly digest?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/** An index may hold indexes; deeper than this it was made to lead astray. */
const DEPTH_MAX = 4;

/**
 * Opens an OCI image layout or an unpacked `docker save`. Of several platforms the one for Linux on amd64 is taken, else the
 * first. Throws IMAGE_UNREADABLE for what is neither, or lacks a part.
 */
export async function openImage(directory: string): Promise<OpenedImage> {
  try {
    if (existsSync(join(directory, 'index.json'))) return await openLayout(directory);
    if (existsSync(join(directory, 'manifest.json'))) return await openArchive(directory);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw unreadable(
      `${directory} is not whole: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  throw unreadable(`${directory} is neither an OCI layout nor a docker archive`);
}

async function openLayout(directory: string): Promise<OpenedImage> {
  let manifest = (await json(join(directory, 'index.json'))) as Manifest;
  for (let depth = 0; manifest.manifests !== undefined; depth++) {
    const next = pick(manifest.manifests);
    if (next?.digest === undefined || depth >= DEPTH_MAX) throw unreadable(`${directory} holds no image`);
    manifest = (await json(blob(directory, next.digest))) as Manifest;
  }
  if (manifest.config?.digest === undefined) throw unreadable(`${directory} holds no image`);
  const config = (await json(blob(directory, manifest.config.digest))) as ImageConfig;
  return { config, layers: (manifest.layers ?? []).map(({ digest = '' }) => blob(directory, digest)) };
}

/** Attestations lie beside images, for a platform that is none. */
function pick(manifests: readonly Descriptor[]): Descriptor | undefined {
  const images = manifests.filter(({ platform }) => platform?.os !== 'unknown');
  return (
    images.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64') ?? images[0]
  );
}

function blob(directory: string, digest: string): string {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined)
    throw unreadable(`${directory} names a layer that is no digest`);
  return join(directory, 'blobs', algorithm, hex);
}

async function openArchive(directory: string): Promise<OpenedImage> {
  const [first] = (await json(join(directory, 'manifest.json'))) as readonly {
    Config?: string;
    Layers?: readonly string[];
  }[];
  if (first?.Config === undefined) throw unreadable(`${directory} holds no image`);
  const config = (await json(inside(directory, first.Config))) as ImageConfig;
  return { config, layers: (first.Layers ?? []).map((layer) => inside(directory, layer)) };
}

function inside(directory: string, path: string): string {
  if (path.startsWith('/') || path.split('/').includes('..'))
    throw unreadable(`${directory} names a file outside of itself`);
  return join(directory, path);
}

async function json(file: string): Promise<unknown> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${file} holds no object`);
  return value;
}

function unreadable(problem: string, cause?: unknown): ToolError {
  return new ToolError('IMAGE_UNREADABLE', `${problem}.`, {
    hint: 'Name an OCI layout, a tar of docker save, or an image that the container engine here has.',
    cause,
  });
}

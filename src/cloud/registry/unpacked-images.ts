import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BlobStore } from './blob-store.ts';
import type { ImageStore, OpenedImage } from './image-store.ts';
import { parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { ManifestStore, StoredManifest } from './manifest-store.ts';
import { hexOf, parseImageReference } from './oci-names.ts';
import { unpackLayer } from './unpack-layer.ts';

/** The part of an image's config (OCI image specification, "Image Configuration") that running it takes. */
interface ImageConfig {
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Env?: readonly string[] | null;
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
  } | null;
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
}

const UNFINISHED = '.unpacking-';

/**
 * Images of the registry, unpacked once per digest at `<dir>/<hex>/rootfs`. Unpacking happens beside and is moved in
 * place when it is whole, so that a killed process leaves nothing that looks like an image.
 */
export class UnpackedImages implements ImageStore {
  readonly #dir: string;
  readonly #blobs: BlobStore;
  readonly #manifests: ManifestStore;
  readonly #unpacking = new Map<string, Promise<void>>();

  private constructor(dir: string, blobs: BlobStore, manifests: ManifestStore) {
    this.#dir = dir;
    this.#blobs = blobs;
    this.#manifests = manifests;
  }

  static async create(dir: string, blobs: BlobStore, manifests: ManifestStore): Promise<UnpackedImages> {
    await mkdir(dir, { recursive: true });
    const remains = (await readdir(dir)).filter((name) => name.startsWith(UNFINISHED));
    await Promise.all(remains.map((name) => rm(join(dir, name), { recursive: true, force: true })));
    return new UnpackedImages(dir, blobs, manifests);
  }

  /** Throws `CLOUD_IMAGE_INVALID` when there is such an image but it cannot be unpacked. */
  async open(reference: string): Promise<OpenedImage | null> {
    const parsed = parseImageReference(reference);
    if (parsed === null) return null;
    const { repository, tag } = parsed;
    const found = await this.#manifests.find(repository, parsed.digest ?? tag ?? '');
    if (found === null) return null;
    const manifest = await this.#platformManifest(repository, parseManifest(found.bytes, found.mediaType));
    const config = await this.#configOf(reference, manifest);
    await this.#unpackOnce(found, manifest, config);
    const run = config.config ?? {};
    return {
      repository,
      tag,
      digest: found.digest,
      rootDir: this.#rootOf(found.digest),
      command: [...(run.Entrypoint ?? []), ...(run.Cmd ?? [])],
      env: Object.fromEntries((run.Env ?? []).map(splitVariable)),
      workDir: run.WorkingDir === undefined || run.WorkingDir === '' ? '/' : run.WorkingDir,
      labels: run.Labels ?? {},
    };
  }

  /** Removes the unpacked form of an image, if there is one. */
  async remove(digest: string): Promise<void> {
    await this.#unpacking.get(digest)?.catch(() => undefined);
    await rm(join(this.#dir, hexOf(digest)), { recursive: true, force: true });
  }

  /** Of an index, the image for this computer's processor, else the first. */
  async #platformManifest(repository: string, manifest: Manifest): Promise<Manifest> {
    if (manifest.config !== null) return manifest;
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const chosen =
      manifest.manifests.find(({ platform }) => platform?.architecture === architecture) ??
      manifest.manifests[0];
    const found = chosen === undefined ? null : await this.#manifests.find(repository, chosen.digest);
    if (found === null) throw invalid(`${repository} has an index without an image in it`);
    return parseManifest(found.bytes, found.mediaType);
  }

  async #configOf(reference: string, manifest: Manifest): Promise<ImageConfig> {
    const bytes = manifest.config === null ? null : await this.#blobs.read(manifest.config.digest);
    if (bytes === null) throw invalid(`the config of ${reference} is not in the registry`);
    try {
      return JSON.parse(bytes.toString('utf8')) as ImageConfig;
    } catch (cause) {
      throw invalid(`the config of ${reference} is not JSON`, cause);
    }
  }

  async #unpackOnce({ digest }: StoredManifest, manifest: Manifest, config: ImageConfig): Promise<void> {
    const isThere = await stat(this.#rootOf(digest)).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    const running = this.#unpacking.get(digest) ?? this.#unpack(digest, manifest, config);
    this.#unpacking.set(digest, running);
    await running.finally(() => this.#unpacking.delete(digest));
  }

  async #unpack(digest: string, manifest: Manifest, config: ImageConfig): Promise<void> {
    const diffIds = config.rootfs?.diff_ids ?? [];
    if (diffIds.length !== manifest.layers.length)
      throw invalid(`${digest} has ${manifest.layers.length} layers and the digests of ${diffIds.length}`);
    const unfinished = join(this.#dir, `${UNFINISHED}${randomBytes(6).toString('hex')}`);
    const rootDir = join(unfinished, 'rootfs');
    try {
      await mkdir(rootDir, { recursive: true });
      for (const [index, { digest: layer, mediaType }] of manifest.layers.entries()) {
        const file = this.#blobs.pathOf(layer);
        await unpackLayer({ file, mediaType, diffId: diffIds[index] ?? '' }, rootDir, index === 0);
      }
      await rename(unfinished, join(this.#dir, hexOf(digest))).catch((error: NodeJS.ErrnoException) => {
        // Another process was faster; the content is the same.
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  #rootOf(digest: string): string {
    return join(this.#dir, hexOf(digest), 'rootfs');
  }
}

function splitVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function invalid(problem: string, cause?: unknown): ToolError {
  return new ToolError('CLOUD_IMAGE_INVALID', `The image cannot be used: ${problem}.`, {
    hint: 'Build and push it again.',
    cause,
  });
}

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from './blob-store.ts';
import { envOfImage, findImage, imageInvalid } from './image-lookup.ts';
import type { FoundImage, ImageConfig } from './image-lookup.ts';
import type { ImageStore, OpenedImage } from './image-store.ts';
import type { Manifest } from './manifest.ts';
import type { ManifestStore } from './manifest-store.ts';
import { hexOf } from './oci-names.ts';
import { unpackLayer } from './unpack-layer.ts';

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
    const found = await findImage(this.#blobs, this.#manifests, reference);
    if (found === null) return null;
    const { repository, tag, config } = found;
    await this.#unpackOnce(found);
    const run = config.config ?? {};
    return {
      repository,
      tag,
      digest: found.digest,
      rootDir: this.#rootOf(found.digest),
      command: [...(run.Entrypoint ?? []), ...(run.Cmd ?? [])],
      env: envOfImage(config),
      workDir: run.WorkingDir === undefined || run.WorkingDir === '' ? '/' : run.WorkingDir,
      labels: run.Labels ?? {},
    };
  }

  /** Removes the unpacked form of an image, if there is one. */
  async remove(digest: string): Promise<void> {
    await this.#unpacking.get(digest)?.catch(() => undefined);
    await rm(join(this.#dir, hexOf(digest)), { recursive: true, force: true });
  }

  async #unpackOnce({ digest, manifest, config }: FoundImage): Promise<void> {
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
      throw imageInvalid(
        `${digest} has ${manifest.layers.length} layers and the digests of ${diffIds.length}`,
      );
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

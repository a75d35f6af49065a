import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialQueue } from '../../util/serial-queue.ts';
import type { BlobStore } from './blob-store.ts';
import { parseManifest, parsePushedManifest, referencesOf } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { OciError } from './oci-error.ts';
import { hexOf, isDigest, isTag } from './oci-names.ts';

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** An image of a repository, for lists. */
export interface RegistryImage {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** Of config and layers together, as they were pushed. */
  readonly sizeBytes: number;
  /** Milliseconds since the Unix epoch; pushing it again makes it later. */
  readonly pushedAt: number;
}

/**
 * Which repository has which manifests, and what its tags point to. A manifest's bytes are a blob; the repository holds
 * a file named by its digest with its media type, and a file per tag with a digest.
 */
export class ManifestStore {
  readonly #dir: string;
  readonly #blobs: BlobStore;
  /** A removal must not look for what is unused while a push refers to it. */
  readonly #changes = new SerialQueue();

  constructor(stateDir: string, blobs: BlobStore) {
    this.#dir = join(stateDir, 'repositories');
    this.#blobs = blobs;
  }

  /** By tag or digest; null when the repository has none. */
  async find(repository: string, reference: string): Promise<StoredManifest | null> {
    const digest = isDigest(reference) ? reference : await this.#digestOfTag(repository, reference);
    if (digest === null) return null;
    const mediaType = await readFile(this.#manifestFile(repository, digest), 'utf8').catch(() => null);
    const bytes = mediaType === null ? null : await this.#blobs.read(digest);
    return mediaType === null || bytes === null ? null : { digest, mediaType, bytes };
  }

  /**
   * Stores a manifest under its digest and, if `reference` is a tag, points the tag to it. Throws the specification's
   * errors when it is not what the digest says, not readable, or refers to what is not here.
   */
  put(repository: string, reference: string, bytes: Buffer, contentType: string | null): Promise<string> {
    return this.#changes.run(async () => {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (isDigest(reference) && reference !== digest)
        throw new OciError(400, 'DIGEST_INVALID', `the manifest has digest ${digest}, not ${reference}`);
      if (!isDigest(reference) && !isTag(reference))
        throw new OciError(400, 'MANIFEST_INVALID', `${reference} is neither a tag nor a digest`);
      const manifest = parsePushedManifest(bytes, contentType);
      await this.#requireReferences(repository, manifest);
      await this.#blobs.writeWhole(this.#blobs.pathOf(digest), bytes);
      await this.#blobs.writeWhole(this.#manifestFile(repository, digest), manifest.mediaType);
      if (!isDigest(reference)) await this.#blobs.writeWhole(this.#tagFile(repository, reference), digest);
      return digest;
    });
  }

  /** In alphabetical order. */
  async tags(repository: string): Promise<readonly string[]> {
    const tags = await readdir(join(this.#repositoryDir(repository), 'tags')).catch(() => []);
    return tags.sort((a, b) => (a < b ? -1 : 1));
  }

  /** Every image of every repository, the last pushed first. */
  async list(): Promise<readonly RegistryImage[]> {
    const repositories = await readdir(this.#dir).catch(() => []);
    const images = await Promise.all(repositories.map((name) => this.#imagesOf(decodeURIComponent(name))));
    return images.flat().sort((a, b) => b.pushedAt - a.pushedAt);
  }

  /** Removes a manifest with its tags, and the blobs nothing refers to any more. False when it was not there. */
  remove(repository: string, digest: string): Promise<boolean> {
    return this.#changes.run(async () => {
      const found = await this.find(repository, digest);
      if (found === null) return false;
      for (const tag of await this.tags(repository)) {
        if ((await this.#digestOfTag(repository, tag)) === digest)
          await rm(this.#tagFile(repository, tag), { force: true });
      }
      await rm(this.#manifestFile(repository, digest), { force: true });
      const candidates = [digest, ...referencesOf(parseManifest(found.bytes, null)).map((one) => one.digest)];
      const used = await this.#usedDigests();
      for (const candidate of candidates) if (!used.has(candidate)) await this.#blobs.remove(candidate);
      return true;
    });
  }

  /** Removes one tag; its image stays. False when it was not there. */
  async removeTag(repository: string, tag: string): Promise<boolean> {
    if ((await this.#digestOfTag(repository, tag)) === null) return false;
    await rm(this.#tagFile(repository, tag), { force: true });
    return true;
  }

  async #requireReferences(repository: string, manifest: Manifest): Promise<void> {
    for (const { digest } of manifest.manifests) {
      if ((await this.find(repository, digest)) === null)
        throw new OciError(400, 'MANIFEST_BLOB_UNKNOWN', `manifest ${digest} is not in ${repository}`);
    }
    for (const { digest } of referencesOf({ ...manifest, manifests: [] })) {
      if ((await this.#blobs.sizeOf(digest)) === null)
        throw new OciError(400, 'MANIFEST_BLOB_UNKNOWN', `blob ${digest} was not pushed`);
    }
  }

  async #imagesOf(repository: string): Promise<readonly RegistryImage[]> {
    const tags = await Promise.all(
      (await this.tags(repository)).map(async (tag) => ({
        tag,
        digest: await this.#digestOfTag(repository, tag),
      })),
    );
    const images = (await this.#digests(repository)).map(async (digest): Promise<RegistryImage | null> => {
      const found = await this.find(repository, digest);
      const file = await stat(this.#manifestFile(repository, digest)).catch(() => null);
      if (found === null || file === null) return null;
      const sizes = referencesOf(parseManifest(found.bytes, null)).map(({ size }) => size);
      return {
        repository,
        digest,
        tags: tags.filter((one) => one.digest === digest).map(({ tag }) => tag),
        sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
        pushedAt: file.mtimeMs,
      };
    });
    return (await Promise.all(images)).filter((image) => image !== null);
  }

  async #usedDigests(): Promise<ReadonlySet<string>> {
    const used = new Set<string>();
    for (const name of await readdir(this.#dir)) {
      const repository = decodeURIComponent(name);
      for (const digest of await this.#digests(repository)) {
        used.add(digest);
        const found = await this.find(repository, digest);
        if (found === null) continue;
        for (const one of referencesOf(parseManifest(found.bytes, null))) used.add(one.digest);
      }
    }
    return used;
  }

  async #digests(repository: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#repositoryDir(repository), 'manifests')).catch(() => []);
    return names.map((hex) => `sha256:${hex}`);
  }

  async #digestOfTag(repository: string, tag: string): Promise<string | null> {
    if (!isTag(tag)) return null;
    return readFile(this.#tagFile(repository, tag), 'utf8').catch(() => null);
  }

  #repositoryDir(repository: string): string {
    return join(this.#dir, encodeURIComponent(repository));
  }

  #manifestFile(repository: string, digest: string): string {
    return join(this.#repositoryDir(repository), 'manifests', hexOf(digest));
  }

  #tagFile(repository: string, tag: string): string {
    return join(this.#repositoryDir(repository), 'tags', tag);
  }
}

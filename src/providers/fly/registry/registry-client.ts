import { MANIFEST_TYPE, blobFile, readLayout, type LayoutManifest } from '../../build/oci-layout.ts';
import { pushBlob } from './push-blob.ts';
import { registryFailure, sendToRegistry, type RegistryOptions } from './registry-request.ts';

/** The registry half of Fly: the OCI distribution API with an API token as password (user `x`). */
export interface RegistryClient {
  /** Whether the registry has an image; `reference` is `host/repository@sha256:…`. */
  hasManifest(reference: string, signal?: AbortSignal): Promise<boolean>;
  /** A manifest as it is stored; null when the registry has none. */
  manifest(reference: string, signal?: AbortSignal): Promise<StoredManifest | null>;
  /** Whether the repository of `reference` has a blob. */
  hasBlob(reference: string, digest: string, signal?: AbortSignal): Promise<boolean>;
  /** Names what is there by a tag, which is one more reason for the registry to keep it. Nothing when it is gone. */
  tag(reference: string, tag: string, signal: AbortSignal): Promise<void>;
  /** Pushes what is missing of the image in an OCI layout; resolves to the digest of its manifest. */
  push(repository: string, layoutDir: string, signal: AbortSignal): Promise<string>;
}

/** A manifest as the registry has it. */
export interface StoredManifest {
  readonly bytes: Blob;
  readonly mediaType: string;
}

/** Every kind of image there is: a registry that is not told so may answer in an older form, of another digest. */
const IMAGE_TYPES = [
  MANIFEST_TYPE,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Makes a client of one registry. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const base = options.registryUrl.replace(/\/$/, '');
  const manifestOf = (reference: string): string => {
    const { repository, digest } = partsOf(reference);
    return `${base}/v2/${repository}/manifests/${digest}`;
  };
  const ask = async (method: 'GET' | 'HEAD', url: string, signal?: AbortSignal): Promise<Response | null> => {
    const response = await sendToRegistry(options, { method, url, accept: IMAGE_TYPES, signal });
    if (response.ok) return response;
    if (response.status === 404) return null;
    throw await registryFailure(method, url, response);
  };
  return {
    hasManifest: async (reference, signal) => (await ask('HEAD', manifestOf(reference), signal)) !== null,
    async manifest(reference, signal) {
      const answer = await ask('GET', manifestOf(reference), signal);
      if (answer === null) return null;
      return { bytes: await answer.blob(), mediaType: answer.headers.get('content-type') ?? MANIFEST_TYPE };
    },
    async hasBlob(reference, digest, signal) {
      const url = `${base}/v2/${partsOf(reference).repository}/blobs/${digest}`;
      return (await ask('HEAD', url, signal)) !== null;
    },
    async tag(reference, tag, signal) {
      // The API has no other way to name what is there than to send the manifest again, byte for byte.
      const answer = await ask('GET', manifestOf(reference), signal);
      if (answer === null) return;
      const url = `${base}/v2/${partsOf(reference).repository}/manifests/${tag}`;
      const contentType = answer.headers.get('content-type') ?? MANIFEST_TYPE;
      const body = await answer.blob();
      const put = await sendToRegistry(options, { method: 'PUT', url, body, contentType, signal });
      if (!put.ok) throw await registryFailure('PUT', url, put);
    },
    async push(repository, layoutDir, signal) {
      const image = await readLayout(layoutDir);
      await pushManifest(options, { base, repository, layoutDir, signal }, image);
      return image.descriptor.digest;
    },
  };
}

interface ImagePush {
  readonly base: string;
  readonly repository: string;
  readonly layoutDir: string;
  readonly signal: AbortSignal;
}

/** What a manifest refers to first, then itself: a registry takes none that points to what it has not. */
async function pushManifest(
  options: RegistryOptions,
  push: ImagePush,
  manifest: LayoutManifest,
): Promise<void> {
  const { base, repository, layoutDir, signal } = push;
  for (const inner of manifest.manifests) await pushManifest(options, push, inner);
  // The layers before the config, as registries are used to it.
  for (const blob of manifest.blobs.toReversed())
    await pushBlob(options, { base, repository, blob, file: blobFile(layoutDir, blob.digest), signal });
  const { digest, mediaType } = manifest.descriptor;
  const url = `${base}/v2/${repository}/manifests/${digest}`;
  const body = new Blob([new Uint8Array(manifest.bytes)]);
  const put = await sendToRegistry(options, { method: 'PUT', url, body, contentType: mediaType, signal });
  if (!put.ok) throw await registryFailure('PUT', url, put);
}

/** `[host/]repository@sha256:…` taken apart. The host is left out: the registry's address is known. */
function partsOf(reference: string): { repository: string; digest: string } {
  const match = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(reference);
  const name = match?.[1] ?? reference.replace(/:[^:/]+$/, '');
  const digest = match?.[2] ?? reference.slice(name.length + 1);
  const [first = '', ...rest] = name.split('/');
  const hasHost =
    rest.length > 0 && (first === '' || first.includes('.') || first.includes(':') || first === 'localhost');
  return { repository: hasHost ? rest.join('/') : name, digest };
}

import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BlobStore } from './blob-store.ts';
import { parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { ManifestStore } from './manifest-store.ts';
import { parseImageReference } from './oci-names.ts';

/** The part of an image's config (OCI image specification, "Image Configuration") that is looked at. */
export interface ImageConfig {
  readonly created?: string;
  readonly history?: readonly object[];
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Env?: readonly string[] | null;
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
  } | null;
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
}

/** An image found in the registry, for this computer's processor. */
export interface FoundImage {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:…` of what the reference names: the manifest, or the index that holds it. */
  readonly digest: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** Looks an image up. Null when there is none; throws `CLOUD_IMAGE_INVALID` when what is there is not whole. */
export async function findImage(
  blobs: BlobStore,
  manifests: ManifestStore,
  reference: string,
): Promise<FoundImage | null> {
  const parsed = parseImageReference(reference);
  if (parsed === null) return null;
  const { repository, tag } = parsed;
  const found = await manifests.find(repository, parsed.digest ?? tag ?? '');
  if (found === null) return null;
  const named = parseManifest(found.bytes, found.mediaType);
  const manifest = await platformManifest(manifests, repository, named);
  const bytes = manifest.config === null ? null : await blobs.read(manifest.config.digest);
  if (bytes === null) throw imageInvalid(`the config of ${reference} is not in the registry`);
  try {
    const config = JSON.parse(bytes.toString('utf8')) as ImageConfig;
    return { repository, tag, digest: found.digest, manifest, config };
  } catch (cause) {
    throw imageInvalid(`the config of ${reference} is not JSON`, cause);
  }
}

/** The variables of an image. */
export function envOfImage({ config }: ImageConfig): Record<string, string> {
  return Object.fromEntries((config?.Env ?? []).map(splitVariable));
}

/** What is said of an image that cannot be used. */
export function imageInvalid(problem: string, cause?: unknown): ToolError {
  return new ToolError('CLOUD_IMAGE_INVALID', `The image cannot be used: ${problem}.`, {
    hint: 'Build and push it again.',
    cause,
  });
}

/** Of an index, the image for this computer's processor, else the first. */
async function platformManifest(
  manifests: ManifestStore,
  repository: string,
  manifest: Manifest,
): Promise<Manifest> {
  if (manifest.config !== null) return manifest;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const chosen =
    manifest.manifests.find(({ platform }) => platform?.architecture === architecture) ??
    manifest.manifests[0];
  const found = chosen === undefined ? null : await manifests.find(repository, chosen.digest);
  if (found === null) throw imageInvalid(`${repository} has an index without an image in it`);
  return parseManifest(found.bytes, found.mediaType);
}

function splitVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

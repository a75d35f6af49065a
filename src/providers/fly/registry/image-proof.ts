import type { RegistryClient } from './registry-client.ts';

/** Of a manifest, what it refers to (OCI image specification 1.1; Docker's older types have the same fields). */
interface ManifestDocument {
  readonly config?: { readonly digest?: string };
  readonly layers?: readonly { readonly digest: string; readonly urls?: readonly string[] }[];
  /** Of an index: one manifest for each platform. */
  readonly manifests?: readonly { readonly digest: string }[];
}

/** An index refers to images and not to further indexes; this is one more than that. */
const INDEX_DEPTH_MAX = 2;

/**
 * What of an image could not be pulled any more, by digest: its manifest is read and every blob that it names is asked
 * for, because a registry may have removed one of them alone. Empty: it can be pulled. `reference` is
 * `host/repository@sha256:…`.
 */
export async function missingOfImage(
  registry: RegistryClient,
  reference: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return missingBelow(registry, reference, INDEX_DEPTH_MAX, signal);
}

async function missingBelow(
  registry: RegistryClient,
  reference: string,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const [repository = '', digest = ''] = reference.split('@');
  const manifest = await registry.manifest(reference, signal);
  if (manifest === null) return [digest];
  const document = JSON.parse(await manifest.bytes.text()) as ManifestDocument;
  const missing: string[] = [];
  for (const inner of depth > 0 ? (document.manifests ?? []) : [])
    missing.push(...(await missingBelow(registry, `${repository}@${inner.digest}`, depth - 1, signal)));
  for (const blob of blobsOf(document))
    if (!(await registry.hasBlob(reference, blob, signal))) missing.push(blob);
  return missing;
}

/** Layers with addresses of their own are pulled from there and need not be in the registry. */
function blobsOf({ config, layers }: ManifestDocument): string[] {
  const own = (layers ?? []).filter((layer) => (layer.urls ?? []).length === 0);
  return [...(config?.digest === undefined ? [] : [config.digest]), ...own.map((layer) => layer.digest)];
}

import { OciError } from './oci-error.ts';
import { isDigest } from './oci-names.ts';

/** A pointer to content, as manifests hold it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

/** The part of a manifest this registry looks at. Null `config`: an index of other manifests. */
export interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor | null;
  readonly layers: readonly Descriptor[];
  /** Of an index. */
  readonly manifests: readonly Descriptor[];
}

const IMAGE_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
/** Docker's older names of the same, which its engine still pushes. */
const LIST_TYPE = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const KNOWN_TYPES: ReadonlySet<string> = new Set([IMAGE_TYPE, INDEX_TYPE, LIST_TYPE, DOCKER_TYPE]);

/** Reads a manifest of the OCI or Docker (schema 2) kind. Throws 400 MANIFEST_INVALID. */
export function parseManifest(bytes: Uint8Array, contentType: string | null): Manifest {
  const raw = parseObject(bytes);
  const manifests = descriptors(raw['manifests'], 'manifests');
  const config = raw['config'] === undefined ? null : descriptor(raw['config'], 'config');
  if (config === null && raw['manifests'] === undefined)
    throw new OciError(400, 'MANIFEST_INVALID', 'the manifest has neither a config nor manifests');
  const own = typeof raw['mediaType'] === 'string' ? raw['mediaType'] : null;
  const mediaType = own ?? bareType(contentType) ?? (config === null ? INDEX_TYPE : IMAGE_TYPE);
  return { mediaType, config, layers: descriptors(raw['layers'], 'layers'), manifests };
}

/**
 * Reads a manifest that somebody pushes: beyond being readable it must be of a version and type that is known, and what
 * it says it is. Throws 400 MANIFEST_INVALID.
 */
export function parsePushedManifest(bytes: Uint8Array, contentType: string | null): Manifest {
  const invalid = (problem: string): OciError => new OciError(400, 'MANIFEST_INVALID', problem);
  const raw = parseObject(bytes);
  const manifest = parseManifest(bytes, contentType);
  const { mediaType } = manifest;
  const sentAs = bareType(contentType);
  if (raw['schemaVersion'] !== 2) throw invalid('only manifests of schema version 2 are taken');
  if (!KNOWN_TYPES.has(mediaType)) throw invalid(`${mediaType} is no type of a manifest`);
  if (sentAs !== null && sentAs !== mediaType) throw invalid(`a ${mediaType} was sent as ${sentAs}`);
  if (isIndexType(mediaType) !== (manifest.config === null))
    throw invalid(`what was sent is no ${mediaType}`);
  return manifest;
}

/** Without parameters, such as a charset. */
function bareType(contentType: string | null): string | null {
  return contentType?.split(';', 1)[0]?.trim() ?? null;
}

function isIndexType(mediaType: string): boolean {
  return mediaType === INDEX_TYPE || mediaType === LIST_TYPE;
}

/** Everything a manifest refers to. */
export function referencesOf(manifest: Manifest): readonly Descriptor[] {
  return [...(manifest.config === null ? [] : [manifest.config]), ...manifest.layers, ...manifest.manifests];
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new OciError(400, 'MANIFEST_INVALID', 'the manifest is not a JSON object');
}

function descriptors(value: unknown, field: string): readonly Descriptor[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new OciError(400, 'MANIFEST_INVALID', `${field} is not a list`);
  return value.map((entry, index) => descriptor(entry, `${field}[${index}]`));
}

function descriptor(value: unknown, field: string): Descriptor {
  const entry = (value ?? {}) as Partial<Descriptor>;
  if (typeof entry.digest !== 'string' || !isDigest(entry.digest))
    throw new OciError(400, 'MANIFEST_INVALID', `${field} has no sha256 digest`);
  const mediaType = typeof entry.mediaType === 'string' ? entry.mediaType : '';
  const size = typeof entry.size === 'number' ? entry.size : 0;
  const { digest, platform } = entry;
  return { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) };
}

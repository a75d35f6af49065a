import { OciError } from './oci-error.ts';

/** From the OCI distribution specification, "Pulling manifests". */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const NAME_LENGTH_MAX = 255;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** With a dot or a port, or it would be the first part of a name. */
const HOST = /^[a-zA-Z0-9][a-zA-Z0-9-]*(?:(?:\.[a-zA-Z0-9-]+)+(?::\d+)?|:\d+)$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether a text can be the name of a repository. */
export function isRepositoryName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && NAME.test(text);
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text is a digest this registry understands: sha256, in lower case. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The hexadecimal half of a digest: a file name. Throws 400 DIGEST_INVALID for what is no digest. */
export function hexOf(digest: string): string {
  if (!isDigest(digest))
    throw new OciError(400, 'DIGEST_INVALID', `${digest} is not a digest: sha256:<64 hexadecimal digits>`);
  return digest.slice('sha256:'.length);
}

/** An image reference taken apart. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * Reads `[host/]repository[:tag][@digest]`; without either the tag is `latest`. Null for what is no reference. A first
 * part with a dot or a port, or `localhost`, is a host, as Docker has it.
 */
export function parseImageReference(text: string): ImageReference | null {
  const [named = '', digest = null, ...more] = text.split('@');
  if (more.length > 0 || (digest !== null && !isDigest(digest))) return null;
  const [first = '', ...rest] = named.split('/');
  const hasHost = rest.length > 0 && (HOST.test(first) || first === 'localhost');
  const [repository = '', tag = null, ...tags] = (hasHost ? rest.join('/') : named).split(':');
  if (tags.length > 0 || !isRepositoryName(repository) || (tag !== null && !isTag(tag))) return null;
  return { repository, tag: tag ?? (digest === null ? 'latest' : null), digest };
}

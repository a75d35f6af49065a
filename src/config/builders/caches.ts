import type { RemoteCacheDefinition } from '../definition/ci-definition.ts';

type Remote<K extends RemoteCacheDefinition['kind']> = Extract<RemoteCacheDefinition, { kind: K }>;

/** What `s3Cache` takes. */
export type S3CacheOptions = Omit<Remote<'s3'>, 'kind'>;

/** A cache behind an address that answers GET, HEAD and PUT. `token` is the name of a variable, sent as a bearer token. */
export function httpCache(url: string, options: { readonly token?: string } = {}): Remote<'http'> {
  return { kind: 'http', url, ...options };
}

/** A cache in a bucket: of Amazon's, or of a service that speaks S3. The keys are names of variables. */
export function s3Cache(options: S3CacheOptions): Remote<'s3'> {
  return { ...options, kind: 's3' };
}

/** The cache that GitHub keeps for the jobs of a repository. Elsewhere than in a job there is none. */
export function githubCache(): Remote<'github'> {
  return { kind: 'github' };
}

import type { CacheStore } from '../../../checks/cache/cache-store.ts';
import { lenientStore, limitedFetch } from '../../../checks/cache/remote/lenient-store.ts';
import type { ResolvedRemoteCache } from '../../../config/resolved.ts';
import type { OpenCheckCacheOptions } from './cache-options.ts';

/** What opening a shared store takes. */
export type OpenRemoteOptions = Pick<
  OpenCheckCacheOptions,
  'env' | 'vault' | 'clock' | 'fetch' | 'onWarning'
>;

/**
 * The store that the config names, as far as this run can reach it; null where a token is not set: a laptop or the pull request of a fork has none, and checks run there all the same.
 */
export async function openRemoteStore(
  remote: ResolvedRemoteCache,
  options: OpenRemoteOptions,
): Promise<CacheStore | null> {
  const store = await storeOf(remote, options);
  return store === null ? null : lenientStore(store, options.onWarning);
}

async function storeOf(remote: ResolvedRemoteCache, options: OpenRemoteOptions): Promise<CacheStore | null> {
  const { clock, env } = options;
  const fetch = limitedFetch(options.fetch);
  const read = (name: string): string | null => options.vault.read(name) || null;
  if (remote.kind === 'http') {
    const token = remote.token === null ? null : read(remote.token);
    if (remote.token !== null && token === null) return null;
    const { httpStore } = await import('../../../checks/cache/remote/http-store.ts');
    return httpStore({ url: remote.url, token, fetch });
  }
  if (remote.kind === 's3') {
    const accessKeyId = read(remote.accessKeyId);
    const secretAccessKey = read(remote.secretAccessKey);
    if (accessKeyId === null || secretAccessKey === null) return null;
    const { s3Store } = await import('../../../checks/cache/remote/s3-store.ts');
    const { bucket, region, endpoint, prefix } = remote;
    const sessionToken = read('AWS_SESSION_TOKEN');
    return s3Store({ bucket, region, endpoint, prefix, accessKeyId, secretAccessKey, sessionToken, fetch });
  }
  const resultsUrl = env['ACTIONS_RESULTS_URL'] || null;
  const runtimeToken = read('ACTIONS_RUNTIME_TOKEN');
  if (resultsUrl === null || runtimeToken === null) return null;
  const { githubStore } = await import('../../../checks/cache/remote/github-store.ts');
  return githubStore({ resultsUrl, runtimeToken, clock, fetch });
}

import { hash } from 'node:crypto';
import type { Clock } from '../../../util/clock.ts';
import type { Fetch } from '../../../util/fetch.ts';
import type { CacheStore } from '../cache-store.ts';
import { readBody, requireStatus } from './read-body.ts';

/** How the cache of GitHub Actions is reached from a job. */
export interface GithubStoreOptions {
  /** ACTIONS_RESULTS_URL. */
  readonly resultsUrl: string;
  /** ACTIONS_RUNTIME_TOKEN: says which repository and which ref asks. */
  readonly runtimeToken: string;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of the service, version 2 (github.com/actions/toolkit, packages/cache/src/generated/results/api/v1). */
const SERVICE = 'twirp/github.actions.results.api.v1.CacheService';
/** GitHub finds only what was stored under the same version: here of the objects, not of what is in them. */
const VERSION = hash('sha256', 'glidepath check cache 1');
/** Such objects change, and GitHub's never do: each time a new one, and the newest is found by the beginning of its name. */
const POINTER = /^[^/]+\/latest\//;

/**
 * The cache service of GitHub Actions. GitHub itself keeps apart who wrote: a job finds what its own ref and the default
 * branch stored, and stores for its own ref alone.
 */
export function githubStore({ resultsUrl, runtimeToken, clock, fetch }: GithubStoreOptions): CacheStore {
  const call = async (method: string, body: Fields): Promise<Fields> => {
    const response = await fetch(new URL(`/${SERVICE}/${method}`, resultsUrl).href, {
      method: 'POST',
      headers: { authorization: `Bearer ${runtimeToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // 409 is Twirp's answer for a key that is there already.
    await requireStatus(response, [200, 404, 409]);
    if (response.status === 200) return (await response.json()) as Fields;
    await response.body?.cancel();
    return { ok: false };
  };
  const find = async (name: string): Promise<string | null> => {
    const key = keyOf(name);
    const restoreKeys = POINTER.test(name) ? [`${key}-`] : [];
    const found = await call('GetCacheEntryDownloadURL', {
      key,
      restore_keys: restoreKeys,
      version: VERSION,
    });
    const matched = field(found, 'matched_key', 'matchedKey');
    if (found['ok'] !== true || (restoreKeys.length === 0 && matched !== key)) return null;
    return field(found, 'signed_download_url', 'signedDownloadUrl');
  };
  return {
    where: 'the cache of GitHub Actions',
    async get(name) {
      const url = await find(name);
      if (url === null) return null;
      const response = await fetch(url);
      await requireStatus(response, [200, 404]);
      return response.status === 200 ? readBody(response) : null;
    },
    async has(name) {
      return (await find(name)) !== null;
    },
    async put(name, bytes) {
      const key = POINTER.test(name) ? `${keyOf(name)}-${clock.now()}` : keyOf(name);
      const created = await call('CreateCacheEntry', { key, version: VERSION });
      const url = field(created, 'signed_upload_url', 'signedUploadUrl');
      // Somebody else stores it, or has stored it.
      if (created['ok'] !== true || url === null) return;
      const uploaded = await fetch(url, {
        method: 'PUT',
        headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' },
        body: bytes,
      });
      await requireStatus(uploaded, [200, 201]);
      await uploaded.body?.cancel();
      const size = { size_bytes: String(bytes.length) };
      const finished = await call('FinalizeCacheEntryUpload', { key, version: VERSION, ...size });
      if (finished['ok'] !== true) throw new Error('it did not take an object');
    },
    async remove() {},
  };
}

/** Keys are told apart from those of other actions. */
function keyOf(name: string): string {
  return `glidepath/${name}`;
}

/** The service answers in the names of its protocol, and a proxy of it may answer in those of JSON. */
function field(fields: Fields, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

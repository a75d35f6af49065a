import { rmSync, statSync } from 'node:fs';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { CacheStore } from '../store/cache-store.ts';
import type { CacheBlobs } from './cache-blobs.ts';
import type { CacheScope, RuntimeTokens } from './runtime-tokens.ts';

/** What the service works on. */
export interface CacheServiceOptions {
  readonly caches: CacheStore;
  readonly tokens: RuntimeTokens;
  readonly blobs: CacheBlobs;
}

const KEY = z.string().min(1).max(512);
const VERSION = z.string().min(1);
const createSchema = z.object({ key: KEY, version: VERSION });
const finishSchema = z.object({
  key: KEY,
  version: VERSION,
  size_bytes: z.coerce.number().optional(),
  sizeBytes: z.coerce.number().optional(),
});
const findSchema = z.object({
  key: KEY,
  version: VERSION,
  restore_keys: z.array(KEY).max(10).optional(),
  restoreKeys: z.array(KEY).max(10).optional(),
});

/**
 * The cache service of GitHub Actions, version 2: Twirp over JSON, as `@actions/cache` speaks it
 * (github.com/actions/toolkit, packages/cache/src/generated/results/api/v1). Who asks is told by the token of the job: it
 * writes for its own ref and reads that, the base of its pull request and the default branch.
 */
export function cacheServiceRoutes({ caches, tokens, blobs }: CacheServiceOptions): Hono {
  const routes = new Hono().basePath('/twirp/github.actions.results.api.v1.CacheService');
  const uploads = new Map<string, string>();
  const nameOf = ({ repositoryId, ref }: CacheScope, entry: { key: string; version: string }): string =>
    JSON.stringify([repositoryId, ref, entry.version, entry.key]);
  const scopeOf = (c: Context): CacheScope | null =>
    tokens.find(/^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '');

  routes.post('/CreateCacheEntry', async (c) => {
    const scope = scopeOf(c);
    if (scope === null) return twirpError(c, 401, 'unauthenticated', 'the token is of no running job');
    const asked = createSchema.safeParse(await c.req.json().catch(() => null));
    if (!asked.success) return twirpError(c, 400, 'invalid_argument', z.prettifyError(asked.error));
    const name = nameOf(scope, asked.data);
    const entry = { repositoryId: scope.repositoryId, ref: scope.ref, ...asked.data };
    if (caches.has(entry) || uploads.has(name))
      return twirpError(
        c,
        409,
        'already_exists',
        'cache entry with the same key, version, and scope already exists',
      );
    const { url, file } = blobs.upload();
    uploads.set(name, file);
    return c.json({ ok: true, signed_upload_url: url });
  });

  routes.post('/FinalizeCacheEntryUpload', async (c) => {
    const scope = scopeOf(c);
    if (scope === null) return twirpError(c, 401, 'unauthenticated', 'the token is of no running job');
    const asked = finishSchema.safeParse(await c.req.json().catch(() => null));
    if (!asked.success) return twirpError(c, 400, 'invalid_argument', z.prettifyError(asked.error));
    const { key, version, size_bytes: bytes = asked.data.sizeBytes } = asked.data;
    const name = nameOf(scope, { key, version });
    const file = uploads.get(name);
    if (file === undefined) return twirpError(c, 404, 'not_found', 'cache entry not found');
    uploads.delete(name);
    if (statSync(file, { throwIfNoEntry: false })?.size !== bytes) {
      rmSync(file, { force: true });
      return twirpError(c, 400, 'invalid_argument', 'the upload does not have the size that was said');
    }
    const { id } = caches.save({ repositoryId: scope.repositoryId, ref: scope.ref, key, version }, file);
    return c.json({ ok: true, entry_id: String(id) });
  });

  routes.post('/GetCacheEntryDownloadURL', async (c) => {
    const scope = scopeOf(c);
    if (scope === null) return twirpError(c, 401, 'unauthenticated', 'the token is of no running job');
    const asked = findSchema.safeParse(await c.req.json().catch(() => null));
    if (!asked.success) return twirpError(c, 400, 'invalid_argument', z.prettifyError(asked.error));
    const { key, version, restore_keys: beginnings = asked.data.restoreKeys ?? [] } = asked.data;
    const { repositoryId, refs } = scope;
    const found = caches.look({ repositoryId, refs, version, keys: [key, ...beginnings] });
    if (found === null) return c.json({ ok: false, signed_download_url: '', matched_key: '' });
    const url = blobs.download(caches.fileOf(found.id));
    return c.json({ ok: true, signed_download_url: url, matched_key: found.key });
  });
  return routes;
}

/** twitchtv.github.io/twirp, "Errors". */
function twirpError(c: Context, status: 400 | 401 | 404 | 409, code: string, msg: string): Response {
  return c.json({ code, msg }, status);
}

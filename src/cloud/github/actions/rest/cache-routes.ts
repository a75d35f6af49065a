import { Hono } from 'hono';
import { admit } from '../../access/admit.ts';
import { notFound } from '../../github-error.ts';
import { fullNameOf } from '../../github-state.ts';
import { paginate, pathNumber } from '../../rest/read-request.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { timestamp } from '../../views/view-basics.ts';
import type { CacheRecord } from '../store/records.ts';
import { READ, WRITE } from './actions-request.ts';
import type { ActionsRoutesOptions } from './run-routes.ts';

type CacheList = GithubSchemas['actions-cache-list'];

/** The entries of actions/cache (REST "Cache"). */
export function cacheRoutes({ context }: ActionsRoutesOptions): Hono {
  const { github, caches } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions');
  routes.get('/cache/usage', (c) => {
    const { repository } = admit(c, github, READ);
    const all = caches.list(repository.id);
    return c.json({
      full_name: fullNameOf(repository),
      active_caches_count: all.length,
      active_caches_size_in_bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  });
  routes.get('/caches', (c) => {
    const { repository } = admit(c, github, READ);
    const [key, ref] = [c.req.query('key'), c.req.query('ref')];
    const wanted = caches
      .list(repository.id)
      .filter(
        (one) => (key === undefined || one.key.startsWith(key)) && (ref === undefined || one.ref === ref),
      );
    return c.json(listView(wanted, paginate(c, github.baseUrl, wanted)));
  });
  routes.delete('/caches', (c) => {
    const { repository } = admit(c, github, WRITE);
    const [key, ref] = [c.req.query('key'), c.req.query('ref')];
    const gone = caches
      .list(repository.id)
      .filter((one) => one.key === key && (ref === undefined || one.ref === ref));
    if (gone.length === 0) throw notFound();
    for (const { id } of gone) caches.remove(id);
    return c.json(listView(gone, gone));
  });
  routes.delete('/caches/:cache', (c) => {
    const { repository } = admit(c, github, WRITE);
    const found = caches.list(repository.id).find(({ id }) => id === pathNumber(c, 'cache'));
    if (found === undefined) throw notFound();
    caches.remove(found.id);
    return c.body(null, 204);
  });
  return routes;
}

function listView(all: readonly CacheRecord[], page: readonly CacheRecord[]): CacheList {
  return {
    total_count: all.length,
    actions_caches: page.map(({ id, ref, key, version, usedAt, createdAt, bytes }) => ({
      id,
      ref,
      key,
      version,
      last_accessed_at: timestamp(usedAt),
      created_at: timestamp(createdAt),
      size_in_bytes: bytes,
    })),
  };
}

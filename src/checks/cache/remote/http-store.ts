import type { Fetch } from '../../../util/fetch.ts';
import type { CacheStore } from '../cache-store.ts';
import { readBody, requireStatus } from './read-body.ts';

/** Where objects lie that are reached by HTTP. */
export interface HttpStoreOptions {
  /** Names of objects are added to it: `https://cache.example/shop`. */
  readonly url: string;
  /** Sent as a bearer token; null: none. */
  readonly token: string | null;
  readonly fetch: Fetch;
}

/**
 * Objects by HTTP: `GET`, `HEAD` and `PUT` of `<url>/<name>`. 404 is none; an object that is there already may be answered
 * 409 or 412 by a server that keeps the first (docs/guide/check-cache.md).
 */
export function httpStore({ url, token, fetch }: HttpStoreOptions): CacheStore {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const base = url.replace(/\/+$/, '');
  return objectsBy((method, name, body) =>
    fetch(`${base}/${name}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/octet-stream' },
      // A token must not be sent on to wherever an answer points.
      redirect: 'error',
      ...(body === undefined ? {} : { body: body }),
    }),
  );
}

/** Asks for one object: `request('GET', 'main/entries/…')`. */
export type ObjectRequest = (
  method: 'GET' | 'HEAD' | 'PUT',
  name: string,
  body?: Uint8Array,
) => Promise<Response>;

/** A store over requests for single objects. */
export function objectsBy(request: ObjectRequest): CacheStore {
  return {
    where: 'the shared cache',
    async get(name) {
      const response = await request('GET', name);
      await requireStatus(response, [200, 404]);
      if (response.status === 200) return readBody(response);
      await response.body?.cancel();
      return null;
    },
    async has(name) {
      const response = await request('HEAD', name);
      await requireStatus(response, [200, 404]);
      return response.status === 200;
    },
    async put(name, bytes) {
      const response = await request('PUT', name, bytes);
      await requireStatus(response, [200, 201, 202, 204, 409, 412]);
      await response.body?.cancel();
    },
    // What is spoilt is written again by whoever makes it, and belongs to whoever wrote it until then.
    async remove() {},
  };
}

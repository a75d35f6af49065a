import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { CacheBlobs } from '../../src/cloud/github/actions/cache-service/cache-blobs.ts';
import { cacheServiceRoutes } from '../../src/cloud/github/actions/cache-service/cache-service-routes.ts';
import { RuntimeTokens } from '../../src/cloud/github/actions/cache-service/runtime-tokens.ts';
import { ActionsStore } from '../../src/cloud/github/actions/store/actions-store.ts';
import { CacheStore } from '../../src/cloud/github/actions/store/cache-store.ts';
import { systemClock } from '../../src/util/clock.ts';

/** The cache service of the local GitHub alone, with tokens for jobs of any ref. */
export interface CacheServiceRig {
  readonly url: string;
  readonly caches: CacheStore;
  readonly tokens: RuntimeTokens;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function cacheServiceRig(): Promise<CacheServiceRig> {
  const stateDir = mkdtempSync(join(tmpdir(), 'glidepath-cache-service-'));
  const store = new ActionsStore(stateDir);
  const caches = new CacheStore(store, stateDir, systemClock);
  const tokens = new RuntimeTokens();
  const routes = new Hono();
  const server: Server = createServer(
    (request, response) => void getRequestListener(routes.fetch)(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const blobs = new CacheBlobs({ stateDir, clock: systemClock, baseUrl: url });
  routes.route('/', blobs.routes());
  routes.route('/', cacheServiceRoutes({ caches, tokens, blobs }));
  return {
    url,
    caches,
    tokens,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** What a job of a ref is told. */
export function jobOf(
  ref: string,
  readable: readonly string[] = [],
): { repositoryId: number; ref: string; refs: string[] } {
  return { repositoryId: 1, ref, refs: [...new Set([ref, ...readable, 'refs/heads/main'])] };
}

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { ActionsContext } from '../scheduler/actions-context.ts';

/** As on GitHub, what a download is redirected to is good for a minute. */
const GOOD_FOR_MS = 60_000;

/** What is downloaded. */
export interface Download {
  readonly contentType: string;
  readonly fileName: string;
  readonly bytes: () => Buffer;
}

/**
 * Addresses that open one download each, for a while, to whoever has them. They are beside the API, as on GitHub, which
 * keeps such bytes elsewhere.
 */
export class Downloads {
  readonly #context: ActionsContext;
  readonly #open = new Map<string, Download & { readonly until: number }>();

  constructor(context: ActionsContext) {
    this.#context = context;
  }

  /** Where it is had from now on. */
  offer(download: Download): string {
    const now = this.#context.github.clock.now();
    for (const [key, { until }] of this.#open) if (until < now) this.#open.delete(key);
    const key = randomBytes(24).toString('hex');
    this.#open.set(key, { ...download, until: now + GOOD_FOR_MS });
    return `${this.#context.github.baseUrl}/actions-downloads/${key}`;
  }

  routes(): Hono {
    const routes = new Hono();
    routes.get('/actions-downloads/:key', (c) => {
      const found = this.#open.get(c.req.param('key'));
      if (found === undefined || found.until < this.#context.github.clock.now())
        return c.json({ message: 'This address is no longer good' }, 404);
      return c.body(new Uint8Array(found.bytes()), 200, {
        'content-type': found.contentType,
        'content-disposition': `attachment; filename="${found.fileName}"`,
      });
    });
    return routes;
  }
}

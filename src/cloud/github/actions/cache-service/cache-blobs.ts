import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Clock } from '../../../../util/clock.ts';

/** An address is good for so long; an upload of 10 GB takes less. */
const GOOD_FOR_MS = 60 * 60_000;

interface OpenBlob {
  readonly kind: 'upload' | 'download';
  readonly file: string;
  readonly until: number;
}

/**
 * Addresses that carry their own permission, as those of Azure's blob storage do, where GitHub keeps what is cached:
 * `Put Blob`, or `Put Block` and then `Put Block List`; `Get Blob`, whole or a range.
 */
export class CacheBlobs {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #baseUrl: string;
  readonly #open = new Map<string, OpenBlob>();

  constructor(on: { readonly stateDir: string; readonly clock: Clock; readonly baseUrl: string }) {
    this.#dir = join(on.stateDir, 'cache-uploads');
    this.#clock = on.clock;
    this.#baseUrl = on.baseUrl;
    // What a killed cloud was being sent nobody finishes.
    rmSync(this.#dir, { recursive: true, force: true });
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  /** Where an upload goes, and the file that it becomes. */
  upload(): { readonly url: string; readonly file: string } {
    const file = join(this.#dir, randomBytes(16).toString('hex'));
    return { url: this.#address({ kind: 'upload', file, until: this.#clock.now() + GOOD_FOR_MS }), file };
  }

  /** Where a file is had. */
  download(file: string): string {
    return this.#address({ kind: 'download', file, until: this.#clock.now() + GOOD_FOR_MS });
  }

  routes(): Hono {
    const routes = new Hono().basePath('/actions-cache/:blob');
    routes.put('/', async (c) => {
      const blob = this.#find(c, 'upload');
      if (blob === null) return refusal(c);
      await put(c, blob.file);
      c.header('etag', `"${randomBytes(8).toString('hex')}"`);
      c.header('last-modified', new Date(this.#clock.now()).toUTCString());
      return c.body(null, 201, AZURE);
    });
    routes.get('/', (c) => {
      const blob = this.#find(c, 'download');
      return blob === null ? refusal(c) : get(c, blob.file);
    });
    return routes;
  }

  #address(blob: OpenBlob): string {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#open) if (until < now) this.#open.delete(key);
    const [name, signature] = [randomBytes(8).toString('hex'), randomBytes(24).toString('base64url')];
    this.#open.set(`${name} ${signature}`, blob);
    return `${this.#baseUrl}/actions-cache/${name}?sig=${signature}`;
  }

  #find(c: Context, kind: OpenBlob['kind']): OpenBlob | null {
    const found = this.#open.get(`${c.req.param('blob')} ${c.req.query('sig')}`);
    return found?.kind === kind && found.until >= this.#clock.now() ? found : null;
  }
}

const AZURE = { 'x-ms-version': '2025-05-05', 'x-ms-request-id': '00000000-0000-0000-0000-000000000000' };

/** `Put Blob`, `Put Block` and `Put Block List` (learn.microsoft.com, "Blob service REST API"). */
async function put(c: Context, file: string): Promise<void> {
  const operation = c.req.query('comp');
  if (operation === 'blocklist') return joinBlocks(await c.req.text(), file);
  const target = operation === 'block' ? blockFile(file, c.req.query('blockid') ?? '') : file;
  const { body } = c.req.raw;
  const content = body === null ? Readable.from([]) : Readable.fromWeb(body);
  await pipeline(content, createWriteStream(target, { mode: 0o600 }));
}

/** `<BlockList><Latest>id</Latest>…</BlockList>`: the blob is its blocks in this order. */
async function joinBlocks(list: string, file: string): Promise<void> {
  const ids = [...list.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]*)</g)].map(([, id = '']) => id);
  const whole = createWriteStream(file, { mode: 0o600 });
  for (const id of ids) await pipeline(createReadStream(blockFile(file, id)), whole, { end: false });
  await new Promise<void>((resolve) => whole.end(resolve));
  for (const id of ids) rmSync(blockFile(file, id), { force: true });
}

function blockFile(file: string, id: string): string {
  return `${file}.${Buffer.from(id).toString('hex').slice(0, 150)}`;
}

function get(c: Context, file: string): Response {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return refusal(c);
  const range = /^bytes=(\d+)-(\d*)$/.exec(c.req.header('x-ms-range') ?? c.req.header('range') ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(size - 1, range?.[2] === undefined || range[2] === '' ? size - 1 : Number(range[2]));
  const headers: Record<string, string> = {
    ...AZURE,
    'content-type': 'application/octet-stream',
    'content-length': String(Math.max(0, end - start + 1)),
    'accept-ranges': 'bytes',
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
  };
  const isEmpty = end < start || c.req.method === 'HEAD';
  const body = isEmpty ? null : (Readable.toWeb(createReadStream(file, { start, end })) as ReadableStream);
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

function refusal(c: Context): Response {
  return c.text('This address is not good, or no longer', 403);
}

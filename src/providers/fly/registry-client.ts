import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { PackedImage } from '../app-platform.ts';
import type { Secret } from '../../diagnostics/secret.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import { errorFromAnswer, errorFromSilence, FlyApiError } from './fly-api-error.ts';
import { retryAfterOf } from './fly-client.ts';
import type { FlyTiming } from './fly-timing.ts';
import { bareToken } from './fly-token.ts';
import { imageConfig, imageManifest, MANIFEST_TYPE } from './oci-image.ts';

/** The registry half of Fly: the OCI distribution API with an API token as password (user `x`). */
export interface RegistryClient {
  /** Whether the registry has an image; `reference` is `host/repository@sha256:…`. */
  hasManifest(reference: string, signal?: AbortSignal): Promise<boolean>;
  /** Pushes what is missing of an image; resolves to the digest of its manifest. */
  push(repository: string, image: PackedImage, signal: AbortSignal): Promise<string>;
}

/** What the registry client needs of the outside. */
export interface RegistryOptions {
  /** `https://registry.fly.io`, or the same API elsewhere; without `/v2`. */
  readonly registryUrl: string;
  readonly token: Secret;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timing: FlyTiming;
}

/** Tries of one request; all of them may be repeated, because everything is named by its content. */
const TRIES_MAX = 5;

/** Makes a client of one registry. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const base = options.registryUrl.replace(/\/$/, '');
  return {
    async hasManifest(reference, signal) {
      const { repository, digest } = partsOf(reference);
      const url = `${base}/v2/${repository}/manifests/${digest}`;
      const response = await send(options, { method: 'HEAD', url, accept: MANIFEST_TYPE, signal });
      if (response.ok || response.status === 404) return response.ok;
      throw await failure('HEAD', url, response);
    },
    async push(repository, image, signal) {
      const config = Buffer.from(JSON.stringify(imageConfig(image)));
      const configDigest = digestOf(config);
      const layer = await openAsBlob(image.layerFile);
      await pushBlob(options, { base, repository, digest: image.layerDigest, body: layer, signal });
      await pushBlob(options, { base, repository, digest: configDigest, body: new Blob([config]), signal });
      const manifest = Buffer.from(
        JSON.stringify(imageManifest(image, { digest: configDigest, size: config.length })),
      );
      const digest = digestOf(manifest);
      const url = `${base}/v2/${repository}/manifests/${digest}`;
      const body = new Blob([manifest]);
      const put = await send(options, { method: 'PUT', url, body, contentType: MANIFEST_TYPE, signal });
      if (!put.ok) throw await failure('PUT', url, put);
      return digest;
    },
  };
}

interface RegistryRequest {
  readonly method: 'HEAD' | 'POST' | 'PUT';
  readonly url: string;
  readonly accept?: string;
  readonly body?: Blob;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

interface BlobPush {
  readonly base: string;
  readonly repository: string;
  readonly digest: string;
  readonly body: Blob;
  readonly signal: AbortSignal;
}

/** Pushes one blob unless it is there. An upload that broke off is begun anew: its location may be used up. */
async function pushBlob(options: RegistryOptions, blob: BlobPush): Promise<void> {
  const url = `${blob.base}/v2/${blob.repository}/blobs/${blob.digest}`;
  for (let attempt = 1; ; attempt++) {
    const head = await send(options, { method: 'HEAD', url, signal: blob.signal });
    if (head.ok) return;
    const failed = await upload(options, blob);
    if (failed === null) return;
    if (attempt >= TRIES_MAX || failed.retry !== 'safe') throw failed;
    await options.clock.sleep(options.timing.retryBaseMs * 2 ** (attempt - 1), blob.signal);
  }
}

async function upload(options: RegistryOptions, blob: BlobPush): Promise<FlyApiError | null> {
  const { base, repository, digest, body, signal } = blob;
  const uploads = `${base}/v2/${repository}/blobs/uploads/`;
  const opened = await send(options, { method: 'POST', url: uploads, signal });
  const location = opened.headers.get('location');
  if (!opened.ok || location === null) throw await failure('POST', uploads, opened);
  const target = new URL(location, uploads);
  target.searchParams.set('digest', digest);
  const contentType = 'application/octet-stream';
  const put = await tryOnce(options, { method: 'PUT', url: target.href, body, contentType, signal });
  if (put instanceof FlyApiError) return put;
  return put.ok ? null : failure('PUT', target.href, put);
}

/** Sends until there is an answer that is neither 429 nor a server's fault. */
async function send(options: RegistryOptions, request: RegistryRequest): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(options, request);
    const isTransient = outcome instanceof FlyApiError || outcome.status === 429 || outcome.status >= 500;
    if (!isTransient) return outcome;
    if (attempt >= TRIES_MAX) {
      if (outcome instanceof FlyApiError) throw outcome;
      return outcome;
    }
    const ceiling = Math.min(options.timing.retryMaxMs, options.timing.retryBaseMs * 2 ** (attempt - 1));
    const asked = outcome instanceof FlyApiError ? null : outcome.headers.get('retry-after');
    const delay = retryAfterOf(asked, options.clock.now()) ?? ceiling * (0.5 + options.random() / 2);
    await options.clock.sleep(delay, request.signal);
  }
}

async function tryOnce(options: RegistryOptions, request: RegistryRequest): Promise<Response | FlyApiError> {
  const { method, url, body, signal } = request;
  const credentials = Buffer.from(`x:${bareToken(options.token)}`).toString('base64');
  const headers: Record<string, string> = { authorization: `Basic ${credentials}` };
  if (request.accept !== undefined) headers['accept'] = request.accept;
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  try {
    return await options.fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (error instanceof ToolError) throw error;
    return errorFromSilence({ method, resource: resourceOf(url) }, error);
  }
}

async function failure(method: string, url: string, response: Response): Promise<FlyApiError> {
  const text = await response.text();
  const requestId = response.headers.get('fly-request-id');
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Not every proxy in front of a registry answers JSON; the text will do.
  }
  return errorFromAnswer({ method, resource: resourceOf(url) }, { status: response.status, body, requestId });
}

function resourceOf(url: string): string {
  return `the registry's ${new URL(url).pathname.replace(/^\/v2\//, '')}`;
}

/** `[host/]repository@sha256:…` taken apart. The host is left out: the registry's address is known. */
function partsOf(reference: string): { repository: string; digest: string } {
  const match = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(reference);
  const name = match?.[1] ?? reference.replace(/:[^:/]+$/, '');
  const digest = match?.[2] ?? reference.slice(name.length + 1);
  const [first = '', ...rest] = name.split('/');
  const hasHost =
    rest.length > 0 && (first === '' || first.includes('.') || first.includes(':') || first === 'localhost');
  return { repository: hasHost ? rest.join('/') : name, digest };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

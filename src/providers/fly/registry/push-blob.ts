import { openAsBlob } from 'node:fs';
import type { LayoutDescriptor } from '../../build/oci-layout.ts';
import { FlyApiError } from '../client/fly-api-error.ts';
import {
  registryFailure,
  sendToRegistry,
  TRIES_MAX,
  tryRegistry,
  type RegistryOptions,
} from './registry-request.ts';

/** One blob that a repository is to have. */
export interface BlobPush {
  readonly base: string;
  readonly repository: string;
  readonly blob: LayoutDescriptor;
  readonly file: string;
  readonly signal: AbortSignal;
}

/** A larger blob goes in pieces of this size: what broke off is sent again from there and not from the beginning. */
const CHUNK_BYTES = 16 * 1024 * 1024;

/** Pushes one blob unless it is there. */
export async function pushBlob(options: RegistryOptions, push: BlobPush): Promise<void> {
  const { base, repository, blob, signal } = push;
  const url = `${base}/v2/${repository}/blobs/${blob.digest}`;
  for (let attempt = 1; ; attempt++) {
    const head = await sendToRegistry(options, { method: 'HEAD', url, signal });
    if (head.ok) return;
    const failed = await upload(options, push);
    if (failed === null) return;
    if (attempt >= TRIES_MAX || failed.retry !== 'safe') throw failed;
    await options.clock.sleep(options.timing.retryBaseMs * 2 ** (attempt - 1), signal);
  }
}

/** One upload from its opening on. Null when the registry has taken the blob; its location may be used up otherwise. */
async function upload(options: RegistryOptions, push: BlobPush): Promise<FlyApiError | null> {
  const { base, repository, blob, signal } = push;
  const uploads = `${base}/v2/${repository}/blobs/uploads/`;
  const opened = await sendToRegistry(options, { method: 'POST', url: uploads, signal });
  const location = opened.headers.get('location');
  if (!opened.ok || location === null) throw await registryFailure('POST', uploads, opened);
  const content = await openAsBlob(push.file);
  const at = new URL(location, uploads);
  if (content.size <= CHUNK_BYTES) return finish(options, { at, blob, body: content, signal });
  const sent = await sendChunks(options, { at, content, signal });
  return sent instanceof FlyApiError ? sent : finish(options, { at: sent, blob, body: null, signal });
}

async function finish(
  options: RegistryOptions,
  last: {
    readonly at: URL;
    readonly blob: LayoutDescriptor;
    readonly body: Blob | null;
    readonly signal: AbortSignal;
  },
): Promise<FlyApiError | null> {
  const target = new URL(last.at);
  target.searchParams.set('digest', last.blob.digest);
  const request = { method: 'PUT', url: target.href, signal: last.signal } as const;
  const contentType = 'application/octet-stream';
  const put = await tryRegistry(
    options,
    last.body === null ? request : { ...request, body: last.body, contentType },
  );
  if (put instanceof FlyApiError) return put;
  return put.ok ? null : registryFailure('PUT', target.href, put);
}

/** Sends the content piece by piece; the address to finish at, or why it did not go on. */
async function sendChunks(
  options: RegistryOptions,
  upload: { readonly at: URL; readonly content: Blob; readonly signal: AbortSignal },
): Promise<URL | FlyApiError> {
  const { content, signal } = upload;
  let { at } = upload;
  let offset = 0;
  for (let failures = 0; offset < content.size;) {
    const body = content.slice(offset, offset + CHUNK_BYTES);
    const answer = await tryRegistry(options, {
      method: 'PATCH',
      url: at.href,
      body,
      contentType: 'application/octet-stream',
      contentRange: `${offset}-${offset + body.size - 1}`,
      signal,
    });
    if (!(answer instanceof FlyApiError) && answer.ok) {
      offset += body.size;
      at = nextLocation(at, answer);
      continue;
    }
    failures += 1;
    const failed = answer instanceof FlyApiError ? answer : await registryFailure('PATCH', at.href, answer);
    // 416: the registry has another offset in mind, because it took a piece whose answer was lost.
    const isWorthAsking = answer instanceof FlyApiError || answer.status === 416 || failed.retry === 'safe';
    if (failures >= TRIES_MAX || !isWorthAsking) return failed;
    await options.clock.sleep(options.timing.retryBaseMs * 2 ** (failures - 1), signal);
    const status = await sendToRegistry(options, { method: 'GET', url: at.href, signal });
    if (!status.ok) return failed;
    offset = receivedBytes(status);
    at = nextLocation(at, status);
  }
  return at;
}

function nextLocation(at: URL, answer: Response): URL {
  return new URL(answer.headers.get('location') ?? at.href, at);
}

/** The specification's `Range: 0-<last byte>`; `0-0` is nothing yet, since a piece is never one byte. */
function receivedBytes(answer: Response): number {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1] ?? 0);
  return last === 0 ? 0 : last + 1;
}

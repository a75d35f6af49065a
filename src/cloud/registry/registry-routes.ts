import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { BlobStore } from './blob-store.ts';
import { BlobUpload, rangeOf } from './blob-upload.ts';
import type { ManifestStore } from './manifest-store.ts';
import { OciError } from './oci-error.ts';
import { isDigest, isRepositoryName } from './oci-names.ts';

/** What the routes work on. */
export interface RegistryRouteDeps {
  readonly blobs: BlobStore;
  readonly manifests: ManifestStore;
  /** Whether there is an app that may have a repository of this name. */
  readonly appExists: (name: string) => boolean | Promise<boolean>;
  /** Removes an image and all that only it used; false when it was not there. */
  readonly removeImage: (repository: string, digest: string) => Promise<boolean>;
}

/** A request to something in a repository. */
interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly repository: string;
  /** What comes last in the path: a digest, a tag, the id of an upload. */
  readonly reference: string;
}

type Handler = (call: Call) => Promise<Response>;

/** Uploads that were begun and neither finished nor cancelled; beyond this the oldest is forgotten. */
const UPLOADS_MAX = 1_000;
/** The specification's advice for the least a registry should take. */
const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
const API_VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

/** The routes of the OCI distribution API (v1.1) under `/v2/`. Authentication is the caller's. */
export function registryRoutes(deps: RegistryRouteDeps): Hono {
  const handlers: Record<string, Record<string, Handler>> = {
    manifests: manifestHandlers(deps),
    blobs: blobHandlers(deps),
    uploads: uploadHandlers(deps),
    tags: { GET: (call) => tagList(deps, call) },
  };
  const routes = new Hono();
  routes.all('/v2/*', async (c) => {
    try {
      return await dispatch(deps, handlers, c.req.raw);
    } catch (error) {
      if (error instanceof OciError) return error.toResponse();
      const message = error instanceof Error ? error.message : String(error);
      return new OciError(500, 'UNKNOWN', message).toResponse();
    }
  });
  return routes;
}

/** Taken apart by hand, because a repository's name may itself hold slashes. */
const PATH = /^\/v2\/(.+)\/(?:(manifests|blobs)\/([^/]+)|blobs\/(uploads)\/([^/]*)|(tags)\/list)$/;

async function dispatch(
  deps: RegistryRouteDeps,
  handlers: Record<string, Record<string, Handler>>,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  if (/^\/v2\/?$/.test(url.pathname)) return Response.json({}, { headers: API_VERSION });
  const match = PATH.exec(decodeURIComponent(url.pathname));
  if (match === null) throw new OciError(404, 'UNSUPPORTED', `there is no ${url.pathname}`);
  const [, repository = '', stored, storedReference, uploads, uploadId, tags] = match;
  if (!isRepositoryName(repository))
    throw new OciError(400, 'NAME_INVALID', `${repository} cannot be the name of a repository`);
  // As Fly says it; a repository belongs to the app its first part names.
  if (!(await deps.appExists(repository.split('/', 1)[0] ?? '')))
    throw new OciError(404, 'NAME_UNKNOWN', 'app repository not found');
  const kind = uploads ?? tags ?? stored ?? '';
  const handler = handlers[kind]?.[request.method];
  if (handler === undefined) throw new OciError(405, 'UNSUPPORTED', `${request.method} is not possible here`);
  return handler({ request, url, repository, reference: storedReference ?? uploadId ?? '' });
}

function blobHandlers({ blobs }: RegistryRouteDeps): Record<string, Handler> {
  const get: Handler = async ({ request, reference }) => {
    const size = await blobs.sizeOf(reference);
    if (size === null) throw new OciError(404, 'BLOB_UNKNOWN', `blob ${reference} is not here`);
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'docker-content-digest': reference,
    };
    const body =
      request.method === 'HEAD'
        ? null
        : (Readable.toWeb(blobs.stream(reference)) as ReadableStream<Uint8Array>);
    return new Response(body, { headers });
  };
  return { GET: get, HEAD: get };
}

function uploadHandlers({ blobs }: RegistryRouteDeps): Record<string, Handler> {
  const uploads = new Map<string, BlobUpload>();
  const find = (id: string): BlobUpload => {
    const upload = uploads.get(id);
    if (upload === undefined) throw new OciError(404, 'BLOB_UPLOAD_UNKNOWN', `there is no upload ${id}`);
    return upload;
  };
  const progress = (call: Call, id: string, upload: BlobUpload, status: number): Response => {
    const location = `/v2/${call.repository}/blobs/uploads/${id}`;
    const headers = { location, range: rangeOf(upload.bytes), 'docker-upload-uuid': id };
    return new Response(null, { status, headers });
  };
  const finish = async (call: Call, upload: BlobUpload, digest: string): Promise<Response> => {
    await upload.finish(bodyOf(call.request), startOf(call.request), digest);
    return created(`/v2/${call.repository}/blobs/${digest}`, digest);
  };
  return {
    POST: async (call) => {
      const { searchParams } = call.url;
      const mount = searchParams.get('mount');
      // All repositories share their blobs, so that mounting is having it.
      if (mount !== null && isDigest(mount) && (await blobs.sizeOf(mount)) !== null)
        return created(`/v2/${call.repository}/blobs/${mount}`, mount);
      const upload = new BlobUpload(blobs);
      const digest = searchParams.get('digest');
      if (digest !== null) return finish(call, upload, digest);
      const id = randomUUID();
      uploads.set(id, upload);
      await forgetOldest(uploads);
      return progress(call, id, upload, 202);
    },
    PATCH: async (call) => {
      const upload = find(call.reference);
      await upload.append(bodyOf(call.request), startOf(call.request));
      return progress(call, call.reference, upload, 202);
    },
    PUT: async (call) => {
      const upload = find(call.reference);
      const digest = call.url.searchParams.get('digest');
      if (digest === null) throw new OciError(400, 'DIGEST_INVALID', 'the digest is missing');
      return finish(call, upload, digest).finally(() => {
        // After a wrong range the client may go on; after a wrong digest it starts anew.
        if (upload.isOver) uploads.delete(call.reference);
      });
    },
    GET: async (call) => progress(call, call.reference, find(call.reference), 204),
    DELETE: async (call) => {
      await find(call.reference).cancel();
      uploads.delete(call.reference);
      return new Response(null, { status: 204 });
    },
  };
}

async function forgetOldest(uploads: Map<string, BlobUpload>): Promise<void> {
  const [oldest] = uploads;
  if (uploads.size <= UPLOADS_MAX || oldest === undefined) return;
  uploads.delete(oldest[0]);
  await oldest[1].cancel();
}

function manifestHandlers({ manifests, removeImage }: RegistryRouteDeps): Record<string, Handler> {
  const get: Handler = async ({ request, repository, reference }) => {
    const found = await manifests.find(repository, reference);
    if (found === null) throw new OciError(404, 'MANIFEST_UNKNOWN', `${repository} has no ${reference}`);
    const headers = {
      'content-type': found.mediaType,
      'content-length': String(found.bytes.length),
      'docker-content-digest': found.digest,
    };
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(found.bytes), { headers });
  };
  return {
    GET: get,
    HEAD: get,
    PUT: async ({ request, repository, reference }) => {
      const bytes = await readManifest(request);
      const digest = await manifests.put(repository, reference, bytes, request.headers.get('content-type'));
      return created(`/v2/${repository}/manifests/${digest}`, digest);
    },
    DELETE: async ({ repository, reference }) => {
      const isGone = isDigest(reference)
        ? await removeImage(repository, reference)
        : await manifests.removeTag(repository, reference);
      if (!isGone) throw new OciError(404, 'MANIFEST_UNKNOWN', `${repository} has no ${reference}`);
      return new Response(null, { status: 202 });
    },
  };
}

async function tagList({ manifests }: RegistryRouteDeps, { url, repository }: Call): Promise<Response> {
  const last = url.searchParams.get('last') ?? '';
  const all = (await manifests.tags(repository)).filter((tag) => tag > last);
  const count = Number(url.searchParams.get('n') ?? all.length);
  const tags = Number.isInteger(count) && count >= 0 ? all.slice(0, count) : all;
  const next = `</v2/${repository}/tags/list?n=${count}&last=${tags.at(-1)}>; rel="next"`;
  const headers: Record<string, string> = tags.length > 0 && tags.length < all.length ? { link: next } : {};
  return Response.json({ name: repository, tags }, { headers });
}

async function readManifest(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(request) ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MANIFEST_BYTES_MAX)
      throw new OciError(413, 'SIZE_INVALID', 'the manifest is larger than 4 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function created(location: string, digest: string): Response {
  return new Response(null, { status: 201, headers: { location, 'docker-content-digest': digest } });
}

function bodyOf(request: Request): AsyncIterable<Uint8Array> | null {
  return request.body as AsyncIterable<Uint8Array> | null;
}

/** Where a chunk starts, if the client says so: `Content-Range: 0-1023`, with or without `bytes` in front. */
function startOf(request: Request): number | null {
  const start = /^(?:bytes[ =])?(\d+)-\d+/.exec(request.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? null : Number(start);
}

import { hash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import type { Fetch } from '../../../util/fetch.ts';
import type { CacheStore } from '../cache-store.ts';
import { objectsBy } from './http-store.ts';

/** A bucket of Amazon S3 or of a service that speaks the same. */
export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of the service; null: Amazon's. */
  readonly endpoint: string | null;
  /** Before the name of every object. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; null: none. */
  readonly sessionToken: string | null;
  readonly fetch: Fetch;
}

/**
 * Objects of a bucket. An object that is not there is 404 to whoever may list the bucket and 403 to everybody else
 * (docs.aws.amazon.com, "GetObject"), who is told so: it cannot be told from a key that is refused.
 */
export function s3Store(options: S3StoreOptions): CacheStore {
  const { bucket, region, endpoint, prefix, accessKeyId, secretAccessKey, sessionToken, fetch } = options;
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    region,
    service: 's3',
  });
  const base = baseOf(bucket, region, endpoint);
  const folder = prefix.replace(/^\/+|\/+$/g, '');
  return objectsBy(async (method, name, body) => {
    const url = `${base}/${folder === '' ? '' : `${folder}/`}${name}`;
    const { headers } = await signer.sign(url, {
      method,
      headers: { 'x-amz-content-sha256': hash('sha256', body ?? '') },
    });
    return fetch(url, {
      method,
      headers,
      redirect: 'error',
      ...(body === undefined ? {} : { body: body }),
    });
  });
}

/** Amazon's certificate is for one name before its own: a bucket with a dot goes into the path, as with other services. */
function baseOf(bucket: string, region: string, endpoint: string | null): string {
  if (endpoint !== null) return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const host = `s3.${region}.amazonaws.com`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}
